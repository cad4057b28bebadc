// Every command by its name.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { nameHint } from '#engine/config/problem.ts'
import { fileSchemaText } from '../file/schema.ts'
import { planSteps } from '../plan.ts'
import { revisionOf } from '../revision.ts'
import { showPlan } from '../show-plan.ts'
import { TargetError } from '../target.ts'
import { type Command, EXIT, UsageError } from './context.ts'
import { deployCommand, rollbackCommand, updateCommand } from './deploy.ts'
import { COMMAND_NAMES, type CommandName, generalHelp, helpOf } from './help.ts'
import { scaleCommand } from './scale.ts'
import { checkTarget, openSession, readFile, wordsOf } from './session.ts'
import { showObserved, showRevisions } from './show.ts'

const TEMPLATE = new URL('../nodeops.yaml', import.meta.url)
const FILE = 'nodeops.yaml'

const initCommand: Command = async ({ cwd, out }, { force }) => {
  const file = path.join(cwd, FILE)
  if (existsSync(file) && !force) {
    throw new TargetError('refused', `${FILE} is there already`, 'Use --force to replace it.')
  }
  writeFileSync(file, readFileSync(TEMPLATE))
  out(`${FILE} is written. Change it as you like; then: nodeops validate, nodeops deploy`)
  return EXIT.ok
}

const validateCommand: Command = async (context, options) => {
  const { out, err, signal } = context
  const session = openSession(context, options)
  const say = options.json ? err : out
  const findings = await checkTarget(session, { say, strict: options.strict, signal })
  const { deployment, file } = session
  const revision = revisionOf(deployment)
  if (options.json) out(JSON.stringify({ file, revision, deployment, findings }, null, 2))
  else out(`${path.basename(file)} is right (revision ${revision}).`)
  return EXIT.ok
}

const planCommand: Command = async (context, options) => {
  const { out, err, signal } = context
  const session = openSession(context, options)
  const say = options.json ? err : out
  const findings = await checkTarget(session, { say, strict: options.strict, signal })
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
  const logs = target.logs({ signal: context.signal, service, lines, follow })
  for await (const line of logs) {
    if (json) context.out(JSON.stringify(line))
    else context.out(service !== undefined ? line.line : `${line.service} | ${line.line}`)
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
    const { exists } = await target.observe({ signal })
    await target.delete({ signal, keepData: options.keepData, say })
    state.remove()
    const kept = options.keepData ? ' Its data is kept.' : ''
    say(exists ? `${deployment.name} is deleted from ${target.name}.${kept}` : 'There was nothing.')
    if (options.json) out(JSON.stringify({ deleted: exists, dataKept: options.keepData }))
    return EXIT.ok
  })
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
