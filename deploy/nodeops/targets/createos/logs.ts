// Lines of apps by polling, of machines through ssh, all in one stream.
import { setTimeout as delay } from 'node:timers/promises'
import type { LogLine, LogOptions } from '../../target.ts'
import { TargetError } from '../../target.ts'
import { listApps } from './apps.ts'
import { logsScript } from './bootstrap.ts'
import { linesOf, newLines } from './log-window.ts'
import { hostOf, listVms, type VmDeps } from './vms.ts'

type Source = {
  service: string
  /** Of one replica set or machine. */
  name: string
  lines: (options: LogOptions) => AsyncIterable<string>
}

/** Of what was asked for: an hour of an app at most, as long as CreateOS keeps them. */
const LOOK_BACK_S = 3_600
/** Windows overlap by it. */
const OVERLAP_S = 10
/** Lines, far more than are written within the overlap. */
const SEEN_MAX = 5_000

/** Throws TargetError for a name that nothing has. */
export async function* createosLogs(deps: VmDeps, options: LogOptions): AsyncIterable<LogLine> {
  const { service, signal } = options
  if (signal.aborted) return
  const sources = await untilAborted(() => sourcesOf(deps, options), options)
  if (!sources) return
  const wanted = sources.filter(
    (source) => service === undefined || source.service === service || source.name === service,
  )
  if (wanted.length === 0 && service !== undefined) {
    throw new TargetError('refused', `nothing is called ${service}`, 'See nodeops status.')
  }
  yield* merged(
    wanted.map(({ name, lines }) => tagged(name, lines(options))),
    signal,
  )
}

async function untilAborted<T>(
  work: () => Promise<T>,
  { signal, follow }: LogOptions,
): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (follow && signal.aborted) return null
    throw error
  }
}

async function sourcesOf(deps: VmDeps, { signal }: LogOptions): Promise<Source[]> {
  const bound = { signal }
  const apps = await listApps(deps, bound)
  const ofApps = apps.map(async ({ project, service, role }): Promise<Source[]> => {
    const environments = await deps.api.environments(project.id, bound)
    return environments.map(({ id, uniqueName }) => ({
      service,
      name: role === 'worker' ? `${service}-${uniqueName}` : service,
      lines: (options) => appLines(deps, { project: project.id, environment: id }, options),
    }))
  })
  const machines = (await listVms(deps, bound)).flatMap(({ vm, place }): Source[] => {
    const host = hostOf(vm)
    if (!host) return []
    const lines = (options: LogOptions) =>
      orReason(deps.ssh.lines(host, logsScript(options.lines, options.follow), options))
    return [{ service: place.service, name: host.name, lines }]
  })
  return [...(await Promise.all(ofApps)).flat(), ...machines]
}

async function* appLines(
  { api, timing }: VmDeps,
  { project, environment }: { project: string; environment: string },
  options: LogOptions,
): AsyncIterable<string> {
  const look = (seconds: number) =>
    untilAborted(() => api.environmentLogs(project, environment, seconds, options), options)
  let seen = linesOf((await look(LOOK_BACK_S)) ?? '')
  yield* options.lines > 0 ? seen.slice(-options.lines) : []
  let at = performance.now()
  while (options.follow && !options.signal.aborted) {
    await untilAborted(() => delay(timing.pollMs, undefined, options), options)
    const seconds = Math.ceil((performance.now() - at) / 1_000) + OVERLAP_S
    const text = await look(seconds)
    if (text === null) return
    at = performance.now()
    const fresh = newLines(seen, linesOf(text))
    yield* fresh
    seen = [...seen, ...fresh].slice(-SEEN_MAX)
  }
}

/** One machine that does not answer takes no other's lines away. */
async function* orReason(lines: AsyncIterable<string>): AsyncIterable<string> {
  try {
    yield* lines
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    yield `(no more lines: ${error.message})`
  }
}

async function* tagged(service: string, lines: AsyncIterable<string>): AsyncIterable<LogLine> {
  for await (const line of lines) yield { service, line }
}

/** In the order in which they come; ends when all have, and ends all when it is left. */
async function* merged(
  sources: readonly AsyncIterable<LogLine>[],
  signal: AbortSignal,
): AsyncIterable<LogLine> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]())
  const step = async (i: number) => ({ i, result: await iterators[i]?.next() })
  const pending = new Map(iterators.map((_, i) => [i, step(i)]))
  try {
    while (pending.size > 0 && !signal.aborted) {
      const { i, result } = await Promise.race(pending.values())
      if (!result || result.done) pending.delete(i)
      else {
        pending.set(i, step(i))
        yield result.value
      }
    }
  } finally {
    for (const each of pending.values()) each.catch(() => undefined)
    for (const iterator of iterators) void iterator.return?.().catch(() => undefined)
  }
}
