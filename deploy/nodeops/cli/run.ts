// One run of nodeops: whatever happens is said in a way that helps, and told by the exit code.
import { readFileSync } from 'node:fs'
import { nameHint } from '#engine/config/problem.ts'
import { ControlError } from '#proto/control-client.ts'
import { StackError } from '#scripts/stack/stack-error.ts'
import { TargetError, TimedOut } from '../target.ts'
import { type CommandLine, readArguments } from './arguments.ts'
import { asTyped, type Called } from './called.ts'
import { COMMANDS } from './commands.ts'
import { type CommandOptions, type Context, EXIT, type ExitCode, UsageError } from './context.ts'
import { helpOf } from './help.ts'
import { CannotRun, InvalidFile } from './session.ts'

/** Never throws but for defects of nodeops itself. */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  const called: Called = { program: context.program ?? 'nodeops', options: '' }
  try {
    const line = readArguments(args, context.env)
    const { command, words, options, help, version } = line
    if (version || help) {
      context.out(version ? release() : asTyped(helpOf(command, context.targets), called))
      return EXIT.ok
    }
    called.options = line.given
    knownTarget(options, context)
    return await COMMANDS[command](aside(spoken(context, line, called), options), options, words)
  } catch (error) {
    const failure = failureOf(error, context.signal)
    if (!failure) throw error
    const typed = (_: string, value: unknown) =>
      typeof value === 'string' ? asTyped(value, called) : value
    if (args.includes('--json')) context.out(JSON.stringify({ error: failure.json }, typed, 2))
    context.err(asTyped(failure.text, called))
    return failure.code
  }
}

/** What nodeops itself says names commands as they are typed; what programs, files and --json say is theirs. */
function spoken(context: Context, { command, options }: CommandLine, called: Called): Context {
  const { out, err, print = out } = context
  const isOthers = options.json || command === 'logs' || command === 'schema'
  return {
    ...context,
    out: isOthers ? out : (text) => out(asTyped(text, called)),
    err: (text) => err(asTyped(text, called)),
    print,
  }
}

function release(): string {
  const file = new URL('../../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return `nodeops ${version}`
}

function knownTarget({ target }: CommandOptions, { targets }: Context): void {
  if (!targets.includes(target))
    throw new UsageError(`there is no target ${target}`, nameHint(target, targets))
}

/** Standard output is the file's alone where it is asked for. */
const aside = (context: Context, { output }: CommandOptions): Context =>
  output === '-' ? { ...context, out: context.err } : context

type Failure = { code: ExitCode; text: string; json: object }

function failureOf(error: unknown, signal: AbortSignal): Failure | null {
  if (error instanceof InvalidFile) return invalid(error)
  const known = knownFailure(error)
  if (signal.aborted) {
    const text = 'Interrupted. What was applied stays applied; nodeops deploy goes on from there.'
    return { code: EXIT.interrupted, text, json: { message: text } }
  }
  if (!known) return null
  const { code, message, whatToDo } = known
  const findings = error instanceof CannotRun ? { findings: error.findings } : {}
  const text = `nodeops: ${message}\nWhat to do: ${whatToDo}`
  return { code, text, json: { message, what_to_do: whatToDo, ...findings } }
}

function knownFailure(
  error: unknown,
): { code: ExitCode; message: string; whatToDo: string } | null {
  if (error instanceof UsageError)
    return { code: EXIT.invalid, message: error.message, whatToDo: error.hint }
  if (isSystemError(error)) {
    const whatToDo = 'See that nodeops may read and write there, and that there is room.'
    return { code: EXIT.failed, message: error.message, whatToDo }
  }
  const isKnown =
    error instanceof TargetError || error instanceof StackError || error instanceof ControlError
  if (!isKnown) return null
  const { message, whatToDo } = error
  if (error instanceof TimedOut) return { code: EXIT.timedOut, message, whatToDo }
  const isRefused = error instanceof TargetError && error.kind === 'refused'
  return { code: isRefused ? EXIT.refused : EXIT.failed, message, whatToDo }
}

/** Of files, folders and sockets. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

function invalid({ file, problems, message }: InvalidFile): Failure {
  const lines = problems.flatMap(({ line, column, message: said, hint }) => [
    `${file}${line === undefined ? '' : `:${line}:${column}`}  ${said}`,
    ...(hint === undefined ? [] : [`    ${hint}`]),
  ])
  return {
    code: EXIT.invalid,
    text: [...lines, `nodeops: ${message}`].join('\n'),
    json: { message, file, problems },
  }
}
