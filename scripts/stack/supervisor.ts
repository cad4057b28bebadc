// Owns the processes of a stack: starts them stage by stage, keeps them running, stops them in reverse order.
import path from 'node:path'
import { type Child, createChild } from './child.ts'
import { StackError } from './stack-error.ts'
import { type ChildSpec, LIMITS, type Limits } from './supervise.ts'

export type SupervisorOptions = {
  logDir: string
  say: (line: string) => void
  /** Called with all children whenever a pid changes. */
  onChange?: (children: Child[]) => void
  limits?: Partial<Limits>
}

export type Supervisor = {
  /** Starts one more child; resolves once it is healthy. Throws StackError when it does not get there. */
  start: (spec: ChildSpec) => Promise<Child>
  children: () => Child[]
  /** Throws StackError when there is no such child. */
  get: (name: string) => Child
  /** No longer lists a child that was stopped. */
  forget: (name: string) => void
  /** Stops all, the highest stage first, each within its bound. Idempotent. */
  stop: () => Promise<void>
  /** SIGKILL to all at once, without waiting. */
  killNow: () => void
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { logDir, say, onChange } = options
  const limits = { ...LIMITS, ...options.limits }
  const children: Child[] = []
  let stopping: Promise<void> | undefined

  const stopAll = async (): Promise<void> => {
    const stages = [...new Set(children.map(({ spec }) => spec.stage))].sort((a, b) => b - a)
    for (const stage of stages) {
      const group = children.filter(({ spec }) => spec.stage === stage)
      await Promise.all(group.map((child) => child.stop()))
    }
  }

  return {
    start: async (spec) => {
      if (stopping) throw new StackError('the stack is stopping', 'Start it again.')
      const logFile = path.join(logDir, `${spec.name}.log`)
      const changed = (): void => onChange?.(children)
      const child = createChild(spec, { logFile, say, onChange: changed, limits })
      children.push(child)
      await child.start()
      return child
    },
    children: () => [...children],
    get: (name) => {
      const child = children.find(({ spec }) => spec.name === name)
      if (child) return child
      const names = children.map(({ spec }) => spec.name).join(', ')
      throw new StackError(`no process is called ${name}`, `Use one of ${names}.`, {
        notFound: true,
      })
    },
    forget: (name) => {
      const index = children.findIndex(({ spec }) => spec.name === name)
      if (index >= 0) children.splice(index, 1)
    },
    stop: () => {
      stopping ??= stopAll()
      return stopping
    },
    killNow: () => {
      for (const child of children) child.killNow()
    },
  }
}
