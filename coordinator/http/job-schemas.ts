// The shapes of jobs over REST.

import Type from 'typebox'
import { JOB_STATUSES } from '#coordinator/jobs/job-state.ts'
import { SubmitBody } from '#coordinator/jobs/submit-body.ts'
import { LOAD_MODES } from '#coordinator/load/settings.ts'
import { Nullable, PAGING, Time } from './schemas.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const Links = Type.Record(Type.String(), Type.String())

/** What is accepted, and what is answered with `unsupported` until a later release does it. */
export const SubmitDocument = Type.Object(
  {
    ...SubmitBody.properties,
    config_id: Type.Optional(Type.String({ description: 'Not supported yet' })),
  },
  { additionalProperties: false },
)

export const SubmittedView = Type.Object({
  job_id: Text,
  status: Type.Literal('pending'),
  total_rows: Count,
  total_chunks: Count,
  links: Links,
  warnings: Type.Array(Text),
})

const LoadView = Type.Object(
  {
    connection_id: Text,
    kind: Type.Enum(['postgresql', 'mysql', 'sqlite']),
    mode: Type.Enum([...LOAD_MODES]),
    schema: Nullable(Text, 'Of PostgreSQL'),
  },
  { description: 'The database that the rows are written into, and how' },
)

export const DryRunView = Type.Object({
  dry_run: Type.Literal(true),
  total_rows: Count,
  total_chunks: Count,
  bytes: Type.Integer({ minimum: 0, description: 'Estimated from a sample of rows' }),
  price: Nullable(Type.Object({ arweave_winston: Text })),
  tables: Type.Array(Type.Object({ name: Text, rows: Count, chunks: Count, bytes: Count })),
  load: Nullable(LoadView),
  warnings: Type.Array(Text),
})

const TableView = Type.Object({
  name: Text,
  rows: Count,
  chunks: Count,
  rows_generated: Count,
  chunks_completed: Count,
  bytes: Count,
  accepted_share: Nullable(
    Type.Number({ minimum: 0, maximum: 1 }),
    'Of the rows that a model drew, those that met the conditions; null where it meets them by construction',
  ),
})

const OutputView = Type.Object({
  table: Text,
  format: Text,
  compression: Nullable(Text),
  container: Nullable(Text, 'Of Arrow: stream; null for a file'),
  bytes: Count,
  rows: Count,
  sha256: Nullable(Text),
  cid: Text,
  loaded: Nullable(
    Type.Object({ ...LoadView.properties, table: Text, rows: Count }),
    'Where the rows went, and how many are there by now; null without a connection',
  ),
  ipfs_urls: Type.Array(Text, { description: 'Empty while the file is not public' }),
  arweave: Nullable(
    Type.Object({
      id: Text,
      url: Nullable(Text),
      status: Nullable(Type.Enum(['signed', 'posted', 'confirmed'])),
    }),
  ),
  download_url: Text,
})

export const JobObject = Type.Object({
  job_id: Text,
  project_id: Text,
  kind: Type.Enum(['generate', 'train']),
  model_id: Nullable(Text, 'What it trains, or draws the rows from; null where rules make them'),
  name: Text,
  status: Type.Enum([...JOB_STATUSES]),
  stage: Type.Enum(['queued', 'planning', 'generating', 'merging', 'publishing', 'done']),
  rows_generated: Count,
  total_rows: Count,
  chunks_completed: Count,
  total_chunks: Count,
  progress_percentage: Type.Number({ minimum: 0, maximum: 100, description: '100 when completed' }),
  rows_per_second: Nullable(Type.Number(), 'Of the last seconds; of the whole run once it is over'),
  eta_seconds: Nullable(Type.Number()),
  priority: Type.Enum(['low', 'normal', 'high']),
  seed: Type.Integer(),
  created_at: Time,
  started_at: Nullable(Time),
  finished_at: Nullable(Time),
  error: Nullable(
    Type.Object(
      { code: Text, message: Text, hint: Type.Optional(Text) },
      { additionalProperties: true },
    ),
  ),
  tables: Type.Array(TableView),
  load: Nullable(LoadView),
  outputs: Type.Array(OutputView),
  regions: Type.Record(Type.String(), Type.Object({ chunks: Count, workers: Count })),
  retries: Count,
  reassigned: Count,
  waiting_reason: Nullable(Text),
  root_cid: Nullable(Text),
  manifest_cid: Nullable(Text),
  links: Links,
  temporal_url: Type.Optional(Nullable(Text, 'For administrators')),
})

export const ListQuery = Type.Object(
  {
    ...PAGING,
    status_filter: Type.Optional(Type.Enum([...JOB_STATUSES])),
    project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
)

export const JobList = Type.Object({
  jobs: Type.Array(JobObject),
  page: Type.Integer(),
  page_size: Type.Integer(),
  total: Count,
})

export const ActionView = Type.Object({ job_id: Text, status: Type.Enum([...JOB_STATUSES]) })
