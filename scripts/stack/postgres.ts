// A private Postgres in the data folder: made at first start, on loopback only, with a password, nothing of it shared.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Account, asAccount, chooseAccount, giveFile, giveFolder } from './postgres-account.ts'
import { StackError } from './stack-error.ts'
import type { ChildSpec } from './supervise.ts'

const USER = 'syndata'
const DATABASE = 'syndata'
const CONNECTIONS_MAX = 200
const OLD_SERVER_STOP_MS = 10_000
const CONNECT_MS = 2_000

export type PostgresOptions = {
  /** Where initdb and postgres lie. */
  bin: string
  /** The folder of the cluster; its parent exists. */
  folder: string
  port: number
  password: string
  say: (line: string) => void
}

export type Postgres = { spec: ChildSpec; url: string; folder: string }

/** Makes the cluster unless it is there; the spec runs it. Throws StackError when it cannot be made. */
export async function preparePostgres(options: PostgresOptions): Promise<Postgres> {
  const { account, folder } = chooseAccount(options)
  if (folder !== options.folder) {
    options.say(
      `Postgres' files are in ${folder}: as root it runs as a user who cannot reach ${options.folder}`,
    )
  }
  if (!existsSync(path.join(folder, 'PG_VERSION'))) await makeCluster(options, account, folder)
  refuseOtherMajor(options.bin, folder)
  const { port, password } = options
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`
  return { url, folder, spec: specOf(options, account, folder, url) }
}

function specOf(
  { bin, port }: PostgresOptions,
  account: Account,
  folder: string,
  url: string,
): ChildSpec {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'logging_collector=off',
    `max_connections=${CONNECTIONS_MAX}`,
  ]
  const args = ['-D', folder, '-p', String(port), ...settings.flatMap((text) => ['-c', text])]
  return {
    name: 'postgres',
    role: 'postgres',
    stage: 0,
    launch: async () => {
      giveFolder(account, folder)
      await endOldServer(folder)
      const command = path.join(bin, 'postgres')
      return asAccount(account, { command, args, env: serverEnv(), cwd: folder })
    },
    isReady: () => hasDatabase(url),
    // Fast shutdown: sessions are ended, nothing is lost.
    stopSignal: 'SIGINT',
    stopMs: 15_000,
  }
}

/** The user's own Postgres settings must not leak in. */
function serverEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(own), LC_ALL: 'C', TZ: 'UTC' }
}

async function makeCluster(
  { bin, password }: PostgresOptions,
  account: Account,
  folder: string,
): Promise<void> {
  // Made beside its place and then moved there, so that a first start cut short leaves no half of one.
  const unfinished = `${folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  giveFolder(account, unfinished)
  const passwordFile = path.join(
    account.kind === 'user' ? tmpdir() : path.dirname(folder),
    `syndata-pw-${process.pid}`,
  )
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' })
  giveFile(account, passwordFile)
  try {
    const args = ['-D', unfinished, '-U', USER, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C']
    await runInitdb(bin, [...args, '--no-instructions', `--pwfile=${passwordFile}`], account)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(unfinished, folder)
}

async function runInitdb(bin: string, args: string[], account: Account): Promise<void> {
  const launch = { command: path.join(bin, 'initdb'), args, env: serverEnv(), cwd: '/' }
  const { command, args: allArgs, ...options } = asAccount(account, launch)
  const child = spawn(command, allArgs, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2_000)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new StackError(
    `initdb failed: ${said.trim()}`,
    'Correct what it says, or set DATABASE_URL to a database of yours.',
  )
}

function refuseOtherMajor(bin: string, folder: string): void {
  const made = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim()
  const own = /postgresql\/(\d+)\/bin$/.exec(bin)?.[1]
  if (own === undefined || own === made) return
  throw new StackError(
    `${folder} was made by Postgres ${made}, and ${bin} is Postgres ${own}`,
    `Install Postgres ${made} again, or start with another --data-dir.`,
  )
}

/** A server that outlived its supervisor is ended; the file of one that is gone is removed. */
async function endOldServer(folder: string): Promise<void> {
  const file = path.join(folder, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  const until = Date.now() + OLD_SERVER_STOP_MS
  if (isServerOf(pid, folder)) process.kill(pid, 'SIGINT')
  while (isServerOf(pid, folder) && Date.now() < until) await delay(50)
  if (isServerOf(pid, folder)) process.kill(pid, 'SIGKILL')
  rmSync(file, { force: true })
}

function isServerOf(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder)
  } catch {
    return false
  }
}

/** Whether the server answers; makes the database the first time. */
async function hasDatabase(url: string): Promise<boolean> {
  try {
    return await answersQuery(url)
  } catch (error) {
    if ((error as { code?: unknown }).code !== '3D000') return false
    const maintenance = new URL(url)
    maintenance.pathname = '/postgres'
    await withClient(maintenance.href, (client) => client.query(`CREATE DATABASE ${DATABASE}`))
    return await answersQuery(url)
  }
}

const answersQuery = (url: string): Promise<boolean> =>
  withClient(url, async (client) => (await client.query('SELECT 1')).rowCount === 1)

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS * 5,
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
