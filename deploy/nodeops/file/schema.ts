// The file as it is written: the types that its readers check against, and that editors complete from.
import Type from 'typebox'
import { REGIONS } from '#settings/regions.ts'
import { always, Duration, oneOf, only, text, whole } from './schema-parts.ts'
import { ServiceSchema } from './schema-service.ts'

const MetadataSchema = Type.Object(
  {
    name: Type.String({
      description:
        'Names the deployment on its target: lower-case letters, digits and dashes, 31 at most',
      pattern: '^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$',
      examples: ['syndata'],
    }),
    version: Type.Optional(text('Yours, shown with each revision', '1.0.0', 50)),
    description: Type.Optional(text('One line, shown by targets that have room', 'My fleet')),
  },
  only,
)

const RollingSchema = Type.Object(
  {
    maxSurge: Type.Optional(whole('More than asked for, meanwhile', 0, 100, 1)),
    maxUnavailable: Type.Optional(whole('Fewer than asked for, meanwhile', 0, 100, 0)),
  },
  only,
)

const StrategySchema = Type.Object(
  {
    type: oneOf(['RollingUpdate', 'Recreate'], {
      description: 'One after another, or all at once',
      examples: ['RollingUpdate'],
    }),
    rollingUpdate: Type.Optional(RollingSchema),
  },
  only,
)

const SpecSchema = Type.Object(
  {
    replicas: Type.Optional(whole('Of services that do not say', 0, 1_000, 1)),
    strategy: Type.Optional(StrategySchema),
    services: Type.Array(ServiceSchema, { minItems: 1, maxItems: 20 }),
  },
  only,
)

const PreferredSchema = Type.Object(
  {
    region: oneOf([...REGIONS], { examples: ['us-west'] }),
    count: whole('Workers at first; their number from then on without autoscaling', 0, 1_000, 3),
    min: Type.Optional(whole('Workers that autoscaling leaves here', 0, 1_000, 0)),
  },
  only,
)

const RetryPolicySchema = Type.Object(
  {
    maxAttempts: Type.Optional(whole('Tries after the first one', 0, 100, 3)),
    backoff: Type.Optional(oneOf(['exponential', 'fixed'], { examples: ['exponential'] })),
    initialDelay: Type.Optional(Duration),
  },
  only,
)

const CheckpointingSchema = Type.Object(
  {
    enabled: Type.Optional(always('Each chunk is one, and trainings keep theirs')),
    interval: Type.Optional(Duration),
  },
  only,
)

const ExecutionSchema = Type.Object(
  {
    timeout: Type.Optional(Duration),
    retryPolicy: Type.Optional(RetryPolicySchema),
    checkpointing: Type.Optional(CheckpointingSchema),
  },
  only,
)

const SchedulingSchema = Type.Object(
  { preferGPU: Type.Optional(always('Trainings always prefer one')) },
  only,
)

const TaskSchema = Type.Object(
  {
    name: oneOf(['synthetic-data-generation', 'generation'], {
      description: 'The only one that there is: how work is tried, that of trainings too',
      examples: ['generation'],
    }),
    scheduling: Type.Optional(SchedulingSchema),
    execution: Type.Optional(ExecutionSchema),
  },
  only,
)

const NodesSchema = Type.Object(
  { preferred: Type.Array(PreferredSchema, { maxItems: REGIONS.length }) },
  only,
)

const DepinSchema = Type.Object(
  {
    nodes: Type.Optional(NodesSchema),
    tasks: Type.Optional(Type.Array(TaskSchema, { maxItems: 1 })),
  },
  only,
)

export const FileSchema = Type.Object(
  {
    apiVersion: Type.Literal('v1', { examples: ['v1'] }),
    kind: Type.Literal('DeploymentConfig', { examples: ['DeploymentConfig'] }),
    metadata: MetadataSchema,
    spec: SpecSchema,
    depin: Type.Optional(DepinSchema),
  },
  { ...only, title: 'nodeops.yaml', $schema: 'https://json-schema.org/draft/2020-12/schema' },
)

/** Draft 2020-12, as text. What has to hold between keys only the readers know. */
export const fileSchemaText = (): string => `${JSON.stringify(FileSchema, null, 2)}\n`
