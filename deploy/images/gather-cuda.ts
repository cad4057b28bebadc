// Puts the shared libraries of unpacked Python wheels where the image of GPU workers wants them: the provider beside
// onnxruntime, what it loads into one folder. `node gather-cuda.ts <wheels> <into>`.

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

const PROVIDER = /^libonnxruntime_providers_(cuda|shared)\.so$/
const CUDA_LIBRARY = /^lib(cublas|cublasLt|cudart|cudnn\w*|cufft|curand|nvrtc[\w-]*)\.so\.[\d.]+$/

/** Copies into `<into>/provider` and `<into>/cuda`; throws if either would be empty. Returns the names. */
export function gatherCuda(wheels: string, into: string): { provider: string[]; cuda: string[] } {
  const files = readdirSync(wheels, { recursive: true, encoding: 'utf8' })
  const take = (folder: string, pattern: RegExp): string[] => {
    const found = files.filter((file) => pattern.test(path.basename(file)))
    if (found.length === 0) throw new Error(`${wheels} has nothing for ${folder}`)
    mkdirSync(path.join(into, folder), { recursive: true })
    for (const file of found) {
      copyFileSync(path.join(wheels, file), path.join(into, folder, path.basename(file)))
    }
    return found.map((file) => path.basename(file)).sort()
  }
  return { provider: take('provider', PROVIDER), cuda: take('cuda', CUDA_LIBRARY) }
}

if (import.meta.main) {
  const [wheels = '', into = ''] = process.argv.slice(2)
  const { provider, cuda } = gatherCuda(wheels, into)
  console.log(`${provider.join(' ')}\n${cuda.join(' ')}`)
}
