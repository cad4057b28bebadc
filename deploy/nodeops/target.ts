// What every target is: where a deployment runs, seen through one small door. One file each in targets/, all of them
// held to targets/contract.ts.
import type { Deployment, RegionCount, Role, ServiceSpec } from './deployment.ts'

export type Bound = { signal: AbortSignal }

/** `error`: it cannot be deployed here. `warning`: it runs otherwise than the file says; --strict makes it an error. */
export type Finding = {
  severity: 'error' | 'warning' | 'note'
  service: string | null
  message: string
}

export type ObservedService = {
  name: string
  role: Role
  /** Processes, containers or pods that are there, and those that are well. */
  replicas: number
  ready: number
  /** What it was last told to be; null when the target cannot say, and it is told again. */
  told: ServiceSpec | null
  /** For people: `running`, `starting: image is pulled`. */
  state: string
}

export type Observed = {
  /** Whether anything of this deployment is there. */
  exists: boolean
  /** Nothing of it runs, and a delete left its data; targets that cannot tell say nothing. */
  dataKept?: boolean
  services: ObservedService[]
  /** Workers that are there, whether well or not. */
  regions: RegionCount[]
  /** The regions as the last `settle` had them: what the fleet has done since is its own business. */
  settledRegions: RegionCount[] | null
  /** Of what was settled last. */
  revision: string | null
  /** Where people and programs reach it. */
  endpoints: { name: string; url: string }[]
  /** Commands that people can copy, for example the first job. */
  hints: string[]
}

/** Every step may be repeated: an interruption is followed by a new plan, which begins where the last one ended. */
export type Step =
  /** What all services need: a namespace, a project, a data folder. */
  | { kind: 'install' }
  /** With its replicas; of workers it makes none, that is what `place` is for. */
  | { kind: 'create'; service: string }
  | { kind: 'update'; service: string; changes: Change[] }
  | { kind: 'scale'; service: string; from: number; to: number }
  /** Workers of a region; those that go are drained first. */
  | { kind: 'place'; region: string; from: number; to: number }
  | { kind: 'remove'; service: string }
  /** Last: the deployment, its regions included, is what was planned, under this revision. */
  | { kind: 'settle'; revision: string }

/** Amounts as the file writes them; references by their names. */
export type Change = { path: string; from: string | null; to: string | null }

export type Applying = Bound & {
  deployment: Deployment
  /** Of what has to be well before the next may begin. */
  timeoutMs: number
  /** One line at a time, for people. */
  say: (line: string) => void
}

export type LogLine = { service: string; line: string }

export type LogOptions = Bound & {
  /** Of the deployment, or one replica by the name that `observe` and lines have; all when undefined. */
  service: string | undefined
  /** Of each, from the end. */
  lines: number
  /** Goes on until the signal aborts, which ends it without an error. */
  follow: boolean
}

/** A whole file for another tool; it holds no secret. */
export type Rendered = {
  text: string
  /** Of what can be seen without the target. */
  findings: Finding[]
  /** What else it needs, and what to do with it: lines for people. */
  notes: string[]
}

/** All throw TargetError for what an operator can act on, and the signal's reason once it aborts. */
export type Target = {
  name: string
  /** Writes a file for another tool and runs nothing. */
  rendersOnly: boolean
  /** What there is no room for here is an error, not a surprise of `apply`. Looks at the deployment alone, and at what this machine has. */
  check: (deployment: Deployment, bound: Bound) => Promise<Finding[]>
  /** What would be applied where nothing is, with nothing touched or asked; left out where that is no file. */
  render?: (deployment: Deployment, bound: Bound) => Promise<Rendered>
  observe: (bound: Bound) => Promise<Observed>
  /** Resolves when the target has taken it; whether it is well is seen by `observe`. */
  apply: (step: Step, applying: Applying) => Promise<void>
  logs: (options: LogOptions) => AsyncIterable<LogLine>
  /** Nothing of it is left but, if asked for, its data. Does nothing when there is nothing. */
  delete: (options: Bound & { keepData: boolean; say: (line: string) => void }) => Promise<void>
}

/** `refused`: the target or the state of things forbids it; `failed`: it was tried. `whatToDo` is a sentence. */
export class TargetError extends Error {
  readonly kind: 'refused' | 'failed'
  readonly whatToDo: string

  constructor(
    kind: 'refused' | 'failed',
    message: string,
    whatToDo: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'TargetError'
    this.kind = kind
    this.whatToDo = whatToDo
  }
}

/** Not everything was well in time; what was applied stays applied. */
export class TimedOut extends TargetError {}
