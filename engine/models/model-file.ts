// A fitted model as a file: what its columns are, what the algorithm learned, where it comes from. No row of the
// data is in it. docs/models.md describes the layout.

import { createHash } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { canonicalJson } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'
import type { Field } from '#engine/table/table.ts'
import { checkDerived, DerivedList } from './derived/check-derived.ts'
import { allShapes, type DerivedTarget } from './derived/derived.ts'
import type { PreparedColumn } from './prepare.ts'
import type { TargetShape } from './sampled.ts'
import { notAModel } from './stored-parts.ts'
import {
  decodeTensorFile,
  encodeTensorFile,
  type FileTensor,
  parseObject,
  type TensorFile,
} from './tensor-file.ts'

const FORMAT = 'syndata.model.1'

export const ALGORITHMS = ['gaussian_copula', 'ctgan', 'tvae', 'argn'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** More than any training makes (`STATE_BYTES_MAX` of engine/tensor/trainer.ts): parameters twice, and the encoder. */
export const MODEL_BYTES_MAX = 512 * 2 ** 20

const ShortText = Type.String({ maxLength: 10_000 })
const Count = Type.Integer({ minimum: 0 })
const TextOrNull = Type.Optional(Type.Union([ShortText, Type.Null()]))
const Numbers = Type.Record(Type.String(), Type.Number())

/** Of a search for the best: what was tried, with scores on rows that none of them learned; null where one failed. */
export const CandidateList = Type.Array(
  Type.Object({
    algorithm: Type.Enum([...ALGORITHMS]),
    score: Type.Union([Type.Null(), Type.Number()]),
  }),
)
export type Candidates = Static<typeof CandidateList>

const Provenance = Type.Object({
  engine_version: ShortText,
  /** What equal bytes of samples are promised within. */
  runtime_class: ShortText,
  seed: Count,
  /** Of the data that was learned. */
  rows: Count,
  options: Type.Record(Type.String(), Type.Unknown()),
  /** Epoch by epoch: means of the losses, and the score on held-out rows. */
  history: Type.Array(Type.Object({ epoch: Count, metrics: Numbers, score: Type.Number() })),
  candidates: Type.Optional(CandidateList),
})
export type Provenance = Static<typeof Provenance>

/** Checked in depth by whoever uses them: fields by name and kind here, generated rules as any config. */
const Header = Type.Object({
  algorithm: Type.Enum([...ALGORITHMS]),
  columns: Type.Array(
    Type.Object({
      kind: Type.Enum(['numeric', 'category', 'constant', 'generated']),
      field: Type.Object({
        ...{ name: ShortText, type: ShortText, decimals: Count },
        ...{ layout: TextOrNull, zone: TextOrNull },
      }),
      target: Type.Optional(Count),
      levels: Type.Optional(Type.Array(Type.Union([ShortText, Type.Null()]))),
      value: Type.Optional(Type.Union([ShortText, Type.Number(), Type.Null()])),
      rule: Type.Optional(Type.Object({ type: ShortText })),
      nulls: Type.Optional(Type.Boolean()),
      nullRate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    }),
    { maxItems: 10_000 },
  ),
  targets: Type.Array(
    Type.Union([
      Type.Object({ kind: Type.Literal('category'), name: ShortText, levels: Count }),
      Type.Object({
        kind: Type.Literal('numeric'),
        name: ShortText,
        decimals: Type.Integer({ minimum: 0, maximum: 15 }),
        min: Type.Number(),
        max: Type.Number(),
      }),
    ]),
  ),
  derived: Type.Optional(DerivedList),
  encoder: Type.Unknown(),
  provenance: Provenance,
})

type Tensors = ReadonlyMap<string, FileTensor>

export type ModelFile = {
  algorithm: Algorithm
  /** As in the data that was learned, in its order. */
  columns: PreparedColumn[]
  targets: TargetShape[]
  /** What is not learned but follows from targets. Their numbers go on from those of `targets`. */
  derived: DerivedTarget[]
  /** What the algorithm knows of each target, as JSON. */
  encoder: unknown
  provenance: Provenance
  tensors: Tensors
}

/** Equal models have equal bytes. */
export function encodeModelFile({ tensors, derived, ...rest }: ModelFile): Uint8Array {
  const model = canonicalJson({ ...rest, ...(derived.length > 0 && { derived }) })
  const sha256 = contentsDigest(model, tensors)
  return encodeTensorFile({ metadata: { format: FORMAT, model, sha256 }, tensors })
}

/**
 * AppError `invalid_request` for bytes that are no model, whoever made them; `unsupported` for a later format. `whole`
 * hashes what is in it too, to find what was damaged on the way. The tensors are in the file's memory: hundreds of
 * megabytes are not copied.
 */
export function decodeModelFile(file: Uint8Array, { whole = false } = {}): ModelFile {
  const { metadata, tensors } = decodeTensorFile(file, { shared: true })
  if (metadata['format'] !== FORMAT)
    throw new AppError('unsupported', `a model file has the format ${FORMAT}`)
  if (whole) checkContents(metadata, tensors)
  const header: unknown = parseObject(metadata['model'] ?? '')
  if (!Value.Check(Header, header)) throw notAModel('its header is not of that format')
  const model = { derived: [], ...header, tensors } as ModelFile
  checkDerived(model.derived, model.targets)
  const shapes = allShapes(model.targets, model.derived)
  for (const column of model.columns) checkColumn(column, shapes)
  return model
}

/** Files of earlier releases have no digest within. */
function checkContents({ model = '', sha256 }: TensorFile['metadata'], tensors: Tensors): void {
  if (sha256 !== undefined && sha256 !== contentsDigest(model, tensors))
    throw notAModel('it is damaged; its contents do not match their digest')
}

/** Lower-case hex SHA-256 of the text, and of the name and the bytes of each tensor, by name. */
function contentsDigest(model: string, tensors: Tensors): string {
  const hash = createHash('sha256').update(model)
  const byName = [...tensors].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  for (const [name, { values }] of byName)
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return hash.digest('hex')
}

/** Lower-case hex SHA-256: what identifies a model. */
export function modelDigest(file: Uint8Array): string {
  return createHash('sha256').update(file).digest('hex')
}

function checkColumn(column: PreparedColumn, targets: readonly TargetShape[]): void {
  const { name } = column.field satisfies Field
  if (column.kind === 'generated') {
    if (typeof column.rule?.type !== 'string') throw notAModel(`the column ${name} has no rule`)
    return
  }
  if (column.kind === 'constant') {
    if (column.value === undefined) throw notAModel(`the column ${name} has no value`)
    return
  }
  const target = targets[column.target]
  if (target?.kind !== column.kind) throw notAModel(`the column ${name} has no target of its kind`)
  if (target.kind === 'category' && column.kind === 'category')
    if (column.levels?.length !== target.levels)
      throw notAModel(`the column ${name} has not the levels of its target`)
}
