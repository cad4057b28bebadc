// Watches the silence of streams: suspect, then lost. A tick that comes late says that this process slept, not
// the workers, and judges nobody.

import { FLEET } from '../workflows/policies.ts'
import type { ConnectedWorker, Registry } from './registry.ts'

const TICK_MS = 500

export type LivenessEvents = {
  onSuspect(worker: ConnectedWorker): void
  onBack(worker: ConnectedWorker): void
  onLost(worker: ConnectedWorker): void
}

export function watchLiveness(registry: Registry, events: LivenessEvents): { stop(): void } {
  let lastTickMs = performance.now()
  const tick = () => {
    const nowMs = performance.now()
    const late = nowMs - lastTickMs > 2 * TICK_MS
    lastTickMs = nowMs
    if (late) return
    for (const worker of [...registry.all()]) judge(worker, nowMs - worker.lastHeardMs, events)
  }
  const timer = setInterval(tick, TICK_MS)
  return { stop: () => clearInterval(timer) }
}

function judge(worker: ConnectedWorker, silentMs: number, events: LivenessEvents): void {
  if (silentMs > FLEET.lostAfterMs) events.onLost(worker)
  else if (silentMs > FLEET.suspectAfterMs && !worker.suspect) {
    worker.suspect = true
    events.onSuspect(worker)
  } else if (silentMs <= FLEET.suspectAfterMs && worker.suspect) {
    worker.suspect = false
    events.onBack(worker)
  }
}
