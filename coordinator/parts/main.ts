// The parts process put together: takes workers' uploads, reads them back for hashing, merging and publishing, and
// serves published blocks to peers, so that none of it takes the coordinator's time. All workers wait while it is away:
// uploads are the first that it takes, before the libraries of the rest are loaded, and the last that it gives up.

import { setTimeout as delay } from 'node:timers/promises'
import { MAX_PART_BYTES } from '#engine/dag/part.ts'
import { readConfig } from '../config.ts'
import { openFoundation, stopOnSignals, uploadKeyOf } from '../foundation.ts'
import { createAudit } from '../identity/audit.ts'
import { createReadiness, type Readiness } from '../readiness.ts'
import { databaseCondition } from '../ready-conditions.ts'
import { settingsOrExit } from '../settings-or-exit.ts'
import { STOP } from '../workflows/policies.ts'
import { startSink } from './sink-host.ts'
import { tlsFor } from './tls.ts'

const config = settingsOrExit(() => readConfig())
const stopping = new AbortController()
const base = await openFoundation(config, stopping.signal)
const { database, log, secrets } = base
const onFatal = (error: unknown) => {
  log.fatal({ err: error }, 'cannot go on; to be started again')
  process.exit(1)
}

const audit = createAudit(database, { onError: (error) => log.warn({ err: error }, 'audit') })
let readiness: Readiness | null = null
const sink = await startSink(
  {
    log,
    reasons: async () => (await readiness?.reasons()) ?? ['It is starting.'],
    onFatal,
    onRefused: (refusal) =>
      audit.record({
        principal: refusal.workerId ?? 'anonymous',
        action: 'part.upload',
        resource: refusal.cid,
        outcome: 'refused',
        details: refusal,
      }),
  },
  {
    store: config.store,
    key: await uploadKeyOf(secrets),
    options: {
      host: config.parts.host,
      port: config.parts.port,
      // What is right for a lease is in its token.
      maxBytes: MAX_PART_BYTES,
      ...(await tlsFor(secrets, config.parts)),
    },
  },
)
log.info({ url: sink.url }, 'taking uploads')

const { startStorageWork } = await import('./storage-work.ts')
const work = await startStorageWork({ base, onFatal }, config, { signal: stopping.signal })
readiness = createReadiness([databaseCondition(database), ...work.conditions], {
  onUnmet: (reason, err) => log.warn({ reason, err }, 'not ready'),
})
log.info({ url: sink.url, peers: work.peers() }, 'parts ready')

stopOnSignals(log, { limitMs: config.drainMs + STOP.limitMs }, async () => {
  readiness?.leave()
  await Promise.all([delay(config.drainMs), work.finish()])
  stopping.abort()
  await work.close()
  await sink.close()
  await audit.close()
  await base.close()
})
