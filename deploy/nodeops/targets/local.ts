// This machine: the supervisor of `npm start` without a terminal, its state in a folder of the deployment's own.
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Bound, Target } from '../target.ts'
import { findingsOf, freeBytesOf } from './local/check.ts'
import { lookAtMachine } from './local/environment.ts'
import { NOTHING, ownRecord, writeRecord } from './local/folder.ts'
import { logLines } from './local/log-files.ts'
import { observedOf } from './local/observed.ts'
import { createLocalSteps } from './local/steps.ts'
import { createLocalSupervisor } from './local/supervisor.ts'
import type { References } from './references.ts'

export type LocalOptions = {
  /** Of the deployment. */
  name: string
  /** Everything of the deployment: its processes' state, secrets, sockets and logs. */
  dataDir: string
  references: References
}

/** Throws TargetError for a folder that cannot be used. */
export function createLocalTarget({ name, dataDir, references }: LocalOptions): Target {
  const supervisor = createLocalSupervisor(dataDir)
  const applyStep = createLocalSteps({ name, dataDir, references, supervisor })

  const remove = async ({ signal }: Bound, keepData: boolean): Promise<void> => {
    if (ownRecord(dataDir, name) === NOTHING) return
    await supervisor.stop({ signal })
    if (keepData) writeRecord(dataDir, { ...NOTHING, name })
    else rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }

  return {
    name: 'local',
    rendersOnly: false,
    check: async (deployment, { signal }) => {
      signal.throwIfAborted()
      const machine = await lookAtMachine(signal)
      const freeBytes = freeBytesOf(references.folder)
      return findingsOf(deployment, { machine, freeBytes })
    },
    observe: async ({ signal }) => {
      signal.throwIfAborted()
      const record = ownRecord(dataDir, name)
      const services = record.exists ? await supervisor.services({ signal }) : null
      const dataKept = record !== NOTHING && !record.exists
      return { ...observedOf(dataDir, record, services), dataKept }
    },
    apply: async (step, applying) => {
      applying.signal.throwIfAborted()
      await applyStep(step, applying)
    },
    logs: (options) => {
      const { told } = ownRecord(dataDir, name)
      const role = told.find((spec) => spec.name === options.service)?.role
      return logLines(path.join(dataDir, 'logs'), options, matcherOf(options.service, role))
    },
    delete: async ({ signal, keepData }) => {
      signal.throwIfAborted()
      await remove({ signal }, keepData)
    },
  }
}

/** A service by its name in the file, or one process by its own. */
function matcherOf(service: string | undefined, role: string | undefined) {
  return (log: string): boolean =>
    service === undefined ||
    log === service ||
    (role !== undefined && (log === role || log.startsWith(`${role}-`)))
}
