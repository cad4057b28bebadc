// Postgres refuses to run as root: as whom it runs, and where its files then lie.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, lchownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Launch } from './spawned.ts'
import { StackError } from './stack-error.ts'

/** `self`: no root, nothing to change; `user`: another user's ids; `namespace`: root seen as that user by itself only. */
export type Account =
  | { kind: 'self' }
  | { kind: 'user'; uid: number; gid: number }
  | { kind: 'namespace'; uid: number; gid: number }

const ALL_MAY_PASS = 0o001

function ancestors(at: string): string[] {
  const parent = path.dirname(at)
  return parent === at ? [at] : [at, ...ancestors(parent)]
}

/** Whether a user without rights of his own gets to what lies in `folder`. */
function othersMayPass(folder: string): boolean {
  return ancestors(path.resolve(folder)).every((at) => (statSync(at).mode & ALL_MAY_PASS) !== 0)
}

function nobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [uid, gid] = line?.split(':').slice(2, 4).map(Number) ?? []
  return { uid: uid ?? 65_534, gid: gid ?? 65_534 }
}

function namespacesWork(): boolean {
  try {
    execFileSync('unshare', ['--user', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** What the choice depends on; tests give their own. */
export type AccountWorld = {
  isRoot: boolean
  othersMayPass: (folder: string) => boolean
  namespacesWork: () => boolean
}

const WORLD: AccountWorld = {
  isRoot: process.getuid?.() === 0,
  othersMayPass,
  namespacesWork,
}

/**
 * The account for programs in `bin`, and the folder for the files: `folder`, or one under the system's folder for
 * temporary files where the account cannot reach that. Throws StackError when there is no way.
 */
export function chooseAccount(
  { bin, folder }: { bin: string; folder: string },
  world: AccountWorld = WORLD,
): { account: Account; folder: string } {
  if (!world.isRoot) return { account: { kind: 'self' }, folder }
  const ids = nobody()
  if (world.othersMayPass(bin) && world.othersMayPass(path.dirname(folder))) {
    return { account: { kind: 'user', ...ids }, folder }
  }
  if (world.namespacesWork()) return { account: { kind: 'namespace', ...ids }, folder }
  if (world.othersMayPass(bin)) {
    const name = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16)
    const reachable = path.join(tmpdir(), `syndata-postgres-${name}`)
    return { account: { kind: 'user', ...ids }, folder: reachable }
  }
  throw new StackError(
    `as root, Postgres has to run as another user, who cannot reach ${bin}`,
    'Start as a user other than root, install Postgres for all users, or set DATABASE_URL.',
  )
}

/** The same launch under the account. */
export function asAccount(account: Account, launch: Launch): Launch {
  if (account.kind === 'self') return launch
  const { uid, gid } = account
  if (account.kind === 'user') return { ...launch, uid, gid }
  const map = ['--user', `--map-user=${uid}`, `--map-group=${gid}`]
  return { ...launch, command: 'unshare', args: [...map, launch.command, ...launch.args] }
}

function ownedRecursively(at: string, uid: number, gid: number): void {
  lchownSync(at, uid, gid)
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const inner = path.join(at, entry.name)
    if (entry.isDirectory()) ownedRecursively(inner, uid, gid)
    else lchownSync(inner, uid, gid)
  }
}

/** Makes the folder (0700) if need be and gives it, with all in it, to the account. */
export function giveFolder(account: Account, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (account.kind === 'self') return
  const owner = account.kind === 'user' ? account : { uid: 0, gid: 0 }
  if (statSync(folder).uid !== owner.uid) ownedRecursively(folder, owner.uid, owner.gid)
}

/** Gives one file to the account, so that it can read it. */
export function giveFile(account: Account, file: string): void {
  if (account.kind === 'user') chownSync(file, account.uid, account.gid)
}
