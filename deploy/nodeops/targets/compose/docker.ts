// The `docker compose` command: one call at a time, its complaints as TargetErrors.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Bound, TargetError } from '../../target.ts'
import { childLines } from '../child-lines.ts'

const CALL_MS = 60_000
/** Images are built and pulled, and containers get their time to stop. */
const UP_MS = 30 * 60_000
const OUTPUT_MAX_BYTES = 16 * 2 ** 20
const COMPLAINT_LINES = 6

export type Container = { service: string; state: string; health: string; exitCode: number }

export type DockerCompose = {
  /** TargetError `refused` where compose is not installed or its engine does not answer. */
  checkEngine: (bound: Bound) => Promise<void>
  up: (services: readonly string[], bound: Bound) => Promise<void>
  rm: (service: string, bound: Bound) => Promise<void>
  ps: (bound: Bound) => Promise<Container[]>
  down: (options: Bound & { volumes: boolean }) => Promise<void>
  logs: (options: Bound & LogCall) => AsyncIterable<string>
}
export type LogCall = { services: readonly string[]; lines: number; follow: boolean }

type Options = {
  command: string
  project: string
  file: string
  envFile: string
}

export function createDockerCompose({ command, project, file, envFile }: Options): DockerCompose {
  const common = ['compose', '--project-name', project, '--env-file', envFile, '--file', file]
  const run = async (args: string[], { signal }: Bound, timeoutMs = CALL_MS): Promise<string> => {
    const options = { signal, timeout: timeoutMs, maxBuffer: OUTPUT_MAX_BYTES }
    try {
      const { stdout } = await promisify(execFile)(command, args, options)
      return stdout
    } catch (error) {
      signal.throwIfAborted()
      throw complaintOf(error, `${command} ${args.slice(0, 1).join(' ')} ${args.at(-1) ?? ''}`)
    }
  }
  return {
    checkEngine: async (bound) => {
      const refuse = (message: string, whatToDo: string) => (cause: unknown) => {
        bound.signal.throwIfAborted()
        if (cause instanceof TargetError && cause.kind === 'refused') throw cause
        throw new TargetError('refused', message, whatToDo, { cause })
      }
      await run(['compose', 'version'], bound).catch(
        refuse('docker has no compose', 'Install its compose plugin, or use --target local.'),
      )
      await run(['info', '--format', '{{.ServerVersion}}'], bound).catch(
        refuse('the engine of docker does not answer', 'Start it, or use --target local.'),
      )
    },
    up: async (services, bound) => {
      await run([...common, 'up', '--detach', '--remove-orphans', ...services], bound, UP_MS)
    },
    rm: async (service, bound) => {
      await run([...common, 'rm', '--stop', '--force', service], bound, UP_MS)
    },
    ps: async (bound) =>
      containersIn(await run([...common, 'ps', '--all', '--format', 'json'], bound)),
    down: async ({ volumes, signal }) => {
      const also = volumes ? ['--volumes'] : []
      await run([...common, 'down', '--remove-orphans', ...also], { signal }, UP_MS)
    },
    logs: ({ services, lines, follow, signal }) => {
      const how = ['--no-color', '--tail', String(lines), ...(follow ? ['--follow'] : [])]
      const args = [...common, 'logs', ...how, ...services]
      const complaint = (ended: object): TargetError => complaintOf(ended, `${command} logs`)
      return childLines({ command, args, complaintOf: complaint }, signal)
    },
  }
}

function complaintOf(error: unknown, what: string): TargetError {
  const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
  if (code === 'ENOENT') {
    const whatToDo = 'Install Docker with its compose plugin, or use --target local.'
    return new TargetError('refused', 'docker is not installed', whatToDo, { cause: error })
  }
  const said = stderr.trim().split('\n').slice(-COMPLAINT_LINES).join('\n')
  const message = said === '' ? `${what} failed` : said
  return new TargetError('failed', message, 'Mend what it says; deploy goes on from here.', {
    cause: error,
  })
}

type Listed = { Service: string; State: string; Health?: string; ExitCode?: number }

/** Older versions print one array, newer ones an object a line. */
export function containersIn(printed: string): Container[] {
  const text = printed.trim()
  if (text === '') return []
  const listed = (
    text.startsWith('[')
      ? JSON.parse(text)
      : text.split('\n').map((line) => JSON.parse(line) as Listed)
  ) as Listed[]
  return listed.map(({ Service, State, Health = '', ExitCode = 0 }) => ({
    ...{ service: Service, state: State, health: Health, exitCode: ExitCode },
  }))
}
