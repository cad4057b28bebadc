// The plug-in that a rule means. It stands apart from how configs are read: workers only ever look one up, and what reads
// configs takes longer to load than all else of theirs.

import { createHash } from 'node:crypto'
import { isWasm, wasmBytes } from './wasm-plugin.ts'

/** The plug-in that a rule names, by its name or the digest of its text or module; null when there is none. */
export function pluginOf(plugins: Readonly<Record<string, string>>, named: string): string | null {
  if (Object.hasOwn(plugins, named)) return plugins[named] ?? null
  const digest = named.replace(/^sha256[:-]/, '').toLowerCase()
  return Object.values(plugins).find((source) => sha256(bytesOf(source)) === digest) ?? null
}

const bytesOf = (source: string) => (isWasm(source) ? wasmBytes(source) : source)

const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
