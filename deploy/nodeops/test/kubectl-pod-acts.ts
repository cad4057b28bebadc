// What the pretended kubectl does with pods: their lines, their annotations, ways to their ports.
import { setTimeout as delay } from 'node:timers/promises'
import { type Acting, find, notFound } from './kubectl-acting.ts'
import { selects } from './kubectl-arguments.ts'
import { kindNamed } from './kubectl-kinds.ts'
import { asObject, livingOf, podsOf } from './kubectl-pods.ts'
import type { Obj } from './kubectl-rules.ts'
import { Refused } from './kubectl-state.ts'

export async function logs({ state, call, namespace }: Acting): Promise<string> {
  const pods = livingOf(state)
    .filter(({ stored }) => stored.namespace === namespace)
    .flatMap((each) => podsOf(state, each)) as (Obj & {
    spec: { containers: { name: string }[] }
  })[]
  const [name] = call.words
  const selector = call.flags.get('--selector')
  if ((name === undefined) === (selector === undefined))
    throw new Refused('error: a pod or a selector')
  const chosen = pods.filter(({ metadata }) =>
    name === undefined ? selects(selector, metadata.labels) : metadata.name === name,
  )
  if (name !== undefined && chosen.length === 0) throw notFound(kindNamed('pods'), name)
  const tail = Number(call.flags.get('--tail') ?? 10)
  const lines = chosen.flatMap(({ metadata, spec }) =>
    Array.from(
      { length: tail },
      (_, i) => `[pod/${metadata.name}/${spec.containers[0]?.name}] line ${i + 1}`,
    ),
  )
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  // Until it is ended.
  if (call.flags.has('--follow')) await delay(60_000)
  return ''
}

export function annotate({ state, call, namespace }: Acting): void {
  const [resource = '', ...pairs] = call.words
  const [of = '', name = ''] = resource.split('/')
  const kind = kindNamed(of)
  if (kind.kind !== 'Pod') throw new Refused('error: only pods are annotated here')
  const pod = livingOf(state)
    .filter(({ stored }) => stored.namespace === namespace)
    .flatMap(({ stored }) => stored.pods?.all ?? [])
    .find((each) => each.name === name)
  if (!pod) throw notFound(kind, name)
  for (const pair of pairs) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? []
    if (key === undefined) throw new Refused(`error: invalid annotation format: ${pair}`)
    if (key in pod.annotations && !call.flags.has('--overwrite'))
      throw new Refused('error: --overwrite is false but found the annotation already')
    if (key === COST && !/^-?[1-9]\d{0,9}$|^0$/.test(value))
      throw new Refused(`Error from server (Forbidden): ${key} is no number`)
    pod.annotations[key] = value
  }
}

const COST = 'controller.kubernetes.io/pod-deletion-cost'

export async function portForward(acting: Acting): Promise<string> {
  const [resource = '', port = ''] = acting.call.words
  const [of = '', name = ''] = resource.split('/')
  const service = find(acting, kindNamed(of), name)
  if (!service) throw notFound(kindNamed(of), name)
  const { ports = [] } = (asObject(service).spec ?? {}) as { ports?: { port: number }[] }
  const [, local, remote] = /^(\d*):(\d+)$/.exec(port) ?? []
  if (local === undefined || !ports.some((each) => each.port === Number(remote)))
    throw new Refused(`error: Service ${name} does not have a service port ${remote}`)
  const { restPort } = acting.state
  if (restPort === null)
    throw new Refused('error: unable to forward port because pod is not running')
  process.stdout.write(`Forwarding from 127.0.0.1:${restPort} -> ${remote}\n`)
  process.stdout.write(`Forwarding from [::1]:${restPort} -> ${remote}\n`)
  await delay(60_000)
  return ''
}
