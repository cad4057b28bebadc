// Leaves nothing running when the supervisor itself is killed: a shell that outlives it and ends what it started.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import path from 'node:path'
import { identityOf, isRunning } from './process-identity.ts'
import { killGroup } from './spawned.ts'

/** Waits for the end of its input, which comes with the supervisor's end, then ends every group that is listed. */
const SCRIPT = `
cat > /dev/null
[ -e "$1" ] || exit 0
while read -r pid _; do kill -s TERM -- "-$pid"; kill -s CONT -- "-$pid"; done < "$1" 2> /dev/null
sleep 4
while read -r pid _; do kill -s KILL -- "-$pid"; done < "$1" 2> /dev/null
rm -f "$1"
`

export type Guardian = {
  /** The process groups to end if this process dies. */
  watch: (pids: number[]) => void
  /** All is stopped: the guardian ends without doing anything. */
  dismiss: () => void
}

/** Starts the guardian; its list lies in the data folder, where the next start finds what it could not end. */
export function startGuardian(dataDir: string): Guardian {
  const file = path.join(dataDir, 'run', 'pids')
  mkdirSync(path.dirname(file), { recursive: true })
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guardian', file], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  if (shell.stdin instanceof Socket) shell.stdin.unref()
  return {
    watch: (pids) => {
      const lines = pids.map((pid) => `${pid} ${identityOf(pid)?.startedAt ?? '-'}\n`)
      writeFileSync(`${file}.new`, lines.join(''))
      renameSync(`${file}.new`, file)
    },
    dismiss: () => {
      rmSync(file, { force: true })
      shell.stdin.end()
    },
  }
}

/** Ends what an earlier stack on this folder left behind (its guardian was killed too); returns how many. */
export function sweepLeftovers(dataDir: string): number {
  const file = path.join(dataDir, 'run', 'pids')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return 0
  }
  const left = text
    .split('\n')
    .map((line) => line.split(' '))
    .map(([pid, startedAt]) => ({ pid: Number(pid), startedAt: startedAt ?? '' }))
    .filter((identity) => identity.pid > 0 && isRunning(identity))
  for (const { pid } of left) killGroup(pid)
  rmSync(file, { force: true })
  return left.length
}
