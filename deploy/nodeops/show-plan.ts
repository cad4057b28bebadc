// A plan in words: one line per step, its changes below it.
import type { Step } from './target.ts'

export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'install':
      return 'prepare the target'
    case 'create':
      return `create ${step.service}`
    case 'update':
      return `update ${step.service}`
    case 'scale':
      return `scale ${step.service} from ${step.from} to ${step.to}`
    case 'place':
      return `workers in ${step.region}: from ${step.from} to ${step.to}`
    case 'remove':
      return `remove ${step.service}`
    case 'settle':
      return `record revision ${step.revision}`
  }
}

const MARKS: Readonly<Record<Step['kind'], string>> = {
  install: '+',
  create: '+',
  update: '~',
  scale: '~',
  place: '~',
  remove: '-',
  settle: '=',
}

/** What `nodeops plan` prints. */
export function showPlan(steps: readonly Step[]): string[] {
  if (steps.length === 0) return ['Nothing to do: what runs is what the file says.']
  return steps.flatMap((step) => [
    `  ${MARKS[step.kind]} ${describeStep(step)}`,
    ...(step.kind === 'update' ? changeLines(step) : []),
  ])
}

function changeLines({ changes }: Extract<Step, { kind: 'update' }>): string[] {
  if (changes.length === 0) return ['      told again']
  return changes.map(
    ({ path, from, to }) => `      ${path}: ${from ?? '(default)'} -> ${to ?? '(default)'}`,
  )
}
