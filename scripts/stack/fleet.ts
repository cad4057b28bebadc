// The workers of a stack over time: those of its start, those that are added, and how one goes without a trace.
import { availableParallelism } from 'node:os'
import type { NewWorkers, Removal } from '#proto/control-api.ts'
import { createDeparture } from './departure.ts'
import { type FleetRecord, readFleetFile, writeFleetFile } from './fleet-file.ts'
import { StackError } from './stack-error.ts'
import type { ChildSpec } from './supervise.ts'
import type { Supervisor } from './supervisor.ts'
import { type WorkerDeps, type WorkerPlan, workerSpec } from './workers.ts'

/** All but `isLeaving` throw StackError for what cannot be done now. */
export type Fleet = {
  /** Ends removals that an earlier stop cut short. */
  finishRemovals: () => Promise<void>
  /** Starts all workers, of which the supervisor has a child each at once; resolves once they are healthy. */
  start: (begin: (spec: ChildSpec) => Promise<void>) => Promise<void>
  /** Writes them down, starts them, and returns their names at once. A later start of the stack starts them too. */
  add: (workers: NewWorkers) => string[]
  /** One of the stack's start comes back, enrolled anew, with the next start. */
  remove: (name: string, options: { drainTimeoutMs: number }) => Promise<Removal>
  isLeaving: (name: string) => boolean
  /** Removals under way are left to the next start. */
  close: () => void
}

export type FleetDeps = WorkerDeps & { supervisor: Supervisor; say: (line: string) => void }

export function createFleet(deps: FleetDeps): Fleet {
  const { plan, supervisor, say, calls } = deps
  const { dataDir } = plan
  const record = readFleetFile(dataDir)
  const closing = new AbortController()
  const departure = createDeparture({ calls, dataDir }, closing.signal)
  const removals = new Map<string, Promise<Removal>>()
  const keep = (change: Partial<FleetRecord>): void =>
    writeFleetFile(dataDir, Object.assign(record, change))
  const refuseWhenClosing = (): void => {
    if (closing.signal.aborted) throw new StackError('the stack is stopping', 'Start it again.')
  }

  const forget = async (name: string): Promise<void> => {
    await departure.forget(name)
    keep({
      added: record.added.filter((worker) => worker.name !== name),
      leaving: record.leaving.filter((leaving) => leaving !== name),
    })
  }

  const removal = async (name: string, drainTimeoutMs: number): Promise<Removal> => {
    keep({ leaving: [...new Set([...record.leaving, name])] })
    const drained = await departure.drain(name, drainTimeoutMs)
    refuseWhenClosing()
    await supervisor.get(name).stop()
    await forget(name)
    supervisor.forget(name)
    say(`${name} is gone${drained ? '' : ' before it was idle: its leases go to others'}`)
    return { id: name, drained }
  }

  return {
    finishRemovals: async () => {
      for (const name of record.leaving) await forget(name)
    },
    start: async (begin) => {
      // One that was added and does not get ready is still tried; it is no reason to stop the rest.
      const unlessLate = (error: Error): void => say(error.message)
      await Promise.all([
        ...plan.workers.map((worker) => begin(workerSpec(deps, worker))),
        ...record.added.map((worker) => begin(workerSpec(deps, worker)).catch(unlessLate)),
      ])
    },
    add: (wanted) => {
      refuseWhenClosing()
      const running = supervisor.children().filter(({ spec }) => spec.role === 'worker').length
      const workers = planWorkers(wanted, { next: record.next, running })
      keep({ next: record.next + workers.length, added: [...record.added, ...workers] })
      for (const worker of workers) {
        const failed = (error: Error): void => say(error.message)
        supervisor.start(workerSpec(deps, worker)).catch(failed)
      }
      return workers.map(({ name }) => name)
    },
    remove: (name, { drainTimeoutMs }) => {
      refuseWhenClosing()
      if (supervisor.get(name).spec.role !== 'worker') {
        throw new StackError(`${name} is not a worker`, 'Name one of the workers.')
      }
      const going = removals.get(name) ?? removal(name, drainTimeoutMs)
      removals.set(name, going)
      return going.finally(() => removals.delete(name))
    },
    isLeaving: (name) => record.leaving.includes(name),
    close: () => closing.abort(),
  }
}

function planWorkers(
  { region, count, threads }: NewWorkers,
  { next, running }: { next: number; running: number },
): WorkerPlan[] {
  const share = Math.max(1, Math.floor(availableParallelism() / (running + count)))
  return Array.from({ length: count }, (_, index) => ({
    name: `worker-${region}-${next + index}`,
    region,
    threads: threads ?? share,
  }))
}
