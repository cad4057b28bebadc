// Schemas of models.

import Type from 'typebox'
import { MODEL_STATUSES } from '#coordinator/models/training-figures.ts'
import { ALGORITHMS } from '#engine/models/model-file.ts'
import { Nullable, PAGING, Time } from './schemas.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const Losses = Type.Record(Type.String(), Type.Number())
const Links = Type.Record(Type.String(), Type.String())

export const ModelView = Type.Object({
  model_id: Text,
  project_id: Text,
  name: Text,
  dataset_id: Nullable(Text, 'Null for one that was imported'),
  job_id: Nullable(Text, 'Pause, resume, cancel and retry its training by this job'),
  algorithm: Type.Enum(['auto', ...ALGORITHMS], { description: 'As asked for' }),
  trained_algorithm: Nullable(Type.Enum([...ALGORITHMS]), 'Of its file; null before there is one'),
  status: Type.Enum([...MODEL_STATUSES]),
  progress_percentage: Type.Number({ minimum: 0, maximum: 100, description: '100 when completed' }),
  epoch: Count,
  epochs: { ...Count, description: 'At most; a training ends when its score stands still' },
  eta_seconds: Nullable(Type.Number(), 'To the last epoch; it may end before'),
  losses: { ...Losses, description: 'Means over the last finished epoch' },
  scores: Type.Object(
    {},
    { additionalProperties: true, description: 'On rows that are held out; lower is better' },
  ),
  candidates: Type.Array(Type.Object({ algorithm: Text, score: Nullable(Type.Number()) }), {
    description:
      'What auto tried so far, with scores on held-out rows (higher is better, the best is kept); null: it cannot learn the data',
  }),
  trained_on: Nullable(
    Type.Object({
      worker: Text,
      region: Text,
      gpu: Nullable(Text, 'That it was trained on; null: on the processor'),
      provider: Nullable(Type.Enum(['cpu', 'cuda']), 'Null until the worker said so'),
    }),
  ),
  options: Type.Object({}, { additionalProperties: true }),
  file: Nullable(Type.Object({ cid: Text, bytes: Count, sha256: Text })),
  preview: Nullable(
    Type.Object({ algorithm: Text, bytes: Count, sha256: Text }),
    'A model that is there before the one asked for; its file is at file?preview=true',
  ),
  error: Nullable(
    Type.Object(
      { code: Text, message: Text, hint: Type.Optional(Text) },
      { additionalProperties: true },
    ),
  ),
  waiting_reason: Nullable(Text),
  created_at: Time,
  started_at: Nullable(Time),
  finished_at: Nullable(Time),
  links: Links,
})

export const ModelListQuery = Type.Object(
  {
    ...PAGING,
    project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    dataset_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
)

export const ModelList = Type.Object({
  models: Type.Array(ModelView),
  page: Type.Integer(),
  page_size: Type.Integer(),
  total: Count,
})

export const SubmittedModel = Type.Object({
  model_id: Text,
  job_id: Text,
  status: Type.Literal('pending'),
  links: Links,
  warnings: Type.Array(Text),
})

export const ModelMetrics = Type.Object({
  model_id: Text,
  algorithm: Text,
  trained_algorithm: Nullable(Text),
  epochs: Type.Array(
    Type.Object({ algorithm: Text, epoch: Count, losses: Losses, score: Type.Number() }),
    { description: 'Oldest first; beyond 1,000 some are left out. Lower scores are better' },
  ),
})
