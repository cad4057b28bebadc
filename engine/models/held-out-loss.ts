// How far a network under training is from rows that it does not learn: its loss on them, which sees no gradient.

import { modelOf } from '#engine/tensor/emit.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { inputsOf, type Parameter, type Parameters } from '#engine/tensor/parameters.ts'
import { Tensor } from '#engine/tensor/runtime.ts'
import { openSession, type SessionOptions } from '#engine/tensor/session.ts'

export type HeldOutLoss = {
  /** For the values that the parameters have now. */
  score(): Promise<number>
  release(): Promise<void>
}

/** `lossOf` builds the loss, one number, from the parameters; `valuesNow` are theirs. The caller releases it. */
export async function createHeldOutLoss(
  parameters: readonly Parameter[],
  lossOf: (graph: Graph, parameters: Parameters) => SymbolicTensor,
  valuesNow: () => ReadonlyMap<string, Float32Array>,
  options: SessionOptions,
): Promise<HeldOutLoss> {
  const graph = new Graph()
  const loss = lossOf(graph, inputsOf(graph, parameters))
  const session = await openSession(modelOf(graph, { loss }), options)
  return {
    async score() {
      const values = valuesNow()
      const feeds = parameters.map(({ name, shape }): [string, Tensor] => [
        name,
        new Tensor('float32', values.get(name) as Float32Array, shape),
      ])
      const found = await session.run(Object.fromEntries(feeds))
      return Number(found['loss']?.data[0])
    },
    release: () => session.release(),
  }
}
