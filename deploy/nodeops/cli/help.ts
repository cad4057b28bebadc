// The texts that teach nodeops: all commands, and each with examples.

const COMMON = `  -f, --file FILE      the deployment (default nodeops.yaml here, then deploy/nodeops/nodeops.yaml)
  -t, --target NAME    where (default $NODEOPS_TARGET, then local)
      --data-dir DIR   target local: where its state lies (default beside the file, in .nodeops/)
  -o, --output FILE    render, and targets akash and template: what they write (- for standard output)
      --json           one JSON document on standard output; progress goes to standard error`

const EXITS = `Exit codes: 0 done, 1 it failed, 2 the command line or the file is wrong, 3 not ready in time,
4 refused (the target cannot, another nodeops is at work, or plan --check found something to do), 130 interrupted.`

/** Of each command: one line, how it is written, what else it takes, examples. */
const HELP = {
  init: {
    line: 'write a nodeops.yaml to begin with',
    usage: 'nodeops init [--force]',
    more: `Writes the file of a whole fleet into this folder: ten workers in four regions, three to fifteen by
load, and what they need. --force replaces one that is there.`,
  },
  validate: {
    line: 'say everything that is wrong with the file',
    usage: 'nodeops validate [-f FILE] [--target NAME] [--strict]',
    more: `Every problem at once, with line, column and what to write. Then what the target cannot do, or does
otherwise than the file says; --strict makes the latter errors.

  nodeops validate -f nodeops.yaml --target local`,
  },
  plan: {
    line: 'show what deploy would do',
    usage: 'nodeops plan [-f FILE] [--target NAME] [--check]',
    more: `Compares the file with what runs. Nothing is changed. --check ends with 4 when there is something to
do: for a timer that looks for drift.

  nodeops plan
  nodeops plan --json | jq .steps`,
  },
  render: {
    line: 'write what deploy would apply, and touch nothing',
    usage: 'nodeops render [-f FILE] [--target NAME] [--output FILE]',
    more: `The documents of kubernetes, the compose.yaml of compose, the SDL of akash, the template of NodeOps, on
standard output or into FILE: for review, and for tools that apply files by themselves. No secret is in it;
standard error says which are needed.

  nodeops render --target kubernetes > manifests.yaml
  nodeops render --target kubernetes | kubectl diff -f -`,
  },
  deploy: {
    line: 'make what runs what the file says',
    usage: 'nodeops deploy [-f FILE] [--target NAME] [--timeout 10m] [--strict]',
    more: `Plans, applies step by step, and waits until all of it is well. Repeating it is fine, and is how an
interrupted one goes on. An unchanged file does nothing.

  nodeops deploy -f deploy/nodeops/nodeops.yaml --target local`,
  },
  status: {
    line: 'show what runs, and where it answers',
    usage: 'nodeops status [-f FILE] [--target NAME]',
    more: `  nodeops status
  nodeops status --json | jq -r '.endpoints[0].url'`,
  },
  logs: {
    line: 'show what programs write',
    usage: 'nodeops logs [SERVICE] [-f] [-n LINES]',
    more: `-f goes on until Ctrl-C; the file is named by --file, or by -f with a name that ends with .yaml. On a
terminal lines are shown for people, into a pipe as they were written; --json adds where each is from.

  nodeops logs coordinator -n 20
  nodeops logs worker -f`,
  },
  scale: {
    line: 'change how many there are, until the next deploy',
    usage: 'nodeops scale SERVICE=N | REGION=N ...',
    more: `Workers by their region, other services by their name. The file is not changed: the next deploy
returns to it, but for workers of a fleet that sizes itself within its limits.

  nodeops scale us-west=5 eu-central=0
  nodeops scale coordinator=2`,
  },
  update: {
    line: 'deploy over what runs, values behind references included',
    usage: 'nodeops update [-f FILE] [--target NAME]',
    more: `As deploy, for what is deployed already: services whose variables come from references (valueFrom)
are told again, because what stands behind a name may have changed.`,
  },
  rollback: {
    line: 'return to the revision before, or to a named one',
    usage: 'nodeops rollback [--to REVISION]',
    more: `Revisions are those that were applied from this folder; status lists them; --to takes a number of the
list too. The file is not changed: the next deploy applies it again.

  nodeops rollback
  nodeops rollback --to 3f2a91c07b55`,
  },
  delete: {
    line: 'remove all of it',
    usage: 'nodeops delete [--keep-data] [--yes]',
    more: `Processes, sockets, data, state: nothing is left. --keep-data leaves the data (database, parts,
secrets) where the next deploy finds it. A terminal is asked first, unless --yes.`,
  },
  schema: {
    line: 'print the JSON Schema of the file, for editors',
    usage: 'nodeops schema',
    more: `  nodeops schema > nodeops.schema.json
  and in the first line of nodeops.yaml:  # yaml-language-server: $schema=nodeops.schema.json`,
  },
  help: { line: 'this text, or that of a command', usage: 'nodeops help [COMMAND]', more: '' },
} as const

export type CommandName = keyof typeof HELP
export const COMMAND_NAMES = Object.keys(HELP) as CommandName[]

/** Of all commands. */
export const generalHelp = (
  targets: readonly string[],
): string => `nodeops: one file to a running fleet

${COMMAND_NAMES.map((name) => `  ${name.padEnd(10)} ${HELP[name].line}`).join('\n')}

Options of all of them:
${COMMON}

Targets: ${targets.join(', ')}

${EXITS}

Begin here:
  nodeops init && nodeops deploy   a fleet on this machine, and a command for its first job
  nodeops help deploy              more of one command`

export function helpOf(name: CommandName, targets: readonly string[]): string {
  if (name === 'help') return generalHelp(targets)
  const { line, usage, more } = HELP[name]
  return `nodeops ${name}: ${line}\n\n  ${usage}\n\n${more}\n\nOptions of all commands:\n${COMMON}\n\n${EXITS}`
}
