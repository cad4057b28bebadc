// The law of a column given the columns drawn before it, for a batch of rows: one small graph for all columns, which
// gets the parameters of the column at hand. Rows stand side by side, so that a prefix of the memory of all embeddings
// is those of the columns before.

import { encodeModel, type OnnxNode, type OnnxValue } from '#engine/tensor/onnx.ts'
import { type InferenceSession, Tensor } from '#engine/tensor/runtime.ts'
import { runInto } from '#engine/tensor/session.ts'
import type { AllowedTokens } from '../tokens/allowed-tokens.ts'
import type { Network } from './network.ts'

/** Beyond, exponentials of float32 or the sum of very many would overflow or vanish; no law of use comes near. */
const LOGIT_MOST = 60

/**
 * `x` [inputs, rows], `first` [units, inputs], `second` [tokens, units] and biases [.., 1] to positive weights of tokens,
 * [tokens, rows].
 */
export function lawModel(): Uint8Array {
  const value = (name: string, ...shape: (number | string)[]): OnnxValue => {
    return { name, dtype: 'float32', shape }
  }
  const node = (op: string, inputs: string[], output: string): OnnxNode => {
    return { op, inputs, outputs: [output], attributes: {} }
  }
  const constant = (name: string, number: number) => {
    return { ...value(name), data: Float32Array.of(number) }
  }
  return encodeModel({
    name: 'law',
    inputs: [
      value('x', 'inputs', 'rows'),
      ...[value('first', 'units', 'inputs'), value('first bias', 'units', 1)],
      ...[value('second', 'tokens', 'units'), value('second bias', 'tokens', 1)],
    ],
    outputs: [value('weights', 'tokens', 'rows')],
    constants: [constant('least', -LOGIT_MOST), constant('most', LOGIT_MOST)],
    nodes: [
      node('Gemm', ['first', 'x', 'first bias'], 'sums'),
      node('Relu', ['sums'], 'hidden'),
      node('Gemm', ['second', 'hidden', 'second bias'], 'logits'),
      node('Clip', ['logits', 'least', 'most'], 'clipped'),
      node('Exp', ['clipped'], 'weights'),
    ],
  })
}

export type LawOptions = {
  rows: number
  /** Columns in the order in which they are drawn. */
  order: readonly number[]
  allowed: ReadonlyMap<number, AllowedTokens>
  /** Where weights go: room for `rows` of each token of any column. */
  weights: Float32Array
}

export type Law = {
  column: number
  /** How many tokens may be drawn, and which, if not all. */
  count: number
  tokens: Int32Array | null
  /** Puts the weights of these tokens, [count, rows], where they go. */
  weigh(): Promise<void>
  /** Tells the laws that come later what was drawn. */
  see(drawn: Int32Array): void
}

/** In the order of drawing. `session` runs the law model; batches share their memory. */
export function createLaws(
  session: InferenceSession,
  network: Network,
  values: ReadonlyMap<string, Float32Array>,
  { rows, order, allowed, weights }: LawOptions,
): Law[] {
  const embedded = new Float32Array(Math.max(1, network.embedding) * rows)
  const tensor = (data: Float32Array, ...shape: number[]) => new Tensor('float32', data, shape)
  let inputs = 0
  return order.map((column, at) => {
    const own = network.layers[column] as Network['layers'][number]
    const some = allowed.get(column)
    const count = some?.tokens.length ?? own.tokens
    const before = Math.max(1, inputs)
    const first = firstOf(network, values, order.slice(0, at), column)
    const second = secondOf(own, values, column, some)
    const feeds = {
      x: tensor(embedded.subarray(0, before * rows), before, rows),
      first: tensor(first.weight, own.hidden, before),
      'first bias': tensor(first.bias, own.hidden, 1),
      second: tensor(second.weight, count, own.hidden),
      'second bias': tensor(second.bias, count, 1),
    }
    const fetches = { weights: tensor(weights.subarray(0, count * rows), count, rows) }
    const into = embedded.subarray(inputs * rows, (inputs + own.embedding) * rows)
    inputs += own.embedding
    const table = values.get(`embedding ${column}`) as Float32Array
    const byPlace = transposed(table, own.tokens, own.embedding)
    return {
      ...{ column, count, tokens: some?.tokens ?? null },
      weigh: () => runInto(session, feeds, fetches),
      see: (drawn) => embed(byPlace, own.tokens, drawn, { into, rows }),
    }
  })
}

function embed(
  byPlace: Float32Array,
  tokens: number,
  drawn: Int32Array,
  { into, rows }: { into: Float32Array; rows: number },
): void {
  for (let from = 0, start = 0; start < into.length; from += tokens, start += rows)
    for (let row = 0; row < rows; row++)
      into[start + row] = byPlace[from + (drawn[row] as number)] as number
}

/** The first layer's weights from the columns `before` to a column's hidden units; zeros where none come before. */
function firstOf(
  { layers, hidden }: Network,
  values: ReadonlyMap<string, Float32Array>,
  before: readonly number[],
  column: number,
) {
  const start = (of: 'embedding' | 'hidden', at: number): number =>
    layers.slice(0, at).reduce((total, layer) => total + layer[of], 0)
  const units = (layers[column] as Network['layers'][number]).hidden
  const from = start('hidden', column)
  const all = values.get('first.weight') as Float32Array
  const places = before.flatMap((other) => {
    const first = start('embedding', other)
    const { embedding } = layers[other] as Network['layers'][number]
    return Array.from({ length: embedding }, (_, place) => first + place)
  })
  const weight = new Float32Array(units * Math.max(1, places.length))
  for (let unit = 0; unit < units; unit++)
    for (const [at, place] of places.entries())
      weight[unit * places.length + at] = all[place * hidden + from + unit] as number
  return { weight, bias: (values.get('first.bias') as Float32Array).slice(from, from + units) }
}

/** The second layer of a column, without the tokens that are not allowed. */
function secondOf(
  { tokens, hidden }: Network['layers'][number],
  values: ReadonlyMap<string, Float32Array>,
  column: number,
  allowed: AllowedTokens | undefined,
) {
  const all = values.get(`second ${column}.weight`) as Float32Array
  const weight = transposed(all, hidden, tokens)
  const bias = values.get(`second ${column}.bias`) as Float32Array
  if (allowed === undefined) return { weight, bias }
  const left = [...allowed.tokens]
  return {
    weight: Float32Array.from(
      left.flatMap((token) => [...weight.subarray(token * hidden, (token + 1) * hidden)]),
    ),
    bias: Float32Array.from(
      left,
      (token, at) => (bias[token] as number) + (allowed.logarithms[at] as number),
    ),
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const found = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      found[column * rows + row] = values[row * columns + column] as number
  return found
}
