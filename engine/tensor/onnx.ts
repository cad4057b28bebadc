// Writes ONNX models (github.com/onnx/onnx, onnx.proto3): the numbers here are that file's field numbers.

import {
  bytesField,
  floatField,
  integerField,
  join,
  type Message,
  message,
  messageField,
  textField,
} from './protobuf.ts'

/** What tensors hold, with ONNX's number of it (TensorProto.DataType). */
export const DTYPES = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
} as const

export type DType = keyof typeof DTYPES

/** Names stand for lengths that are known only when the model runs. */
export type OnnxShape = readonly (number | string)[]
export type OnnxValue = { name: string; dtype: DType; shape: OnnxShape }
export type OnnxConstant = OnnxValue & { data: ArrayBufferView }
/** A number alone is an integer. */
export type OnnxAttribute =
  | number
  | readonly number[]
  | { float: number }
  | { text: string }
  | { graph: OnnxGraph }
export type OnnxNode = {
  op: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Readonly<Record<string, OnnxAttribute>>
}
export type OnnxGraph = {
  name: string
  /** Each after those whose outputs it reads. */
  nodes: OnnxNode[]
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  constants: OnnxConstant[]
}

const IR_VERSION = 9
const OPSET = 18
const ATTRIBUTE = { float: 1, int: 2, text: 3, graph: 5, ints: 7 } as const

/** The bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  return join(
    message(
      integerField(1, IR_VERSION),
      textField(2, 'syndata'),
      messageField(7, encodeGraph(graph)),
      messageField(8, message(textField(1, ''), integerField(2, OPSET))),
    ),
  )
}

function encodeGraph(graph: OnnxGraph): Message {
  return message(
    ...graph.nodes.map((node) => messageField(1, encodeNode(node))),
    textField(2, graph.name),
    ...graph.constants.map((constant) => messageField(5, encodeConstant(constant))),
    ...graph.inputs.map((value) => messageField(11, encodeValue(value))),
    ...graph.outputs.map((value) => messageField(12, encodeValue(value))),
  )
}

function encodeNode({ op, inputs, outputs, attributes }: OnnxNode): Message {
  return message(
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      messageField(5, encodeAttribute(name, value)),
    ),
  )
}

function encodeAttribute(name: string, value: OnnxAttribute): Message {
  const typed = (type: number, ...fields: Message[]) =>
    message(textField(1, name), ...fields, integerField(20, type))
  if (typeof value === 'number') return typed(ATTRIBUTE.int, integerField(3, value))
  if ('float' in value) return typed(ATTRIBUTE.float, floatField(2, value.float))
  if ('text' in value) return typed(ATTRIBUTE.text, textField(4, value.text))
  if ('graph' in value) return typed(ATTRIBUTE.graph, messageField(6, encodeGraph(value.graph)))
  return typed(ATTRIBUTE.ints, ...value.map((item) => integerField(8, item)))
}

function encodeConstant({ name, dtype, shape, data }: OnnxConstant): Message {
  return message(
    ...shape.map((length) => integerField(1, Number(length))),
    integerField(2, DTYPES[dtype]),
    textField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  )
}

function encodeValue({ name, dtype, shape }: OnnxValue): Message {
  const lengths = shape.map((length) =>
    messageField(1, typeof length === 'number' ? integerField(1, length) : textField(2, length)),
  )
  const tensor = message(integerField(1, DTYPES[dtype]), messageField(2, message(...lengths)))
  return message(textField(1, name), messageField(2, messageField(1, tensor)))
}
