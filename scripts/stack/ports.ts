// Which port each listener of the stack uses: the one it had before, else the one wished for, else any free one.
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'

const HOST = '127.0.0.1'

/** Listens for a moment; resolves with the port it got, or undefined when it is in use. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, HOST, () => {
      const got = (server.address() as AddressInfo).port
      server.close(() => resolve(got))
    })
  })
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0)
  if (port === undefined) throw new Error('no free port on loopback')
  return port
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
    const got = await firstFree([wish, remembered[name] ?? 0, 0], taken)
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

async function firstFree(candidates: number[], taken: Set<number>): Promise<number> {
  for (const candidate of candidates) {
    if (taken.has(candidate)) continue
    const got = await tryPort(candidate)
    if (got !== undefined && !taken.has(got)) return got
  }
  return await firstFree([0], taken)
}
