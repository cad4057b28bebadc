// pg_dump and pg_restore, and how they are run: of the server's major version, or the next one above that is here.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { StackError } from '../stack/stack-error.ts'
import { readTools } from '../stack/tools.ts'

const run = promisify(execFile)
const VERSION_FOLDERS = ['/usr/lib/postgresql', '/usr/local/lib/postgresql']
const OUTPUT_BYTES_MAX = 2 ** 24

type Program = 'pg_dump' | 'pg_restore'

/** The folder with the programs for a server of this major version. StackError when there is none. */
export async function findPrograms(major: number): Promise<string> {
  const found: { bin: string; major: number }[] = []
  for (const bin of folders()) {
    const own = await majorOf(path.join(bin, 'pg_dump'))
    if (own !== null && own >= major) found.push({ bin, major: own })
  }
  const best = found.sort((a, b) => a.major - b.major)[0]
  if (best) return best.bin
  throw new StackError(
    `no pg_dump of Postgres ${major} or later was found`,
    `Install the client programs of Postgres ${major} (for example postgresql-client-${major}), or add their folder to PATH.`,
  )
}

function folders(): string[] {
  const versions = VERSION_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((version) => path.join(folder, version, 'bin')),
  )
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter)
  const all = [readTools().postgres?.bin ?? '', ...onPath, ...versions]
  return [...new Set(all)].filter((bin) => existsSync(path.join(bin, 'pg_dump')))
}

/** Null when it does not run. */
async function majorOf(program: string): Promise<number | null> {
  const answer = await run(program, ['--version']).catch(() => null)
  const major = /(\d+)(\.\d+)?/.exec(answer?.stdout ?? '')?.[1]
  return major === undefined ? null : Number(major)
}

/** Runs a program on a database; its password is not among the arguments. StackError with what it said. */
export async function runProgram(
  program: Program,
  { bin, databaseUrl, args }: { bin: string; databaseUrl: string; args: string[] },
): Promise<void> {
  const url = new URL(databaseUrl)
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(url.password) }
  url.password = ''
  const options = { env, maxBuffer: OUTPUT_BYTES_MAX }
  try {
    await run(path.join(bin, program), [...args, `--dbname=${url.href}`], options)
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || String(cause)
    throw new StackError(`${program} failed: ${said}`, 'Correct what it says and try again.', {
      cause,
    })
  }
}
