// Puts in place what the stack needs on this machine, as `npm run setup` does; quick when all is there.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '#scripts/stack/tools.ts'
import { TargetError } from '../../target.ts'

/** Throws TargetError when it fails; what it says goes to `say`. */
export async function setUp(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const args = [path.join(ROOT, 'scripts', 'setup.mjs'), '--quiet']
  const program = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  program.on('error', () => undefined)
  const last: string[] = []
  const hear = (line: string): void => {
    last.splice(0, Math.max(0, last.length - 9))
    last.push(line)
    say(line)
  }
  createInterface({ input: program.stdout }).on('line', hear)
  createInterface({ input: program.stderr }).on('line', hear)
  const code = await new Promise<number | null>((resolve) => program.once('close', resolve))
  signal.throwIfAborted()
  if (code === 0) return
  const message = ['the set-up of this machine failed', ...last].join('\n')
  throw new TargetError('failed', message, 'Correct what it says and deploy again.')
}
