// Parameters of a network, and how they are kept: several small ones in one tensor.

import { type Graph, type Shape, type SymbolicTensor, sizeOf } from './graph.ts'
import { concatenate, reshape, split } from './shaping.ts'

export type Parameter = {
  name: string
  shape: Shape
  /** Fills the memory before the first step; `uniform` draws from [0, 1). */
  initialise: (values: Float32Array, uniform: () => number) => void
  /** Where values are kept after each step. */
  bounds?: { low: number; high: number }
}

export type Parameters = Readonly<Record<string, SymbolicTensor>>

/** Uniform in +-1/sqrt(fanIn), as linear layers are commonly begun with (He et al. 2015, a = sqrt(5)). */
export function uniformParameter(name: string, shape: Shape, fanIn: number): Parameter {
  const bound = 1 / Math.sqrt(fanIn)
  return {
    name,
    shape,
    initialise(values, uniform) {
      for (let i = 0; i < values.length; i++) values[i] = (2 * uniform() - 1) * bound
    },
  }
}

/** Weight [inputs, outputs] and bias of a linear layer. */
export function linearParameters(name: string, inputs: number, outputs: number): Parameter[] {
  return [
    uniformParameter(`${name}.weight`, [inputs, outputs], inputs),
    uniformParameter(`${name}.bias`, [outputs], inputs),
  ]
}

type Named = readonly Pick<Parameter, 'name' | 'shape'>[]

/** Inputs of the graph of their names and shapes. */
export function inputsOf(graph: Graph, parameters: Named): Record<string, SymbolicTensor> {
  return Object.fromEntries(parameters.map(({ name, shape }) => [name, graph.input(name, shape)]))
}

/** Constants of the graph of their names and shapes, with these values by name. */
export function constantsOf(
  graph: Graph,
  parameters: Named,
  values: ReadonlyMap<string, Float32Array>,
): Record<string, SymbolicTensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [
      name,
      graph.constant(name, values.get(name) as Float32Array, shape),
    ]),
  )
}

/** Parameters that are moved as one tensor: one alone in its shape, or several flat, one behind the other. */
export type Block = {
  name: string
  shape: Shape
  parts: readonly Parameter[]
  bounds: Parameter['bounds']
}

/** Numbers: moving them takes about as long as the runtime takes for a dozen operations. */
const SMALL_MOST = 16_384
const SMALL = 'small'

/** Small parameters without bounds together, the others one by one. */
export function blocksOf(parameters: readonly Parameter[]): Block[] {
  const isSmall = ({ shape, bounds }: Parameter): boolean =>
    bounds === undefined && sizeOf(shape) <= SMALL_MOST
  const small = parameters.filter(isSmall)
  const own = small.length > 1 ? parameters.filter((parameter) => !isSmall(parameter)) : parameters
  const blocks = own.map((parameter): Block => {
    const { name, shape, bounds } = parameter
    return { name: `own ${name}`, shape, parts: [parameter], bounds }
  })
  if (small.length < 2) return blocks
  const size = small.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return [...blocks, { name: SMALL, shape: [size], parts: small, bounds: undefined }]
}

/** Before the first step. */
export function initialValues({ shape, parts }: Block, uniform: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  let from = 0
  for (const part of parts) {
    const size = sizeOf(part.shape)
    part.initialise(values.subarray(from, from + size), uniform)
    from += size
  }
  return values
}

/** Values by parameter out of those of a block; not copied. */
export function valuesIn({ parts }: Block, values: Float32Array): [string, Float32Array][] {
  let end = 0
  return parts.map(({ name, shape }) => {
    const start = end
    end += sizeOf(shape)
    return [name, values.subarray(start, end)]
  })
}

/** One tensor by parameter to that of the block, and the opposite. */
export function pack({ parts }: Block, of: Parameters): SymbolicTensor {
  const tensors = parts.map(({ name }) => of[name] as SymbolicTensor)
  const [first] = tensors
  if (tensors.length === 1) return first as SymbolicTensor
  return concatenate(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)])),
    0,
  )
}

export function unpack({ parts }: Block, tensor: SymbolicTensor): [string, SymbolicTensor][] {
  const sizes = parts.map(({ shape }) => sizeOf(shape))
  const tensors = parts.length === 1 ? [tensor] : split(tensor, sizes, 0)
  return parts.map(({ name, shape }, at) => [name, reshape(tensors[at] as SymbolicTensor, shape)])
}
