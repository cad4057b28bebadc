// Every command by its name.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameHint } from '#engine/config/problem.ts'
import { fileSchemaText } from '../file/schema.ts'
import { planSteps } from '../plan.ts'
import { revisionOf } from '../revision.ts'
import { showPlan } from '../show-plan.ts'
import { type Finding, type Observed, TargetError } from '../target.ts'
import { READABLE, replaceFile } from '../write-file.ts'
import { type Command, type CommandOptions, type Context, EXIT, UsageError } from './context.ts'
import { deployCommand, rollbackCommand, updateCommand } from './deploy.ts'
import { COMMAND_NAMES, type CommandName, generalHelp, helpOf } from './help.ts'
import { readableLine } from './log-line.ts'
import { renderCommand } from './render.ts'
import { scaleCommand } from './scale.ts'
import { heed, openSession, readFile, type Session, wordsOf } from './session.ts'
import { showObserved, showRevisions } from './show.ts'
import { unresolvedFindings } from './unresolved.ts'

const TEMPLATE = new URL('../nodeops.yaml', import.meta.url)
const SCHEMA = new URL('../nodeops.schema.json', import.meta.url)
const FILE = 'nodeops.yaml'
const TRY_IT = '# Try it on this machine:  nodeops deploy --target local'

const initCommand: Command = async ({ cwd, out }, { force, json, file: named = FILE }) => {
  const file = path.resolve(cwd, named)
  if (existsSync(file) && !force) {
    throw new TargetError('refused', `${named} is there already`, 'Use --force to replace it.')
  }
  replaceFile(file, templateFor(path.dirname(file)), READABLE)
  const next = 'Change it as you like; then: nodeops validate, nodeops deploy'
  out(json ? JSON.stringify({ file }) : `${named} is written. ${next}`)
  return EXIT.ok
}

/** Its first lines say where its schema is, and nothing of the folder that it comes from. */
function templateFor(folder: string): string {
  const [, ...lines] = readFileSync(TEMPLATE, 'utf8').split('\n')
  const schema = path.relative(
    existsSync(folder) ? realpathSync(folder) : folder,
    fileURLToPath(SCHEMA),
  )
  const rest = lines.map((line) => (line.startsWith('# Try it') ? TRY_IT : line))
  return [`# yaml-language-server: $schema=${schema}`, ...rest].join('\n')
}

/** With what is not at hand here, which a deploy would refuse. */
async function checkedSession(
  context: Context,
  options: CommandOptions,
  words: readonly string[],
): Promise<{ session: Session; findings: Finding[] }> {
  const { out, err, signal } = context
  const session = openSession(context, options)
  wordsOf(words, session.deployment, 0)
  const say = options.json ? err : out
  const found = await session.target.check(session.deployment, { signal }).catch((error) => {
    signal.throwIfAborted()
    throw unseen(error, session)
  })
  const all = [...unresolvedFindings(session), ...found]
  return { session, findings: heed(session, all, { say, strict: options.strict }) }
}

/** What stands in the file was read by then: it is the target that cannot be asked. */
function unseen(error: unknown, { file, target }: Session): unknown {
  if (!(error instanceof TargetError) || error.constructor !== TargetError) return error
  const { kind, message, whatToDo } = error
  const right = `${path.basename(file)} is right, and ${target.name} cannot be asked`
  return new TargetError(kind, `${right}: ${message}`, whatToDo, { cause: error })
}

const validateCommand: Command = async (context, options, words) => {
  const { out } = context
  const { session, findings } = await checkedSession(context, options, words)
  const { deployment, file } = session
  const revision = revisionOf(deployment)
  if (options.json) out(JSON.stringify({ file, revision, deployment, findings }, null, 2))
  else out(`${path.basename(file)} is right (revision ${revision}).`)
  return EXIT.ok
}

const planCommand: Command = async (context, options, words) => {
  const { out, signal } = context
  const { session, findings } = await checkedSession(context, options, words)
  const { deployment, target } = session
  const observed = await target.observe({ signal })
  const steps = planSteps(deployment, observed)
  const revision = revisionOf(deployment)
  if (options.json) out(JSON.stringify({ revision, steps, findings, observed }, null, 2))
  else out(showPlan(steps).join('\n'))
  return options.check && steps.length > 0 ? EXIT.refused : EXIT.ok
}

const statusCommand: Command = async (context, options, words) => {
  const { target, state, deployment } = openSession(context, options)
  wordsOf(words, deployment, 0)
  const observed = await target.observe(context)
  const { revisions, applying } = state.read()
  if (options.json) {
    const applied = revisions.map(({ revision, appliedAt }) => ({ revision, appliedAt }))
    context.out(JSON.stringify({ ...observed, revisions: applied, applying }, null, 2))
  } else {
    context.out([...showObserved(observed), ...showRevisions(state.read())].join('\n'))
  }
  return EXIT.ok
}

const logsCommand: Command = async (context, options, words) => {
  const { target, deployment } = openSession(context, options)
  const [service] = wordsOf(words, deployment, 1)
  const { lines, follow, json } = options
  // What only writes a file says so itself, deployed or not.
  const { exists } = target.rendersOnly ? { exists: true } : await target.observe(context)
  if (!exists) {
    const message = `${deployment.name} is not deployed on ${target.name}`
    throw new TargetError('refused', message, 'Use nodeops deploy.')
  }
  const logs = target.logs({ signal: context.signal, service, lines, follow })
  for await (const line of logs) {
    if (json) context.out(JSON.stringify(line))
    else {
      const text = context.isTerminal ? readableLine(line.line) : line.line
      context.out(service === undefined ? `${line.service} | ${text}` : text)
    }
  }
  return EXIT.ok
}

const deleteCommand: Command = async (context, options, words) => {
  const { target, state, deployment } = openSession(context, options)
  wordsOf(words, deployment, 0)
  const { out, err, signal, confirm } = context
  const what = options.keepData ? '' : ' and its data'
  const question = `Delete ${deployment.name}${what} from ${target.name}?`
  if (!options.yes && confirm && !(await confirm(question))) {
    throw new TargetError('refused', 'it was not confirmed', 'Answer yes, or give --yes.')
  }
  return state.whileLocked(async () => {
    const say = options.json ? err : out
    const before = await target.observe({ signal })
    await target.delete({ signal, keepData: options.keepData, say })
    state.remove()
    const { keepData } = options
    say(`${saidOfDelete(before, `${deployment.name} is deleted from ${target.name}`, keepData)}.`)
    const { exists, dataKept = false } = before
    const isKept = keepData && (exists || dataKept)
    if (options.json) out(JSON.stringify({ deleted: exists, dataKept: isKept }))
    return EXIT.ok
  })
}

function saidOfDelete({ exists, dataKept }: Observed, done: string, keepData: boolean): string {
  if (exists) return keepData ? `${done}; its data is kept` : done
  if (!dataKept) return 'There was nothing'
  return `Nothing of it ran; its data is ${keepData ? 'still kept' : 'deleted now'}`
}

const helpCommand: Command = async ({ out, targets }, _options, [name]) => {
  if (name === undefined) out(generalHelp(targets))
  else if ((COMMAND_NAMES as string[]).includes(name)) out(helpOf(name as CommandName, targets))
  else throw new UsageError(`there is no command ${name}`, nameHint(name, COMMAND_NAMES))
  return EXIT.ok
}

const schemaCommand: Command = async ({ out }) => {
  out(fileSchemaText().trimEnd())
  return EXIT.ok
}

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  init: initCommand,
  validate: (context, options, words) => {
    // The file alone is said first: its problems need no target.
    readFile(context, options)
    return validateCommand(context, options, words)
  },
  plan: planCommand,
  render: renderCommand,
  deploy: deployCommand,
  status: statusCommand,
  logs: logsCommand,
  scale: scaleCommand,
  update: updateCommand,
  rollback: rollbackCommand,
  delete: deleteCommand,
  schema: schemaCommand,
  help: helpCommand,
}
