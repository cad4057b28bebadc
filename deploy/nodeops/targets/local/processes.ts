// The processes of a role, through the control door: wait for them, restart them in turn, place workers in regions.
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from '#proto/control-api.ts'
import { quotedLines } from '#scripts/stack/log-file.ts'
import type { Role } from '../../deployment.ts'
import { serviceOfRole } from '../../deployment.ts'
import { type Applying, type Step, TargetError } from '../../target.ts'
import { readStack } from './folder.ts'
import { remaining } from './observed.ts'
import type { LocalSupervisor } from './supervisor.ts'

export type Processes = {
  /** Throws TargetError, with the last lines of its log, when one does not get there. */
  waitRunning: (role: Role, applying: Applying) => Promise<void>
  /** Until the stack says of itself that all of it answers, and where. */
  waitAnswering: (applying: Applying) => Promise<void>
  /** In turn, or all at once, as the deployment has it. Does nothing where none runs. */
  restart: (role: Role, applying: Applying) => Promise<void>
  /** Resolves once those that come are started, or it is clear that they take long, and those that go are gone. */
  place: (step: Extract<Step, { kind: 'place' }>, applying: Applying) => Promise<void>
}

const READY_MS = 180_000
const JOIN_MS = 60_000
const DRAIN_MS = 60_000
const LOOK_AGAIN_MS = 200
const LINES_SHOWN = 12

export function createProcesses(
  dataDir: string,
  { control, services, logFile }: LocalSupervisor,
): Processes {
  const list = async (signal: AbortSignal): Promise<Service[]> => {
    const found = await services({ signal })
    if (found) return remaining(found)
    const message = ['the supervisor has ended', ...quotedLines(logFile, LINES_SHOWN)].join('\n')
    throw new TargetError('failed', message, `Read ${logFile}, and deploy again.`)
  }
  /** The processes that `pick` picks, once each of them runs; those that do not within the limit in `late`. */
  const settled = async (
    pick: (service: Service) => boolean,
    { signal, timeoutMs, count }: { signal: AbortSignal; timeoutMs: number; count: number },
  ): Promise<Service[]> => {
    const until = performance.now() + timeoutMs
    for (;;) {
      const own = (await list(signal)).filter(pick)
      const late = own.filter(({ state }) => state !== 'running')
      if (late.length === 0 && own.length >= count) return []
      if (performance.now() > until || late.some(({ state }) => state === 'failing')) return late
      await delay(LOOK_AGAIN_MS, undefined, { signal })
    }
  }

  return {
    waitRunning: async (role, { deployment, signal }) => {
      const count = serviceOfRole(deployment, role)?.replicas ?? 1
      const ofRole = ({ kind }: Service): boolean => kind === role
      const late = await settled(ofRole, { signal, timeoutMs: READY_MS, count })
      const first = late[0]
      if (!first) return
      const log = path.join(dataDir, 'logs', `${first.name}.log`)
      const message = [`${first.name} is ${first.state}`, ...quotedLines(log, LINES_SHOWN)]
      throw new TargetError('failed', message.join('\n'), `Read ${log}, and deploy again.`)
    },
    waitAnswering: async ({ signal }) => {
      const answers = async (): Promise<boolean> => {
        await list(signal)
        return readStack(dataDir) !== null
      }
      const until = performance.now() + READY_MS
      while (!(await answers())) {
        if (performance.now() > until) {
          const message = `not all of it answers after ${READY_MS / 1_000} s`
          throw new TargetError(
            'failed',
            message,
            'See nodeops status and nodeops logs supervisor.',
          )
        }
        await delay(LOOK_AGAIN_MS, undefined, { signal })
      }
    },
    restart: async (role, { deployment, signal, say }) => {
      // One that fails has no process between two tries, and would wait for the next with what it has.
      const isUp = ({ pid, state }: Service): boolean => pid !== null || state === 'failing'
      const own = (await list(signal)).filter((each) => each.kind === role && isUp(each))
      const { kind, maxUnavailable } = deployment.rollout
      const atOnce = kind === 'recreate' ? own.length : Math.max(1, maxUnavailable)
      for (let i = 0; i < own.length; i += atOnce) {
        const names = own.slice(i, i + atOnce).map(({ name }) => name)
        say(`restarting ${names.join(', ')}`)
        await Promise.all(names.map((name) => control.restart(name, { signal })))
      }
    },
    place: async ({ region, to }, { deployment, signal, say }) => {
      const inRegion = (service: Service): boolean =>
        service.kind === 'worker' && service.region === region
      const own = (await list(signal)).filter(inRegion)
      if (own.length < to) {
        const ids = await control.addWorkers({ region, count: to - own.length }, { signal })
        say(`starting ${ids.join(', ')}`)
        await settled(({ name }) => ids.includes(name), {
          signal,
          timeoutMs: JOIN_MS,
          count: ids.length,
        })
      }
      const leaving = own.slice(to)
      if (leaving.length > 0) say(`draining ${leaving.map(({ name }) => name).join(', ')}`)
      const drainTimeoutMs = drainMsOf(deployment)
      await Promise.all(
        leaving.map(({ name }) => control.removeWorker(name, { drainTimeoutMs, signal })),
      )
    },
  }
}

function drainMsOf(deployment: Applying['deployment']): number {
  const said = serviceOfRole(deployment, 'scheduler')?.settings['SYNDATA_SCALING_DRAIN_SECONDS']
  return said === undefined ? DRAIN_MS : 1_000 * Number(said)
}
