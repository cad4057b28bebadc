// A rollout region by region: the next one begins when the one before is well, so that what is wrong with a new form
// stops at the first region, and the others work on.
import { setTimeout as delay } from 'node:timers/promises'
import { type Applying, TimedOut } from '../target.ts'

/** Workers of a region that are well in their new form, of those that it has. */
export type RegionState = { ready: number; replicas: number; state: string }

export type Turns = {
  /** Tells a region; resolves when the target has taken it. */
  begin: (region: string) => Promise<void>
  look: (region: string) => Promise<RegionState>
}

const LOOK_AGAIN_MS = 500

/** Does not wait for the last one: whoever applies steps waits for all. Throws TimedOut. */
export async function inTurn(
  regions: readonly string[],
  { begin, look }: Turns,
  applying: Pick<Applying, 'signal' | 'timeoutMs' | 'say'>,
): Promise<void> {
  for (const [i, region] of regions.entries()) {
    applying.signal.throwIfAborted()
    await begin(region)
    const left = regions.slice(i + 1)
    if (left.length > 0) await untilWell(region, { look, left }, applying)
  }
}

async function untilWell(
  region: string,
  { look, left }: Pick<Turns, 'look'> & { left: readonly string[] },
  { signal, timeoutMs, say }: Pick<Applying, 'signal' | 'timeoutMs' | 'say'>,
): Promise<void> {
  const until = performance.now() + timeoutMs
  let said = ''
  for (;;) {
    const { ready, replicas, state } = await look(region)
    const line = `${region}: ${ready} of ${replicas} are of the new form${state === 'running' ? '' : `, ${state}`}`
    if (line !== said && replicas > 0) say(line)
    said = line
    if (ready >= replicas) return
    if (performance.now() > until) {
      const message = `${region} is not well after ${timeoutMs / 1_000} s: ${state}`
      const whatToDo = `${left.join(', ')} ran on as before. See nodeops logs worker; deploy goes on from here.`
      throw new TimedOut('failed', message, whatToDo)
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal })
  }
}
