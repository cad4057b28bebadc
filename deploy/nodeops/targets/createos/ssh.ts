// The system's ssh: one script at a time, by its input, so that nothing of it is in a list of processes.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Bound, TargetError } from '../../target.ts'

export type SshSettings = {
  /** The private key; its public half is the same name with .pub. */
  keyFile: string
  /** Of this deployment alone. */
  knownHostsFile: string
}

/** `id` names its key in known hosts: addresses are given to other machines later. */
export type Host = { id: string; ip: string; name: string }

export type SshResult = { code: number | null; stdout: string; stderr: string }

const OUTPUT_MAX = 64 * 1_024
const CONNECT_S = 10
/** Of ssh itself: no connection, or another key than the one that was seen first. */
export const NO_CONNECTION = 255

export type Ssh = ReturnType<typeof createSsh>

/** `firstTime` takes the host's key as it is, since CreateOS tells of none; from then on no other is accepted. */
export function createSsh({ keyFile, knownHostsFile }: SshSettings) {
  const start = ({ id, ip }: Host, firstTime: boolean, signal: AbortSignal) => {
    const options = {
      BatchMode: 'yes',
      ConnectTimeout: CONNECT_S,
      ServerAliveInterval: 15,
      ServerAliveCountMax: 4,
      IdentitiesOnly: 'yes',
      HostKeyAlias: id,
      UserKnownHostsFile: quoted(knownHostsFile),
      StrictHostKeyChecking: firstTime ? 'accept-new' : 'yes',
    }
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const args = ['-T', '-i', keyFile, ...flags, `root@${ip}`, 'sh -s']
    return spawn('ssh', args, { stdio: 'pipe', signal })
  }
  return {
    publicKey: () => publicKeyOf(keyFile),
    /** Whatever its exit code. Throws TargetError when there is no ssh, the signal's reason when it aborts. */
    run: (
      host: Host,
      script: string,
      { signal, timeoutMs, firstTime = false }: Bound & { timeoutMs: number; firstTime?: boolean },
    ): Promise<SshResult> =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
        const child = start(host, firstTime, limit)
        const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)]
        child.on('error', (error) => {
          if (signal.aborted) reject(signal.reason as Error)
          else if (limit.aborted)
            resolve({ code: null, stdout: stdout(), stderr: 'no end in time' })
          else reject(noSsh(error))
        })
        child.on('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }))
        child.stdin.on('error', () => undefined)
        child.stdin.end(script)
      }),
    /** Lines of its output until it ends or the signal aborts, which is no error. Throws TargetError. */
    lines: async function* (host: Host, script: string, { signal }: Bound): AsyncIterable<string> {
      if (signal.aborted) return
      const child = start(host, false, signal)
      const stderr = gather(child.stderr)
      const ended = new Promise<TargetError | null>((resolve) => {
        child.once('error', (error) => resolve(noSsh(error)))
        child.once('close', (code) => resolve(code === 0 ? null : sshFailed(host, code, stderr())))
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(script)
      try {
        yield* createInterface({ input: child.stdout })
      } finally {
        child.kill()
      }
      const error = await ended
      if (error && !signal.aborted) throw error
    },
  }
}

/** With the last that it said. */
export function sshFailed({ name, ip }: Host, code: number | null, stderr: string): TargetError {
  const reason = stderr.trim().split('\n').slice(-3).join('\n  ')
  const message = `ssh to ${name} (${ip}) ended with ${code ?? 'nothing'}: ${reason}`
  return new TargetError('failed', message, 'Correct what it names, and deploy again.')
}

/** Ssh takes words for files of their own, and signs of per cent for its tokens. */
const quoted = (file: string): string => {
  const text = file.replaceAll('%', '%%')
  return /\s/.test(text) ? `"${text}"` : text
}

function gather(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    text = (text + piece).slice(-OUTPUT_MAX)
  })
  return () => text
}

const noSsh = (cause: Error): TargetError => {
  const message = `ssh cannot be started: ${cause.message}`
  return new TargetError('failed', message, 'Install OpenSSH on this machine.', { cause })
}

function publicKeyOf(keyFile: string): string {
  try {
    return readFileSync(`${keyFile}.pub`, 'utf8').trim()
  } catch (cause) {
    const message = `${keyFile}.pub cannot be read`
    const whatToDo = `Make a key: ssh-keygen -t ed25519 -N '' -f ${keyFile}; or name one in CREATEOS_SSH_KEY.`
    throw new TargetError('refused', message, whatToDo, { cause })
  }
}
