// The command line that the pretended kubectl takes: known commands, known flags, nothing else.
import { Refused } from './kubectl-state.ts'

/** Flags by command; true takes a value. */
const GLOBAL = { '--context': true, '--namespace': true, '--request-timeout': true }
const COMMANDS: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  version: { '--output': true },
  get: { '--selector': true, '--output': true, '--ignore-not-found': false },
  apply: { '--server-side': false, '--field-manager': true, '--filename': true, '--output': true },
  create: { '--field-manager': true, '--filename': true, '--output': true },
  scale: { '--replicas': true, '--current-replicas': true },
  annotate: { '--overwrite': false },
  'port-forward': {},
  delete: { '--selector': true, '--ignore-not-found': false, '--output': true, '--timeout': true },
  logs: {
    ...{ '--selector': true, '--prefix': false, '--tail': true, '--follow': false },
    '--max-log-requests': true,
    '--ignore-errors': false,
  },
}

export type Call = { command: string; words: string[]; flags: Map<string, string> }

export function readCall([command = '', ...args]: readonly string[]): Call {
  const own = COMMANDS[command]
  if (!own) throw new Refused(`error: unknown command "${command}" for "kubectl"`)
  const known: Readonly<Record<string, boolean>> = { ...GLOBAL, ...own }
  const flags = new Map<string, string>()
  const words: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (!arg.startsWith('-') || arg === '-') words.push(arg)
    else {
      const takesValue = known[arg]
      if (takesValue === undefined) throw new Refused(`error: unknown flag: ${arg}`)
      if (flags.has(arg)) throw new Refused(`error: ${arg} twice`)
      const value = takesValue ? args[++i] : 'true'
      if (value === undefined) throw new Refused(`error: flag needs an argument: ${arg}`)
      flags.set(arg, value)
    }
  }
  return { command, words, flags }
}

/** `a=1,b=2` of labels. */
export function selects(
  selector: string | undefined,
  labels: Record<string, string> = {},
): boolean {
  if (selector === undefined) return true
  return selector.split(',').every((pair) => {
    const [key = '', value] = pair.split('=')
    if (value === undefined) throw new Refused(`error: unable to parse requirement: ${pair}`)
    return labels[key] === value
  })
}
