// Entry of a worker: enrols if need be, connects, makes chunks until it is told to go. Exit codes: 0 after an
// orderly end, 78 when settings are wrong or the coordinators refuse this machine for good, 76 when it and they are of
// releases that do not understand each other: a supervisor must not restart it then; 1 for the rest.

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import { AppError, codeOf, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { RpcError } from '#proto/grpc-status.ts'
import { type Config, readConfig } from './config.ts'
import type { Work } from './conversation.ts'
import { type Enrolled, ensureEnrolled } from './enroll.ts'
import { startHealthServer } from './health.ts'
import { createHttpCalls } from './http-calls.ts'
import { createIdentityFile } from './identity.ts'
import { createInputCache } from './input-cache.ts'
import { createLeases } from './leases.ts'
import { describeMachine, type Machine } from './machine.ts'
import { createOutbox, type ToCoordinator } from './outbox.ts'
import { createSession, type Session } from './session.ts'
import { createSpecs } from './specs.ts'
import { createTrainingReports } from './train/training-reports.ts'
import { createUploadRequests } from './upload-requests.ts'

const EXIT_REFUSED = 78
const EXIT_OUTDATED = 76
const OUTDATED: ReadonlySet<ErrorCode> = new Set(['worker_outdated', 'coordinator_outdated'])
const THREAD_MEMORY_BYTES_MAX = 2 ** 30

let log = pino({ name: 'worker' })
try {
  const config = readConfig()
  log = pino({ name: 'worker', level: config.logLevel })
  for (const sentence of config.strange) log.warn(sentence)
  await main(config, log)
  process.exit(0)
} catch (error) {
  const known = error instanceof AppError || error instanceof RpcError
  const final = known && !ERRORS[codeOf(error)].retryable
  if (final) log.fatal({ code: codeOf(error) }, `this worker cannot run: ${error.message}`)
  else log.fatal({ err: error }, 'the worker failed')
  process.exit(final ? exitCodeOf(error) : 1)
}

function exitCodeOf(error: unknown): number {
  return OUTDATED.has(codeOf(error)) ? EXIT_OUTDATED : EXIT_REFUSED
}

async function main(config: Config, log: Logger): Promise<void> {
  const { dir, token, addresses, name, region } = config
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  process.once('SIGINT', () => stop.abort())
  const machine = await describeMachine()
  const file = createIdentityFile(dir)
  const options = { token, addresses, name, signal: stop.signal }
  const enrolled = await ensureEnrolled({ file, machine, log }, options).catch((error: unknown) => {
    if (stop.signal.aborted) return null
    throw error
  })
  if (!enrolled) return
  const { membership } = enrolled
  log.info({ workerId: membership.workerId, region: membership.region }, 'enrolled')
  if (region !== null && region !== membership.region) {
    log.warn({ asked: region, region: membership.region }, 'the token decides the region')
  }
  await serve({ config, log, enrolled, machine }, stop.signal)
}

type Parts = { config: Config; log: Logger; enrolled: Enrolled; machine: Machine }

async function serve(parts: Parts, stop: AbortSignal): Promise<void> {
  const { config, log, enrolled, machine } = parts
  const { membership } = enrolled
  const addresses = config.addresses.length > 0 ? config.addresses : membership.addresses
  const session = createSession({ enrolled, machine, log }, { addresses, slots: config.threads })
  const work = createWork(parts, session)
  const health = config.healthPort
    ? await startHealthServer(session, { port: config.healthPort })
    : null
  const left = new Promise<void>((resolve) => {
    const leave = () => void goodbye(session, work, config).then(resolve)
    if (stop.aborted) leave()
    else stop.addEventListener('abort', leave, { once: true })
  })
  try {
    await session.run(work)
    await left
  } finally {
    work.uploads.close()
    await work.leases.close()
    await health?.close()
  }
}

function createWork({ config, log, enrolled, machine }: Parts, session: Session): Work {
  const send = (message: ToCoordinator) => session.send(message)
  const [specs, outbox, uploads, trainings] = [
    createSpecs(),
    createOutbox({ send }),
    createUploadRequests({ send }),
    createTrainingReports({ send }),
  ]
  const onDeath = (error: Error) => log.warn({ err: error }, 'a compute thread died')
  const memoryBytes = config.memoryLimitBytes ?? Number(machine.memoryBytes) / 2
  const threadMemoryBytes = Math.min(memoryBytes / config.threads, THREAD_MEMORY_BYTES_MAX)
  const { threads } = config
  const { authority } = enrolled.membership
  const { checkpointEveryMs } = config
  const gpus = machine.gpus.map(({ name, driver }, device) => ({ device, name, driver }))
  const options = { threads, threadMemoryBytes, authority, checkpointEveryMs, gpus }
  const cache = { dir: join(config.dir, 'inputs'), maxBytes: config.inputCacheBytes }
  const inputs = createInputCache({ http: createHttpCalls({ authority }) }, cache)
  return {
    specs,
    outbox,
    uploads,
    trainings,
    leases: createLeases({ specs, outbox, uploads, inputs, trainings, onDeath }, options),
  }
}

/** What is begun is finished and acknowledged first, within limits. */
async function goodbye(
  session: Session,
  { leases, outbox }: Work,
  { drainMs }: Config,
): Promise<void> {
  session.wane()
  const done = leases.finish().then(() => outbox.empty())
  await Promise.race([done, delay(drainMs)])
  await session.leave('the worker was told to stop')
}
