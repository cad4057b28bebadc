// A pretended kubectl with a pretended cluster behind it, in the file KUBECTL_STATE: strict where the real ones are, and
// failing where tests want it.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Acting, find, isAt, notFound } from './kubectl-acting.ts'
import { type Call, readCall, selects } from './kubectl-arguments.ts'
import { type Kind, kindNamed, kindOf, shownAs } from './kubectl-kinds.ts'
import { applied, setField } from './kubectl-leaves.ts'
import { annotate, logs, portForward } from './kubectl-pod-acts.ts'
import { asObject, livingOf, podsOf, reconcile, statusOf } from './kubectl-pods.ts'
import { checkChange, checkObject, type Obj } from './kubectl-rules.ts'
import { Refused, readState, type Stored, writeState } from './kubectl-state.ts'

function documentsIn({ flags }: Call): Obj[] {
  if (flags.get('--filename') !== '-') throw new Refused('error: must specify --filename -')
  const given = JSON.parse(readFileSync(0, 'utf8')) as Obj & { items?: Obj[] }
  return given.kind === 'List' ? (given.items ?? []) : [given]
}

function checkPlace(acting: Acting, kind: Kind, { metadata }: Obj): void {
  if (!kind.isNamespaced) return
  if ((metadata.namespace ?? acting.namespace) !== acting.namespace) {
    throw new Refused('error: the namespace from the provided object does not match the namespace')
  }
  const spaces = kindNamed('namespaces')
  if (!find(acting, spaces, acting.namespace)) throw notFound(spaces, acting.namespace)
}

function apply(acting: Acting): void {
  const { state, call, namespace } = acting
  if (!call.flags.has('--server-side')) throw new Refused('error: only server-side apply here')
  const manager = call.flags.get('--field-manager') ?? 'kubectl'
  for (const document of documentsIn(call)) {
    const kind = kindOf(document)
    checkObject(kind, document)
    checkPlace(acting, kind, document)
    const before = find(acting, kind, document.metadata.name)
    const leaves = applied(before?.leaves ?? {}, document, manager)
    const next: Stored = {
      ...{ apiVersion: kind.apiVersion, kind: kind.kind, name: document.metadata.name, leaves },
      namespace: kind.isNamespaced ? namespace : null,
      ...{ generation: before?.generation ?? 1, looks: before?.looks ?? 0 },
    }
    if (before) checkChange(kind, asObject(before), asObject(next))
    checkObject(kind, asObject(next))
    if (before && JSON.stringify(asObject(before).spec) !== JSON.stringify(asObject(next).spec)) {
      Object.assign(next, { generation: before.generation + 1, looks: 0 })
    }
    state.objects = [...state.objects.filter((each) => each !== before), next]
  }
}

function create(acting: Acting): void {
  for (const { metadata, ...rest } of documentsIn(acting.call)) {
    const document = { metadata, ...rest }
    const kind = kindOf(document)
    if (find(acting, kind, metadata.name)) {
      throw new Refused(
        `Error from server (AlreadyExists): ${shownAs(kind, metadata.name)} already exists`,
      )
    }
    checkObject(kind, document)
    checkPlace(acting, kind, document)
    acting.state.objects.push({
      ...{
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        name: metadata.name,
        generation: 1,
        looks: 0,
      },
      namespace: kind.isNamespaced ? acting.namespace : null,
      leaves: applied({}, document, 'nodeops create'),
    })
  }
}

/** A look: what is told to start has got on since the last one. */
function get(acting: Acting): string {
  const { state, call, namespace } = acting
  const [kinds = '', name] = call.words
  if (call.flags.get('--output') !== 'json') throw new Refused('error: json only here')
  if (name !== undefined) {
    const kind = kindNamed(kinds)
    const found = find(acting, kind, name)
    if (!found && call.flags.has('--ignore-not-found')) return ''
    if (!found) throw notFound(kind, name)
    return JSON.stringify(asObject(found))
  }
  const wanted = kinds.split(',').map(kindNamed)
  for (const { stored } of livingOf(state)) stored.looks++
  const living = livingOf(state).filter(({ stored }) => stored.namespace === namespace)
  const stored = wanted.flatMap((kind) => state.objects.filter(isAt(kind, namespace)).map(asObject))
  const items = [
    ...stored.map((object) => {
      const own = living.find(
        (each) => each.stored.kind === object.kind && each.stored.name === object.metadata.name,
      )
      if (!own) return object
      const metadata = { ...object.metadata, generation: own.stored.generation }
      return { ...object, metadata, status: statusOf(state, own) }
    }),
    ...(wanted.some(({ kind }) => kind === 'Pod')
      ? living.flatMap((each) => podsOf(state, each))
      : []),
    ...(wanted.some(({ kind }) => kind === 'Node') ? state.nodes.map(nodeOf) : []),
    ...(wanted.some(({ kind }) => kind === 'StorageClass') ? [STANDARD] : []),
  ] as Obj[]
  const selector = call.flags.get('--selector')
  const chosen = items.filter(({ metadata }) => selects(selector, metadata.labels))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: chosen })
}

const nodeOf = (gpus: number, i: number): object => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${i}` } },
  status: { allocatable: { cpu: '8', ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}) } },
})
const STANDARD = {
  ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
}

function scale(acting: Acting): void {
  const [resource = ''] = acting.call.words
  const [of = '', name = ''] = resource.split('/')
  const kind = kindNamed(of)
  const found = find(acting, kind, name)
  if (!found) throw notFound(kind, name)
  const replicas = Number(acting.call.flags.get('--replicas'))
  if (!Number.isInteger(replicas) || replicas < 0)
    throw new Refused('error: --replicas is required')
  const now = Number(asObject(found).spec?.['replicas'] ?? 1)
  const expected = acting.call.flags.get('--current-replicas')
  if (expected !== undefined && Number(expected) !== now) {
    throw new Refused(`error: Expected replicas to be ${expected}, was ${now}`)
  }
  if (now === replicas) return
  setField(found, ['spec', 'replicas'], replicas, 'kubectl')
  Object.assign(found, { generation: found.generation + 1, looks: 0 })
}

function remove(acting: Acting): void {
  const { state, call, namespace } = acting
  const [kinds = '', ...names] = call.words
  const selector = call.flags.get('--selector')
  if (names.length === 0 && selector === undefined) {
    throw new Refused('error: resource(s) were provided, but no name was specified')
  }
  for (const kind of kinds.split(',').map(kindNamed)) {
    const isHere = isAt(kind, namespace)
    for (const name of names) {
      const isThere = find(acting, kind, name) !== undefined
      if (!isThere && !call.flags.has('--ignore-not-found')) throw notFound(kind, name)
    }
    const goes = (each: Stored): boolean =>
      isHere(each) &&
      (names.length > 0
        ? names.includes(each.name)
        : selects(selector, asObject(each).metadata.labels))
    const gone = state.objects.filter(goes)
    const spaces = new Set(gone.filter((each) => each.kind === 'Namespace').map(({ name }) => name))
    state.objects = state.objects.filter((each) => !goes(each) && !spaces.has(each.namespace ?? ''))
  }
}

const COMMANDS: Readonly<Record<string, (acting: Acting) => string | Promise<string>>> = {
  version: () => JSON.stringify({ serverVersion: { gitVersion: 'v1.32.0' } }),
  ...{ get, logs, 'port-forward': portForward },
  ...Object.fromEntries(
    Object.entries({ apply, create, scale, annotate, delete: remove }).map(([name, act]) => [
      name,
      (acting: Acting) => {
        act(acting)
        reconcile(acting.state)
        return ''
      },
    ]),
  ),
}

const KLOG_LINES = 6

async function main(file: string, args: readonly string[]): Promise<void> {
  const call = readCall(args)
  const state = readState(file)
  state.calls.push([...args])
  if (!state.isReachable) {
    // The client's own log comes first, once per kind that it asked for.
    for (let i = 0; i < KLOG_LINES; i++)
      console.error(
        'E0131 10:00:00.000000    4711 memcache.go:265] "Unhandled Error" err="refused"',
      )
    throw new Refused(
      'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
    )
  }
  const slow = state.faults.find((fault) => fault.kind === 'slow' && fault.command === call.command)
  if (slow?.kind === 'slow') await delay(slow.delayMs)
  const failure = state.faults.find(
    (fault) => fault.kind === 'fail' && fault.command === call.command,
  )
  try {
    if (failure?.kind === 'fail' && failure.times > 0) {
      failure.times--
      throw new Refused(failure.message)
    }
    const namespace = call.flags.get('--namespace') ?? 'default'
    const printed = await COMMANDS[call.command]?.({ state, call, namespace })
    process.stdout.write(printed ?? '')
  } finally {
    // What was done before something was refused is done.
    if (call.command !== 'logs' && call.command !== 'port-forward') writeState(file, state)
  }
}

if (import.meta.main) {
  await main(process.env['KUBECTL_STATE'] ?? '', process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
