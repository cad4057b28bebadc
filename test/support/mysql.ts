// A real MariaDB or MySQL for tests, where one is installed: `mariadbd` or `mysqld` on PATH, or the former in the user's
// cache.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { freePort } from '#scripts/stack/ports.ts'
import { waitFor } from './wait-for.ts'

export const NO_MYSQL = 'neither mariadbd nor mysqld is installed'

/** Null where there is none: say so and skip. */
export function mysqlProgram(): string | null {
  const cache = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'syndata',
    'mariadb',
  )
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', cache]
  const places = folders.flatMap((folder) =>
    ['mariadbd', 'mysqld'].map((name) => join(folder, name)),
  )
  return places.find((place) => existsSync(place)) ?? null
}

/** Empty; everybody is root. */
export async function startMysql(
  program: string,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-mysql-'))
  const port = await freePort()
  const isMysql = program.endsWith('mysqld')
  const common = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--user=root']
  const first = ['--initialize-insecure']
  if (isMysql) spawnSync(program, [...common, ...first])
  else spawnSync('mkdir', [join(folder, 'data')])
  const server = spawn(
    program,
    [
      ...common,
      ...[`--socket=${join(folder, 'socket')}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...['--local-infile=1', '--innodb-flush-log-at-trx-commit=0'],
      ...(isMysql ? ['--mysqlx=0'] : ['--skip-grant-tables']),
    ],
    { stdio: 'ignore' },
  )
  await waitFor(() => answers(port), { what: 'the MySQL server', timeoutMs: 60_000 })
  return {
    port,
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const client = await createConnection({ host: '127.0.0.1', port, user: 'root' })
    await client.end()
    return true
  } catch {
    return false
  }
}
