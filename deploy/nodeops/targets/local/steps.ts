// What each step of a plan does on this machine.
import { isDeepStrictEqual } from 'node:util'
import { readEnvironments, writeEnvironments } from '#scripts/stack/environment-file.ts'
import { type Deployment, type ServiceSpec, serviceOfRole } from '../../deployment.ts'
import type { Applying, Step } from '../../target.ts'
import type { References } from '../references.ts'
import { specOf } from '../steps.ts'
import { environmentsOf, lookAtMachine, servers } from './environment.ts'
import {
  claimFolder,
  type LocalRecord,
  readRecord,
  type SupervisorOptions,
  writeRecord,
} from './folder.ts'
import { createProcesses } from './processes.ts'
import { setUp } from './set-up.ts'
import type { LocalSupervisor } from './supervisor.ts'

export type LocalStepsDeps = {
  name: string
  dataDir: string
  references: References
  supervisor: LocalSupervisor
}

/** Applies one step. Throws TargetError. */
export function createLocalSteps({ name, dataDir, references, supervisor }: LocalStepsDeps) {
  const processes = createProcesses(dataDir, supervisor)
  const keep = (change: Partial<LocalRecord>): void =>
    writeRecord(dataDir, { ...readRecord(dataDir), ...change })

  /** Starts it, or starts it again where it was started otherwise. */
  const ensureRunning = async ({ deployment, signal, say }: Applying): Promise<void> => {
    const wanted = supervisorOptions(deployment)
    const runs = (await supervisor.services({ signal })) !== null
    if (runs && isDeepStrictEqual(readRecord(dataDir).started, wanted)) return
    if (runs) say('stopping everything: it is started another way')
    await supervisor.stop({ signal })
    const machine = await lookAtMachine(signal)
    writeEnvironments(dataDir, environmentsOf(deployment, references, machine))
    keep({ started: wanted, stale: [] })
    say('starting the supervisor')
    await supervisor.start(wanted, servers(deployment, references), { signal })
  }

  const tell = async (spec: ServiceSpec, applying: Applying): Promise<void> => {
    const { deployment, signal } = applying
    const machine = await lookAtMachine(signal)
    const wanted = environmentsOf(deployment, references, machine)[spec.role] ?? {}
    await ensureRunning(applying)
    const before = readEnvironments(dataDir)
    const told = readRecord(dataDir).told.filter(
      (known) => known.name !== spec.name && known.role !== spec.role,
    )
    if (!isDeepStrictEqual(before[spec.role], wanted)) {
      // Written down first: whoever is interrupted from here on has restarts to make up for.
      keep({ stale: [...readRecord(dataDir).stale, spec.role] })
      writeEnvironments(dataDir, { ...before, [spec.role]: wanted })
    }
    if (readRecord(dataDir).stale.includes(spec.role)) await processes.restart(spec.role, applying)
    keep({ stale: readRecord(dataDir).stale.filter((role) => role !== spec.role) })
    if (spec.role !== 'worker') await processes.waitRunning(spec.role, applying)
    keep({ told: [...told, spec] })
  }

  return async (step: Step, applying: Applying): Promise<void> => {
    switch (step.kind) {
      case 'install':
        await setUp(applying.say, applying.signal)
        claimFolder(dataDir)
        keep({ exists: true, name })
        return
      case 'create':
      case 'update':
      case 'scale':
        return tell(specOf(applying.deployment, step.service), applying)
      case 'place':
        await ensureRunning(applying)
        return processes.place(step, applying)
      case 'remove':
        return keep({ told: readRecord(dataDir).told.filter((spec) => spec.name !== step.service) })
      case 'settle':
        await processes.waitAnswering(applying)
        return keep({
          revision: step.revision,
          settledRegions: structuredClone(applying.deployment.regions),
        })
    }
  }
}

function supervisorOptions(deployment: Deployment): SupervisorOptions {
  const coordinator = serviceOfRole(deployment, 'coordinator')
  return {
    coordinators: coordinator?.replicas ?? 1,
    port: coordinator?.ports['http'] ?? 0,
    database: serviceOfRole(deployment, 'postgres') === undefined,
    temporal: serviceOfRole(deployment, 'temporal') === undefined,
  }
}
