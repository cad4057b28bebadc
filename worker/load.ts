// What this worker uses of its machine, for heartbeats.

import { availableParallelism } from 'node:os'

export type Load = {
  /** 0 to 1 of the machine's cores, since the last call. */
  cpu: number
  memoryBytes: bigint
}

/** Each call measures since the one before. */
export function createLoadMeter(): () => Load {
  const cores = availableParallelism()
  let usage = process.cpuUsage()
  let at = performance.now()
  return () => {
    const used = process.cpuUsage(usage)
    const elapsedMs = performance.now() - at
    usage = process.cpuUsage()
    at += elapsedMs
    const busyMs = (used.user + used.system) / 1000
    const cpu = elapsedMs > 0 ? Math.min(1, busyMs / elapsedMs / cores) : 0
    return { cpu, memoryBytes: BigInt(process.memoryUsage.rss()) }
  }
}
