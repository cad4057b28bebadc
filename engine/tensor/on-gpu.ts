// Whether a GPU can be computed on: onnxruntime knows CUDA by name everywhere, but its CUDA libraries, those of NVIDIA and
// the driver are there or not, and only a session tells.

import { modelOf } from './emit.ts'
import { Graph } from './graph.ts'
import { gemm } from './linear.ts'
import { Tensor } from './runtime.ts'
import { type Gpu, openSession, type SessionOptions } from './session.ts'

const REASON_LENGTH_MAX = 300

/** Where sessions compute. `refusal`: why it is not the GPU that was to be used. */
export type Device = { session: SessionOptions; refusal: string | null }

/** The GPU if `tryOn` resolves for it, else the processor. */
export async function deviceFor(gpu: Gpu | null, tryOn = multiplyOn): Promise<Device> {
  if (gpu === null) return { session: {}, refusal: null }
  try {
    await tryOn(gpu)
    return { session: { gpu }, refusal: null }
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim()
    return { session: {}, refusal: reason.slice(0, REASON_LENGTH_MAX) }
  }
}

/** Multiplies two matrices on the GPU. Rejects when the runtime cannot use it, or the product is wrong. */
async function multiplyOn(gpu: Gpu): Promise<void> {
  const graph = new Graph()
  const factor = graph.input('factor', [2, 2])
  const session = await openSession(modelOf(graph, { product: gemm(factor, factor) }), { gpu })
  try {
    const input = new Tensor('float32', Float32Array.of(1, 1, 0, 1), [2, 2])
    const { product } = await session.run({ factor: input })
    const found = String(product?.data)
    if (found !== '1,2,0,1') throw new Error(`the GPU multiplies to ${found}`)
  } finally {
    await session.release()
  }
}
