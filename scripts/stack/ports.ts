// Which port each listener of the stack uses: the one it had before, else the one wished for, else any free one.
import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const HOST = '127.0.0.1'
/**
 * Below the ports that Linux (32768 and up) and macOS (49152 and up) give to outgoing connections: a listener starts
 * seconds after its port was chosen, and a connection of another process could have been given it meanwhile.
 */
const ANY = { from: 20_000, to: 32_768 }
const MAX_TRIES = 200

/** Listens for a moment; whether that was possible. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, HOST, () => server.close(() => resolve(true)))
  })
}

/** A loopback port that is free now, none of `taken`, and that no outgoing connection is given later. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = randomInt(ANY.from, ANY.to)
    if (!taken.has(port) && (await isFree(port))) return port
  }
  throw new Error(`no free port on loopback between ${ANY.from} and ${ANY.to}`)
}

function readRemembered(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}

/** One wish: `name` is unique in the stack; `port` 0 means any. */
export type PortWish = { name: string; port: number }

/**
 * A port per wish, all different, and kept in the data folder for the next start. A wished port that is in use
 * is replaced by a free one and that is said.
 */
export async function choosePorts(
  wishes: PortWish[],
  { dataDir, say }: { dataDir: string; say: (line: string) => void },
): Promise<(name: string) => number> {
  const file = path.join(dataDir, 'ports.json')
  const remembered = readRemembered(file)
  const chosen = new Map<string, number>()
  const taken = new Set<number>()
  for (const { name, port } of wishes) {
    const wish = port === 0 ? (remembered[name] ?? 0) : port
    const got = await firstFree([wish, remembered[name] ?? 0], taken)
    if (port !== 0 && got !== port) say(`port ${port} (${name}) is in use: ${got} in its place`)
    chosen.set(name, got)
    taken.add(got)
  }
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(chosen), null, 2)}\n`)
  return (name) => {
    const port = chosen.get(name)
    if (port === undefined) throw new Error(`no port was chosen for ${name}`)
    return port
  }
}

async function firstFree(candidates: number[], taken: ReadonlySet<number>): Promise<number> {
  for (const candidate of candidates) {
    if (candidate !== 0 && !taken.has(candidate) && (await isFree(candidate))) return candidate
  }
  return await freePort(taken)
}
