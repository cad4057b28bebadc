// What a command gets and gives back. It writes nowhere but to `out` and `err`, and ends with one of these codes.
import type { Deployment } from '../deployment.ts'
import type { Target } from '../target.ts'
import type { References } from '../targets/references.ts'

export const EXIT = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** The command line or the file is wrong; nothing was touched. */
  invalid: 2,
  /** Not ready in time; what was applied stays applied. */
  timedOut: 3,
  /** The target or the state of things forbids it, or (plan --check) something would have to be done. */
  refused: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export type CommandOptions = {
  file: string | undefined
  target: string
  dataDir: string | undefined
  /** Of targets that write a file: where to, `-` for standard output. */
  output: string | undefined
  json: boolean
  strict: boolean
  check: boolean
  follow: boolean
  lines: number
  timeoutMs: number
  to: string | undefined
  keepData: boolean
  yes: boolean
  force: boolean
}

/** What a target is made for. */
export type TargetRequest = {
  name: string
  deployment: Deployment
  /** Of the state beside the file. */
  stateFolder: string
  dataDir: string | undefined
  /** A file, or what prints what would be one. */
  output: string | ((text: string) => void) | undefined
  references: References
}

export type Context = {
  cwd: string
  env: NodeJS.ProcessEnv
  /** One line, or several, without the last line break. */
  out: (text: string) => void
  err: (text: string) => void
  /** What a target would write into a file; `out` unless that is for something else. */
  print?: (text: string) => void
  /** What the shell was given to call nodeops; `nodeops` by default. */
  program?: string
  /** Whether `out` is read as it comes, not by another program. */
  isTerminal?: boolean
  /** Asks a person; null where there is none. */
  confirm: ((question: string) => Promise<boolean>) | null
  signal: AbortSignal
  /** Throws TargetError for a name that no target has. */
  openTarget: (request: TargetRequest) => Target
  /** Names that `openTarget` knows. */
  targets: readonly string[]
}

export type Command = (
  context: Context,
  options: CommandOptions,
  words: readonly string[],
) => Promise<ExitCode>

/** The command line is wrong: said with the hint, exit code 2. */
export class UsageError extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
  }
}
