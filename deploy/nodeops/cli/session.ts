// What most commands begin with: the file read, its target opened, the state beside it.
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ConfigProblem } from '#engine/config/problem.ts'
import { SOURCE_BYTES_MAX } from '#engine/config/read-source.ts'
import type { Deployment } from '../deployment.ts'
import { readDeployment } from '../file/read-file.ts'
import { createStateFile, type StateFile } from '../state.ts'
import { type Finding, type Target, TargetError } from '../target.ts'
import type { References } from '../targets/references.ts'
import { type CommandOptions, type Context, UsageError } from './context.ts'

const PLACES = ['nodeops.yaml', 'deploy/nodeops/nodeops.yaml']

/** The file is wrong: every problem, with its place. */
export class InvalidFile extends Error {
  readonly file: string
  readonly problems: ConfigProblem[]

  constructor(file: string, problems: ConfigProblem[]) {
    super(`${file} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`)
    this.name = 'InvalidFile'
    this.file = file
    this.problems = problems
  }
}

export type ReadFile = { file: string; deployment: Deployment; warnings: string[] }

/** Throws UsageError when there is no file, InvalidFile. */
export function readFile({ cwd }: Context, { file: named }: CommandOptions): ReadFile {
  const found = named ?? PLACES.find((place) => existsSync(path.resolve(cwd, place)))
  if (found === undefined) {
    throw new UsageError(`there is no ${PLACES.join(' or ')}`, 'Name one with -f, or nodeops init.')
  }
  const { deployment, problems, warnings } = readDeployment(textOf(path.resolve(cwd, found), found))
  if (!deployment) throw new InvalidFile(found, problems)
  return { file: path.resolve(cwd, found), deployment, warnings }
}

function textOf(file: string, shown: string): string {
  try {
    // Larger ones are refused by the reader; there is no need to hold all of one.
    if (statSync(file).size > SOURCE_BYTES_MAX) return ' '.repeat(SOURCE_BYTES_MAX + 1)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'is not there', EISDIR: 'is a folder' }[code ?? '']
    const message = `${shown} ${why ?? `cannot be read (${code})`}`
    throw new UsageError(message, 'Name a file with -f, or write one: nodeops init.')
  }
}

/** Without the deployment's own name, which may be said but need not be; UsageError for more than `most` others. */
export function wordsOf(
  words: readonly string[],
  { name, services }: Deployment,
  most: number,
): string[] {
  const isService = services.some((service) => service.name === name)
  const others = words.filter((word, i) => i > 0 || word !== name || isService)
  const extra = others[most]
  if (extra === undefined) return others
  throw new UsageError(
    `${extra} is one word too many`,
    `The file is of ${name}; name another file with -f.`,
  )
}

export type Session = ReadFile & { target: Target; state: StateFile; references: References }

export function openSession(context: Context, options: CommandOptions): Session {
  const read = readFile(context, options)
  const folder = path.dirname(read.file)
  const { target: name, dataDir, output } = options
  const fromHere = (given: string): string => path.resolve(context.cwd, given)
  const state = createStateFile(folder, { name: read.deployment.name, target: name })
  const references = { env: context.env, folder }
  const target = context.openTarget({
    name,
    deployment: read.deployment,
    stateFolder: state.folder,
    dataDir: dataDir === undefined ? undefined : fromHere(dataDir),
    output: outputOf(context, output === '-' || output === undefined ? output : fromHere(output)),
    references,
  })
  return { ...read, target, state, references }
}

const outputOf = ({ out, print = out }: Context, output: string | undefined) =>
  output === '-' ? (text: string) => print(text.trimEnd()) : output

type Heeding = { say: (line: string) => void; strict: boolean }

/** Says what the target finds. Throws TargetError `refused` for errors, and with `strict` for warnings. */
export async function checkTarget(
  session: Session,
  { signal, ...heeding }: Heeding & { signal: AbortSignal },
): Promise<Finding[]> {
  return heed(session, await session.target.check(session.deployment, { signal }), heeding)
}

/** The same for what was found already; returns it with what the file warns of. */
export function heed(
  { target, warnings }: Pick<Session, 'target' | 'warnings'>,
  found: readonly Finding[],
  { say, strict }: Heeding,
): Finding[] {
  const ofFile = warnings.map(
    (message): Finding => ({ severity: 'warning', service: null, message }),
  )
  const findings = [...ofFile, ...found]
  const isStop = ({ severity }: Finding): boolean =>
    severity === 'error' || (strict && severity === 'warning')
  const stops = findings.filter(isStop)
  for (const finding of findings) if (!isStop(finding)) say(showFinding(finding))
  if (stops.length === 0) return findings
  throw new CannotRun(target.name, { stops, findings, strict })
}

/** The target cannot do what the file asks for; `findings` are all that it had to say. */
export class CannotRun extends TargetError {
  readonly findings: readonly Finding[]

  constructor(
    target: string,
    { stops, findings, strict }: { stops: Finding[]; findings: Finding[]; strict: boolean },
  ) {
    const reasons = stops.map((stop) => `\n  ${showFinding(stop)}`).join('')
    const whatToDo = `Change the file, or ${strict ? 'leave --strict out' : 'choose another target'}.`
    super('refused', `${target} cannot run this:${reasons}`, whatToDo)
    this.name = 'CannotRun'
    this.findings = findings
  }
}

const showFinding = ({ severity, service, message }: Finding): string =>
  `${severity}: ${service === null ? '' : `${service}: `}${message}`
