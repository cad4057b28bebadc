// How much a training would take, from what is known of a table before it is read: its columns, their different values and
// how many rows are learned.

import { type FieldType, isPersonal, kindOf, type Semantic } from '#engine/table/table.ts'
import { sizeOf } from '#engine/tensor/graph.ts'
import type { Parameter } from '#engine/tensor/parameters.ts'
import { createNetwork } from './argn/network.ts'
import { criticParameters } from './ctgan/critic.ts'
import { CTGAN_DEFAULTS } from './ctgan/ctgan.ts'
import { generatorParameters } from './ctgan/generator.ts'
import type { Algorithm } from './model-file.ts'
import { type Layout, LEVELS_LEAST } from './modes/layout.ts'
import { tvaeParameters } from './tvae/network.ts'
import { TVAE_DEFAULTS } from './tvae/tvae.ts'

/** What a profile or an upload tells of a column; `distinct` of all rows. */
export type ColumnSize = {
  type: FieldType
  semantic: Semantic | null
  nulls: number
  distinct: number
}

/** Columns as an algorithm learns them; others are made by rules or constant. */
type LearnedColumn = { kind: 'numeric' | 'category'; values: number }

/**
 * `least`: with fewer values per column than there are, as rare ones are left out and how many of them there are is not
 * known; `likely`: with those that there probably are.
 */
export type Estimate = { least: number; likely: number }

export type Footprint = {
  /** Bytes of the table and what is made of it, while it is learned. */
  tableBytes: number
  /** Inputs of the networks of CTGAN and TVAE; 0 for the others. */
  width: Estimate
  /** Bytes of parameters and moments; 0 for the copula. */
  stateBytes: Estimate
}

/** Rows that a value has at least to be kept, about. */
const VALUE_ROWS = 8

export function footprintOf(
  algorithm: Algorithm,
  options: Record<string, unknown>,
  { columns, rows }: { columns: readonly ColumnSize[]; rows: number },
): Footprint {
  const learned = columns.flatMap((column) => learnedAs(column, rows))
  const estimate = (of: (share: keyof Estimate) => number): Estimate => {
    return { least: of('least'), likely: of('likely') }
  }
  const hasModes = algorithm === 'ctgan' || algorithm === 'tvae'
  return {
    tableBytes: tableBytes(columns, rows),
    width: estimate((share) => (hasModes ? widthOf(learned, share) : 0)),
    stateBytes: estimate((share) => stateBytes(algorithm, learned, { share, options })),
  }
}

function learnedAs({ type, semantic, nulls, distinct }: ColumnSize, rows: number): LearnedColumn[] {
  const kind = kindOf(type)
  const isConstant = distinct === 0 || (distinct === 1 && nulls === 0)
  if (kind === 'text' || isConstant || isPersonal({ semantic })) return []
  const values = Math.max(1, Math.min(distinct, Math.floor(rows / VALUE_ROWS)))
  return [{ kind: kind === 'number' ? 'numeric' : 'category', values }]
}

/** Bytes of a cell: as it is read, as it is kept, as it is learned. Of a text about those of a short one. */
const CELL_BYTES = { number: 40, category: 24, text: 64 }

function tableBytes(columns: readonly ColumnSize[], rows: number): number {
  return rows * columns.reduce((sum, { type }) => sum + CELL_BYTES[kindOf(type)], 0)
}

/** Values of a column by kind that have a place of their own in a network, from those that it has. */
const TOKENS = {
  least: { numeric: 48, category: 8 },
  likely: { numeric: 128, category: Number.POSITIVE_INFINITY },
}

function stateBytes(
  algorithm: Algorithm,
  learned: readonly LearnedColumn[],
  { share, options }: { share: keyof Estimate; options: Record<string, unknown> },
): number {
  const given = options as Sizes
  switch (algorithm) {
    case 'gaussian_copula':
      return 0
    case 'argn':
      return 3 * argnBytes(tokensOf(learned, share), given.capacity)
    case 'tvae':
      return 3 * bytesOf(tvaeParameters(tvaeShape(learned, share, given)))
    case 'ctgan': {
      const shape = ctganShape(learned, share, given)
      // Of the generator there is a running mean besides.
      return 4 * bytesOf(generatorParameters(shape)) + 3 * bytesOf(criticParameters(shape))
    }
  }
}

type Sizes = {
  capacity?: number
  embedding_dim?: number
  compress_dims?: number[]
  decompress_dims?: number[]
  generator_dim?: number[]
  discriminator_dim?: number[]
  pac?: number
}

const bytesOf = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)

function tokensOf(learned: readonly LearnedColumn[], share: keyof Estimate): number[] {
  return learned.map(({ kind, values }) => Math.min(values, TOKENS[share][kind]))
}

/** Of the parameters that `networkParameters` has. */
function argnBytes(tokens: readonly number[], capacity?: number): number {
  const { layers, embedding, hidden } = createNetwork(tokens, capacity)
  const own = layers.reduce(
    (sum, layer) => sum + layer.tokens * (layer.embedding + layer.hidden + 1),
    0,
  )
  return 4 * (own + (embedding + 1) * hidden)
}

/** Codes of a column by kind: at most so many levels; a place, and an atom or some stretches. */
const CODES = { least: { numeric: 2, category: 2 }, likely: { numeric: 6, category: LEVELS_LEAST } }

function widthOf(learned: readonly LearnedColumn[], share: keyof Estimate): number {
  return learned.reduce((sum, { kind, values }) => sum + codesOf(kind, values, share), 0)
}

function codesOf(kind: LearnedColumn['kind'], values: number, share: keyof Estimate): number {
  const codes = CODES[share][kind]
  return kind === 'category' ? Math.min(values, codes) : codes
}

/** Only as far as it counts: how wide it is. */
function layoutOf(learned: readonly LearnedColumn[], share: keyof Estimate): Layout {
  const width = widthOf(learned, share)
  return { places: [], spans: [], codes: width, width, stretches: [] }
}

function tvaeShape(learned: readonly LearnedColumn[], share: keyof Estimate, given: Sizes) {
  return {
    layout: layoutOf(learned, share),
    embedding: given.embedding_dim ?? TVAE_DEFAULTS.embedding,
    encoder: given.compress_dims ?? TVAE_DEFAULTS.encoder,
    decoder: given.decompress_dims ?? TVAE_DEFAULTS.decoder,
  }
}

function ctganShape(learned: readonly LearnedColumn[], share: keyof Estimate, given: Sizes) {
  const categories = learned.filter(({ kind }) => kind === 'category')
  return {
    layout: layoutOf(learned, share),
    conditioned: [],
    conditions: widthOf(categories, share),
    embedding: given.embedding_dim ?? CTGAN_DEFAULTS.embedding,
    generator: given.generator_dim ?? CTGAN_DEFAULTS.generator,
    critic: given.discriminator_dim ?? CTGAN_DEFAULTS.critic,
    pac: given.pac ?? CTGAN_DEFAULTS.pac,
  }
}
