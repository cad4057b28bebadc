// Symbolic tensors of known shapes: the nodes of a computation that is written as an ONNX graph and never run here.

import type { DType } from './onnx.ts'

export type Shape = readonly number[]

/** Memory of a constant or a feed, little endian as ONNX wants it. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Uint8Array
  | Uint32Array

/** One output of a node. */
export type SymbolicTensor = {
  readonly graph: Graph
  readonly node: GraphNode
  /** Which of the node's outputs. */
  readonly output: number
  readonly shape: Shape
  readonly dtype: DType
}

/** A number alone is an integer. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { float: number }>>

/** Gradients by the node's outputs in (undefined: nothing depends on that output), by its inputs out. */
export type Pullback = (gradients: (SymbolicTensor | undefined)[]) => (SymbolicTensor | undefined)[]

export type GraphNode = {
  /** Ascending: a node comes after its inputs. */
  readonly id: number
  readonly op: string
  readonly inputs: readonly SymbolicTensor[]
  readonly attributes: Attributes
  readonly outputs: readonly SymbolicTensor[]
  /** Of a leaf: an input, a constant, or a value of the graph around a loop's body. */
  readonly leaf: { name: string; data?: TensorData } | undefined
  /** In place of the op's own rule. */
  readonly pullback: Pullback | undefined
}

type NewNode = {
  op: string
  inputs?: readonly SymbolicTensor[]
  attributes?: Attributes
  outputs: readonly { shape: Shape; dtype: DType }[]
  leaf?: { name: string; data?: TensorData }
  pullback?: Pullback
}

/** Holds the nodes of one computation; equal nodes are made once (hash consing). */
export class Graph {
  /** What real numbers are kept as: 'float64' in checks of gradients. */
  readonly real: 'float32' | 'float64'
  readonly inputs: SymbolicTensor[] = []
  readonly #known = new Map<string, GraphNode>()
  #count = 0

  constructor(real: 'float32' | 'float64' = 'float32') {
    this.real = real
  }

  /** The node, or the equal one that is there. One with a pullback of its own is always new. */
  node(parts: NewNode): GraphNode {
    if (parts.pullback !== undefined) return this.#create(parts)
    const key = keyOf(parts)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const node = this.#create(parts)
    this.#known.set(key, node)
    return node
  }

  #create({ op, inputs = [], attributes = {}, outputs, leaf, pullback }: NewNode): GraphNode {
    const tensors: SymbolicTensor[] = []
    const id = this.#count++
    const node: GraphNode = {
      ...{ id, op, inputs: [...inputs], attributes, outputs: tensors, leaf, pullback },
    }
    for (const [output, { shape, dtype }] of outputs.entries())
      tensors.push({ graph: this, node, output, shape, dtype })
    return node
  }

  /** A value given at each run. */
  input(name: string, shape: Shape, dtype: DType = this.real): SymbolicTensor {
    const tensor = only(this.node({ op: 'Input', outputs: [{ shape, dtype }], leaf: { name } }))
    if (!this.inputs.includes(tensor)) this.inputs.push(tensor)
    return tensor
  }

  /** A value of the graph around this one, which is the body of a loop. */
  capture(name: string, shape: Shape, dtype: DType = this.real): SymbolicTensor {
    return only(this.node({ op: 'Capture', outputs: [{ shape, dtype }], leaf: { name } }))
  }

  /** Throws when the name has other data already. */
  constant(name: string, data: TensorData, shape: Shape, dtype: DType = this.real): SymbolicTensor {
    const node = this.node({ op: 'Constant', outputs: [{ shape, dtype }], leaf: { name, data } })
    if (!sameData(node.leaf?.data, data)) throw new Error(`two constants are named ${name}`)
    return only(node)
  }

  scalar(value: number, dtype: DType = this.real): SymbolicTensor {
    const name = `scalar ${dtype} ${Object.is(value, -0) ? '-0' : value}`
    return this.constant(name, allocate(dtype, [value]), [], dtype)
  }

  integers(values: readonly number[]): SymbolicTensor {
    const data = allocate('int64', values)
    return this.constant(`integers ${values.join(' ')}`, data, [values.length], 'int64')
  }
}

function sameData(a: TensorData | undefined, b: TensorData): boolean {
  return a === b || (a?.length === b.length && b.every((value, at) => Object.is(value, a[at])))
}

/** The single output of a node. */
export function only(node: GraphNode): SymbolicTensor {
  return node.outputs[0] as SymbolicTensor
}

export function keyOfTensor({ node, output }: SymbolicTensor): string {
  return `${node.id}:${output}`
}

function keyOf({ op, inputs = [], attributes = {}, outputs, leaf }: NewNode): string {
  if (leaf !== undefined) return `${op} ${leaf.name}`
  const shapes = outputs.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`)
  return [op, inputs.map(keyOfTensor).join(), JSON.stringify(attributes), ...shapes].join('|')
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** Memory for values of a type, holding `values` if they are given, else that many zeros. */
export function allocate(dtype: DType, values: readonly number[] | number): TensorData {
  if (dtype === 'int64')
    return typeof values === 'number'
      ? new BigInt64Array(values)
      : BigInt64Array.from(values, BigInt)
  const Kind = KINDS[dtype]
  return typeof values === 'number' ? new Kind(values) : Kind.from(values)
}

const KINDS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const
