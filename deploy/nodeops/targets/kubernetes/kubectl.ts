// The kubectl command: one call at a time, bounded, its complaints as TargetErrors. Documents go by its standard input,
// so that no secret is ever an argument or a file.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Bound, TargetError } from '../../target.ts'
import { childLines } from '../child-lines.ts'
import type { Manifest, Workload } from './manifests.ts'
import { type Forwarded, forward } from './port-forward.ts'

const CALL_MS = 60_000
/** Of one request to the API server. */
const REQUEST_S = 30
/** Pods get their time to end. */
const DELETE_MS = 5 * 60_000
const OUTPUT_MAX_BYTES = 64 * 2 ** 20
const COMPLAINT_LINES = 6
const LOG_STREAMS_MAX = 200

export type KubectlOptions = {
  command: string
  /** Null: the one that the configuration has as its current. */
  context: string | null
  namespace: string
  /** Has KUBECONFIG, HOME and PATH. */
  env: NodeJS.ProcessEnv
}

export type LogCall = { what: readonly string[]; lines: number; follow: boolean }

export type Kubectl = {
  /** Version of the API server. */
  serverVersion: (bound: Bound) => Promise<string>
  /** Everything of some kinds that has the labels. */
  list: <T>(kinds: readonly string[], selector: string | null, bound: Bound) => Promise<T[]>
  /** Null when there is none of this name. */
  get: <T>(kind: string, name: string, bound: Bound) => Promise<T | null>
  apply: (manifests: readonly (Manifest | Workload)[], bound: Bound) => Promise<void>
  /** Fails when it is there. */
  create: (manifest: Manifest, bound: Bound) => Promise<void>
  /** `from`: fails when it has another number by now; null takes any. */
  scale: (
    resource: string,
    replicas: { from: number | null; to: number },
    bound: Bound,
  ) => Promise<void>
  /** Over what it has. */
  annotate: (resource: string, annotations: Record<string, string>, bound: Bound) => Promise<void>
  /** A port of a service on this machine, as long as it is not closed. */
  forward: (service: string, port: number, bound: Bound) => Promise<Forwarded>
  /** Waits until they are gone; what is not there is fine. */
  remove: (what: readonly string[], bound: Bound) => Promise<void>
  logs: (call: LogCall & Bound) => AsyncIterable<string>
}

/** Each call is a process of its own; nothing is kept between them. */
export function createKubectl({ command, context, namespace, env }: KubectlOptions): Kubectl {
  const common = [
    ...(context === null ? [] : ['--context', context]),
    ...['--namespace', namespace],
  ]
  const request = ['--request-timeout', `${REQUEST_S}s`]
  const run = async (
    args: readonly string[],
    { signal }: Bound,
    { input = '', timeoutMs = CALL_MS, within = request } = {},
  ): Promise<string> => {
    const options = { signal, env, timeout: timeoutMs, maxBuffer: OUTPUT_MAX_BYTES }
    try {
      const running = promisify(execFile)(command, [...args, ...common, ...within], options)
      // Its complaint is told by its exit code, not by a pipe that it closed early.
      running.child.stdin?.on('error', () => undefined).end(input)
      return (await running).stdout
    } catch (error) {
      signal.throwIfAborted()
      throw complaintOf(error, `kubectl ${args[0] ?? ''}`)
    }
  }
  return {
    serverVersion: async (bound) => {
      const printed = await run(['version', '--output', 'json'], bound)
      const { serverVersion } = JSON.parse(printed) as { serverVersion?: { gitVersion?: string } }
      if (serverVersion?.gitVersion !== undefined) return serverVersion.gitVersion
      throw unreachable('it says no version')
    },
    list: async <T>(kinds: readonly string[], selector: string | null, bound: Bound) => {
      const of = selector === null ? [] : ['--selector', selector]
      const printed = await run(['get', kinds.join(','), ...of, '--output', 'json'], bound)
      return (JSON.parse(printed) as { items: T[] }).items
    },
    get: async <T>(kind: string, name: string, bound: Bound) => {
      const args = ['get', kind, name, '--ignore-not-found', '--output', 'json']
      const printed = await run(args, bound)
      return printed.trim() === '' ? null : (JSON.parse(printed) as T)
    },
    apply: async (manifests, bound) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests })
      const how = ['--server-side', '--field-manager', 'nodeops', '--filename', '-']
      await run(['apply', ...how, '--output', 'name'], bound, { input })
    },
    create: async (manifest, bound) => {
      const how = ['--field-manager', 'nodeops', '--filename', '-', '--output', 'name']
      await run(['create', ...how], bound, { input: JSON.stringify(manifest) })
    },
    scale: async (resource, { from, to }, bound) => {
      const only = from === null ? [] : ['--current-replicas', String(from)]
      await run(['scale', resource, '--replicas', String(to), ...only], bound)
    },
    annotate: async (resource, annotations, bound) => {
      const pairs = Object.entries(annotations).map(([key, value]) => `${key}=${value}`)
      await run(['annotate', resource, ...pairs, '--overwrite'], bound)
    },
    forward: (service, port, bound) =>
      forward(
        {
          args: ['port-forward', `service/${service}`, `:${port}`, ...common],
          ...{ command, env, complaintOf },
        },
        bound,
      ),
    remove: async (what, bound) => {
      // Waiting is one long request.
      const options = { timeoutMs: DELETE_MS, within: [] }
      await run(['delete', ...what, '--ignore-not-found', '--output', 'name'], bound, options)
    },
    logs: ({ what, lines, follow, signal }) => {
      const how = ['--prefix', '--tail', String(lines), ...(follow ? ['--follow'] : [])]
      // A pod that has not begun yet has no lines, and is no reason to have none of the others.
      const streams = ['--ignore-errors', '--max-log-requests', String(LOG_STREAMS_MAX)]
      const args = ['logs', ...what, ...how, ...streams, ...common]
      const complaint = (ended: object): TargetError => complaintOf(ended, 'kubectl logs')
      return childLines({ command, args, env, complaintOf: complaint }, signal)
    },
  }
}

const INSTALL = 'Install kubectl, point KUBECONFIG at your cluster, or use --target local.'
const REACH =
  'See kubectl cluster-info; KUBECONFIG and NODEOPS_KUBE_CONTEXT say which cluster it is.'

const unreachable = (message: string, cause?: unknown): TargetError =>
  new TargetError('refused', `the cluster does not answer: ${message}`, REACH, { cause })

const UNREACHABLE =
  /was refused|no such host|i\/o timeout|Unable to connect|context .* does not exist|no configuration has been provided/i
const FORBIDDEN = /\(Forbidden\)|is forbidden/
const CONFLICT = /conflicts? with "/

function complaintOf(error: unknown, what: string): TargetError {
  const {
    code,
    stderr = '',
    killed,
  } = error as {
    code?: unknown
    stderr?: string
    killed?: boolean
  }
  const options = { cause: error }
  if (code === 'ENOENT')
    return new TargetError('refused', 'kubectl is not installed', INSTALL, options)
  const said = complaintIn(stderr)
  if (killed) {
    const whatToDo = 'Look at the cluster; deploy goes on from here.'
    return new TargetError('failed', `${what} did not end in time`, whatToDo, options)
  }
  if (UNREACHABLE.test(said)) return unreachable(said, error)
  if (FORBIDDEN.test(said)) {
    const whatToDo = 'Ask for these rights in the namespace, or use another context.'
    return new TargetError('refused', said, whatToDo, options)
  }
  if (CONFLICT.test(said)) {
    const whatToDo = 'Somebody changed this by other means: undo that, or write it into the file.'
    return new TargetError('failed', said, whatToDo, options)
  }
  const message = said === '' ? `${what} failed` : said
  return new TargetError('failed', message, 'Mend what it says; deploy goes on from here.', options)
}

/** Lines of the client's own log, each with where in its source it was written. */
const KLOG = /^[EWIF]\d{4} \d\d:\d\d:\d\d/

/** Without warnings and log lines, and without the advice on conflicts, which is about kubectl itself. */
function complaintIn(stderr: string): string {
  const lines = stderr.trim().split('\n')
  const advice = lines.findIndex((line) => line.startsWith('Please review the fields above'))
  return lines
    .slice(0, advice < 0 ? lines.length : advice)
    .filter((line) => !line.startsWith('Warning:') && !KLOG.test(line))
    .slice(0, COMPLAINT_LINES)
    .join('\n')
}
