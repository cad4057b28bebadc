// What Prometheus reads of this replica alone: how it answers, how far the ledger is behind what workers report, and
// what it uses of its machine.

import { totalmem } from 'node:os'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type ProcessMetrics = {
  /** One answered request; `route` is the pattern, not the path. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void
  /** A worker has reported a result; to be called back once the ledger has it, or nobody wants it any more. */
  resultReported(): () => void
  /** A chunk was made again that the ledger had. */
  chunkRepeated(): void
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const COMMIT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

export function processMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry]
  const http = new Histogram({
    name: 'syndata_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  })
  const repeated = new Counter({
    name: 'syndata_chunks_repeated_total',
    help: 'Chunks made again that the ledger had, as this replica saw it',
    registers,
  })
  machineMetrics(registry)
  return {
    observeRequest: ({ method, route, status, seconds }) =>
      http.observe({ method, route, status }, seconds),
    chunkRepeated: () => repeated.inc(),
    resultReported: ledgerLag(registry),
  }
}

function ledgerLag(registry: Registry): ProcessMetrics['resultReported'] {
  const waiting = new Set<{ sinceMs: number }>()
  const commits = new Histogram({
    name: 'syndata_ledger_commit_seconds',
    help: 'From a worker’s report to its place in the ledger',
    buckets: COMMIT_SECONDS,
    registers: [registry],
  })
  new Gauge({
    name: 'syndata_ledger_lag_seconds',
    help: 'Age of the oldest report that is not in the ledger yet; 0 when there is none',
    registers: [registry],
    collect() {
      // A set keeps the order in which they came.
      const [oldest] = waiting
      this.set(oldest ? (performance.now() - oldest.sinceMs) / 1000 : 0)
    },
  })
  return () => {
    const report = { sinceMs: performance.now() }
    waiting.add(report)
    return () => {
      if (waiting.delete(report)) commits.observe((performance.now() - report.sinceMs) / 1000)
    }
  }
}

/** Under the names that every Prometheus client gives them. */
function machineMetrics(registry: Registry): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  gauge('process_resident_memory_bytes', 'Memory of this process', () => process.memoryUsage.rss())
  gauge('syndata_process_memory_limit_bytes', 'Memory that this process may use', memoryLimit)
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of this process',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(cpuSeconds())
    },
  })
}

/** Of its container, or the machine's. */
function memoryLimit(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
