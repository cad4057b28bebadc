// From symbolic tensors to an ONNX graph of the nodes that its outputs need.

import { type Graph, type GraphNode, keyOfTensor, type SymbolicTensor } from './graph.ts'
import { encodeModel, type OnnxAttribute, type OnnxGraph, type OnnxNode } from './onnx.ts'

/** The bytes of a model whose inputs are those of the graph. */
export function modelOf(
  graph: Graph,
  outputs: Readonly<Record<string, SymbolicTensor>>,
): Uint8Array {
  return encodeModel(emitGraph('main', graph.inputs, outputs))
}

/** Captured values keep the name that they have in the graph around. */
export function emitGraph(
  name: string,
  inputs: readonly SymbolicTensor[],
  outputs: Readonly<Record<string, SymbolicTensor>>,
): OnnxGraph {
  const needed = neededFor(Object.values(outputs))
  const names = namesOf(needed, name)
  const copied = nameOutputs(outputs, names)
  const nameOf = (tensor: SymbolicTensor): string => names.get(keyOfTensor(tensor)) as string
  return {
    name,
    inputs: inputs.map((input) => ({ ...typeOf(input), name: nameOfLeaf(input.node) })),
    outputs: Object.entries(outputs).map(([as, tensor]) => ({ ...typeOf(tensor), name: as })),
    constants: needed.flatMap(({ leaf, outputs: [tensor] }) =>
      leaf?.data === undefined || tensor === undefined
        ? []
        : [{ ...typeOf(tensor), name: leaf.name, data: leaf.data }],
    ),
    nodes: [
      ...needed.filter(({ leaf }) => leaf === undefined).map((node) => onnxNode(node, nameOf)),
      ...copied.map(([as, tensor]) => identity(nameOf(tensor), as)),
    ],
  }
}

/** Tensors are named as they are put out; those that are not computed, or put out twice, are left to be copied. */
function nameOutputs(
  outputs: Readonly<Record<string, SymbolicTensor>>,
  names: Map<string, string>,
): [string, SymbolicTensor][] {
  const named = new Set<string>()
  return Object.entries(outputs).filter(([as, tensor]) => {
    const key = keyOfTensor(tensor)
    if (tensor.node.leaf !== undefined || named.has(key)) return true
    named.add(key)
    names.set(key, as)
    return false
  })
}

const typeOf = ({ dtype, shape }: SymbolicTensor) => ({ dtype, shape })

function nameOfLeaf({ leaf }: GraphNode): string {
  return (leaf as { name: string }).name
}

function identity(input: string, output: string): OnnxNode {
  return { op: 'Identity', inputs: [input], outputs: [output], attributes: {} }
}

/** An identity of more than one input has the others for its gradient only. */
function operandsOf({ op, inputs }: GraphNode): readonly SymbolicTensor[] {
  return op === 'Identity' ? inputs.slice(0, 1) : inputs
}

function neededFor(outputs: readonly SymbolicTensor[]): GraphNode[] {
  const found = new Set<GraphNode>()
  const stack = outputs.map(({ node }) => node)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue
    found.add(node)
    for (const { node: before } of operandsOf(node)) stack.push(before)
  }
  return [...found].sort((a, b) => a.id - b.id)
}

function namesOf(nodes: readonly GraphNode[], graph: string): Map<string, string> {
  const names = new Map<string, string>()
  for (const { id, leaf, outputs } of nodes)
    for (const tensor of outputs)
      names.set(keyOfTensor(tensor), leaf?.name ?? `${graph} ${id}.${tensor.output}`)
  return names
}

/** Ops of ours that ONNX has under another name. */
const ONNX_OPS: Readonly<
  Record<string, { op: string; attributes?: Record<string, OnnxAttribute> }>
> = {
  GatherColumns: { op: 'Gather' },
  ScatterAddRows: { op: 'ScatterND', attributes: { reduction: { text: 'add' } } },
}

function onnxNode(node: GraphNode, nameOf: (tensor: SymbolicTensor) => string): OnnxNode {
  const { op, attributes } = ONNX_OPS[node.op] ?? { op: node.op }
  return {
    op,
    inputs: operandsOf(node).map(nameOf),
    outputs: node.outputs.map(nameOf),
    attributes: { ...node.attributes, ...attributes },
  }
}
