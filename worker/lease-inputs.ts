// The private files of running leases: fetched when a lease comes, held until it ends.

import { AppError } from '#engine/errors.ts'
import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { HeldInputs, InputCache, InputFile } from './input-cache.ts'

export type LeaseInputs = {
  /** Fetches what the assignment names, unless the lease has it or is getting it. */
  begin(assignment: Assign): void
  /** Null while they are on their way. */
  filesOf(leaseId: string): readonly InputFile[] | null
  /** Lets them go; a download that only this lease waits for ends. */
  end(leaseId: string): void
  close(): void
}

type Events = {
  onReady: () => void
  /** Nothing more comes for this lease. */
  onFailed: (leaseId: string, error: unknown) => void
}

type Entry = { held: HeldInputs | null; stop: AbortController }

export function createLeaseInputs(cache: InputCache, { onReady, onFailed }: Events): LeaseInputs {
  const entries = new Map<string, Entry>()

  async function fetch(entry: Entry, { leaseId, inputs, download }: Assign): Promise<void> {
    const source = { baseUrl: download?.baseUrl ?? '', token: download?.token ?? '' }
    const wanted = inputs.map(({ cid, bytes, sha256 }) => ({ cid, bytes: Number(bytes), sha256 }))
    try {
      const held = await cache.hold(wanted, source, { signal: entry.stop.signal })
      if (entry.stop.signal.aborted) return held.release()
      entry.held = held
      onReady()
    } catch (error) {
      if (!entry.stop.signal.aborted) onFailed(leaseId, error)
    }
  }

  function end(leaseId: string): void {
    const entry = entries.get(leaseId)
    entries.delete(leaseId)
    entry?.stop.abort(new AppError('cancelled', 'the lease ended'))
    entry?.held?.release()
  }

  return {
    begin(assignment) {
      const { leaseId, inputs } = assignment
      if (inputs.length === 0 || entries.has(leaseId)) return
      const entry: Entry = { held: null, stop: new AbortController() }
      entries.set(leaseId, entry)
      void fetch(entry, assignment)
    },
    filesOf(leaseId) {
      const entry = entries.get(leaseId)
      return entry ? (entry.held?.files ?? null) : []
    },
    end,
    close() {
      for (const leaseId of [...entries.keys()]) end(leaseId)
    },
  }
}
