// Refuses a CUDA provider that was not built with the onnxruntime of the npm package, or whose libraries are not all
// there. `node check-cuda.ts <folder of libonnxruntime.so.1> <what gather-cuda.ts wrote>`.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Comes from the machine that runs the container. */
const OF_THE_DRIVER = 'libcuda.so.1'

/** The commit that a build of onnxruntime names; undefined if it names none. */
export function commitOf(library: Buffer): string | undefined {
  return /git-commit-id=([0-9a-f]{7,40})/.exec(library.toString('latin1'))?.[1]
}

/** Names of the libraries that the dynamic linker does not find, from what `ldd` printed. */
export const missingIn = (ldd: string): string[] =>
  [...ldd.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name ?? '')

function checkCommit(core: string, wheelCore: string): void {
  const [ours, theirs] = [core, wheelCore].map((file) => commitOf(readFileSync(file)))
  if (ours === undefined || ours !== theirs) {
    throw new Error(`onnxruntime is of commit ${ours}, its CUDA provider of ${theirs}`)
  }
}

function checkLinks(provider: string, cuda: string): void {
  const env = { ...process.env, LD_LIBRARY_PATH: cuda }
  for (const name of readdirSync(provider)) {
    const printed = execFileSync('ldd', [path.join(provider, name)], { env, encoding: 'utf8' })
    const missing = missingIn(printed).filter((library) => library !== OF_THE_DRIVER)
    if (missing.length > 0) throw new Error(`${name} needs ${missing.join(', ')}`)
  }
}

if (import.meta.main) {
  const [core = '', wheels = '', gathered = ''] = process.argv.slice(2)
  const capi = path.join(wheels, 'onnxruntime/capi')
  const wheelCore = readdirSync(capi).find((name) => name.startsWith('libonnxruntime.so.'))
  if (wheelCore === undefined) throw new Error(`${capi} has no libonnxruntime`)
  checkCommit(path.join(core, 'libonnxruntime.so.1'), path.join(capi, wheelCore))
  checkLinks(path.join(gathered, 'provider'), path.join(gathered, 'cuda'))
  console.log('the CUDA provider fits')
}
