// Workers at CreateOS that end, or start anew: drained through their coordinator first, where it is known.
import type { Deployment } from '../../deployment.ts'
import { createFleetCalls, type FleetWorker } from '../../leave/fleet-calls.ts'
import { addressOf, drainLimitMs, UNKNOWN_COORDINATOR } from '../../leave/fleet-door.ts'
import { type Leaving, leaveInOrder, refuseBusy, resume } from '../../leave/leave.ts'
import type { Bound } from '../../target.ts'
import type { References } from '../references.ts'
import type { WorkerVm } from './vms.ts'

export type Doing = Bound & { deployment: Deployment; say: (line: string) => void }
type Deps = { references: References }

/** Null where nobody is to wait, or nobody can be asked, which is said. */
function leavingOf({ references }: Deps, region: string, doing: Doing): Leaving | null {
  const limitMs = drainLimitMs(doing.deployment, references.env)
  if (limitMs === 0) return null
  const address = addressOf(references)
  if (!address) doing.say(UNKNOWN_COORDINATOR)
  return address && { ...doing, fleet: createFleetCalls(address), region, limitMs }
}

const connectedOf = async ({ fleet, region, signal }: Leaving): Promise<FleetWorker[]> =>
  (await fleet.workers(region, { signal })).filter(({ connected }) => connected)

export type Meant = { region: string; name: string }

/**
 * Does what ends or restarts the workers of this name, any of them, while all of them have nothing; those that are there
 * afterwards go on. Throws TargetError, with nothing done, when one had work to the last.
 */
export async function whileDrained(
  deps: Deps,
  { region, name }: Meant,
  doing: Doing,
  act: () => Promise<void>,
): Promise<void> {
  const leaving = leavingOf(deps, region, doing)
  if (!leaving) return act()
  const workers = (await connectedOf(leaving)).filter((worker) => worker.name === name)
  await leaveInOrder(leaving, workers, async (idle) => {
    refuseBusy(
      workers.filter((worker) => !idle.includes(worker)),
      leaving,
    )
    await act()
  })
  await resume(leaving, workers)
}

/** Ends as many of the region's machines, those with the least to end first. Throws TargetError as `refuseBusy`. */
export async function leaveMachines(
  deps: Deps,
  { here, region, count }: { here: readonly WorkerVm[]; region: string; count: number },
  doing: Doing,
  end: (machine: WorkerVm) => Promise<void>,
): Promise<void> {
  if (count <= 0) return
  const leaving = leavingOf(deps, region, doing)
  const workers = leaving ? await connectedOf(leaving) : []
  const going = chosen(here, workers).slice(0, count)
  const endAll = async (machines: readonly Machine[]): Promise<void> => {
    for (const { machine } of machines) await end(machine)
  }
  if (!leaving) return endAll(going)
  const known = going.flatMap(({ worker }) => worker ?? [])
  const busy = await leaveInOrder(leaving, known, (idle) =>
    endAll(going.filter(({ worker }) => !worker || idle.includes(worker))),
  )
  refuseBusy(busy, leaving)
}

type Machine = { machine: WorkerVm; worker: FleetWorker | null }

/** Where no worker is connected first, then those that were drained, the idlest, the last that were ordered. */
function chosen(here: readonly WorkerVm[], workers: readonly FleetWorker[]): Machine[] {
  const ranked = here.map((machine) => {
    const worker = workers.find(({ name }) => name === machine.vm.name) ?? null
    const rank = worker ? (worker.draining ? 1 : 2) : 0
    return { machine, worker, rank, unfinished: worker?.unfinished ?? 0 }
  })
  return ranked.sort(
    (a, b) =>
      a.rank - b.rank || a.unfinished - b.unfinished || b.machine.place.slot - a.machine.place.slot,
  )
}
