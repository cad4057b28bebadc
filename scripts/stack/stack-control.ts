// What the control door can do to a stack, from its first moment on.
import type { Service } from '#proto/control-api.ts'
import { describeMachine } from '#worker/machine.ts'
import { type ControlDoor, openControlDoor, serviceOf } from './control-door.ts'
import type { Fleet } from './fleet.ts'
import { readFleetFile } from './fleet-file.ts'
import { StackError } from './stack-error.ts'
import type { Supervisor } from './supervisor.ts'
import { waitUntil } from './wait-until.ts'

export type StackControl = {
  /** A folder whose path is too long for a socket has no door, and that is said. */
  open: (dataDir: string) => Promise<void>
  /** From here on workers come and go. */
  admit: (fleet: Fleet) => void
  /** The stack stops: what waits is told. */
  stopping: () => void
  close: () => Promise<void>
}

const ADMISSION_MS = 60_000

export function createStackControl({
  supervisor,
  say,
  stop,
}: {
  supervisor: Supervisor
  say: (line: string) => void
  stop: () => void
}): StackControl {
  const openedAt = new Date().toISOString()
  let door: ControlDoor | undefined
  let fleet: Fleet | undefined
  let isStopping = false
  let remembered: () => Service[] = () => []
  /** Workers that are asked for while the stack starts wait for its coordinators. */
  const admitted = async (): Promise<Fleet> => {
    await waitUntil(() => fleet !== undefined || isStopping, { timeoutMs: ADMISSION_MS })
    if (fleet) return fleet
    throw new StackError('the stack has no coordinator yet', 'Ask again when one runs.')
  }
  const controlled = {
    services: () => {
      const isLeaving = fleet?.isLeaving ?? (() => false)
      const children = supervisor.children()
      const names = new Set(children.map(({ spec }) => spec.name))
      const shown = children.map((child) => serviceOf(child, isLeaving))
      return [...shown, ...remembered().filter(({ name }) => !names.has(name))]
    },
    addWorkers: async (workers: Parameters<Fleet['add']>[0]) => {
      if (workers.gpu) await needGpu()
      return (await admitted()).add(workers)
    },
    removeWorker: async (...args: Parameters<Fleet['remove']>) =>
      (await admitted()).remove(...args),
    restart: async (name: string) => {
      const child = supervisor.get(name)
      if (fleet?.isLeaving(name)) throw new StackError(`${name} is leaving`, 'Restart another.')
      await child.stop()
      if (isStopping) throw new StackError('the stack is stopping', 'Start it again.')
      await child.start()
    },
    stop,
  }
  return {
    open: async (dataDir) => {
      try {
        door = await openControlDoor(dataDir, controlled)
        remembered = () => rememberedWorkers(dataDir, openedAt)
      } catch (error) {
        if (!(error instanceof StackError)) throw error
        say(`no control door: ${error.message}`)
      }
    },
    admit: (admittedFleet) => {
      fleet = admittedFleet
    },
    stopping: () => {
      isStopping = true
      fleet?.close()
    },
    close: async () => {
      await door?.close()
    },
  }
}

/** Workers that will be started once a coordinator runs: they belong to the stack from its first moment on. */
function rememberedWorkers(dataDir: string, since: string): Service[] {
  const { added, leaving } = readFleetFile(dataDir)
  return added
    .filter(({ name }) => !leaving.includes(name))
    .map(({ name, region }) => ({
      ...{ name, kind: 'worker', region, pid: null },
      ...{ state: 'starting' as const, restarts: 0, since },
    }))
}

async function needGpu(): Promise<void> {
  const { gpus } = await describeMachine()
  if (gpus.length > 0) return
  throw new StackError(
    'this machine has no GPU that its driver tells of (nvidia-smi)',
    'Add workers without gpu, or run them on a machine that has one.',
  )
}
