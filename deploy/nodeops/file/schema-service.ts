// A service as it is written.
import Type from 'typebox'
import { always, Bytes, Cpu, Duration, oneOf, only, percent, text, whole } from './schema-parts.ts'

/** What role a service has; the words on the right are those of other tools. */
export const TYPES = {
  postgres: 'postgres',
  temporal: 'temporal',
  parts: 'parts',
  coordinator: 'coordinator',
  scheduler: 'scheduler',
  worker: 'worker',
  api: 'coordinator',
  compute: 'worker',
  database: 'postgres',
} as const

const ResourcesSchema = Type.Object(
  {
    cpu: Type.Optional(Cpu),
    memory: Type.Optional(Bytes),
    gpu: Type.Optional(whole('GPUs of each replica; workers only', 0, 16, 1)),
  },
  only,
)

const VolumeSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,61}$', examples: ['data'] }),
    mountPath: Type.String({ pattern: '^/.', maxLength: 200, examples: ['/data'] }),
    size: Bytes,
  },
  only,
)

const HealthCheckSchema = Type.Object(
  {
    path: Type.Optional(Type.String({ pattern: '^/', maxLength: 200, examples: ['/api/ready'] })),
    interval: Type.Optional(Duration),
    timeout: Type.Optional(Duration),
    retries: Type.Optional(whole('Failures in a row that count', 1, 100, 3)),
  },
  only,
)

const SecretKeyRefSchema = Type.Object(
  {
    name: text('A secret of the target', 'syndata-secrets', 253),
    key: text('Its key', 'dsn', 253),
  },
  only,
)

const ValueFromSchema = Type.Object(
  {
    env: Type.Optional(text('A variable of the environment of nodeops', 'PINATA_JWT', 200)),
    file: Type.Optional(text('A file beside this one', 'secrets/pinata', 500)),
    secretKeyRef: Type.Optional(SecretKeyRefSchema),
  },
  only,
)

export const EnvSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,199}$', examples: ['LOG_LEVEL'] }),
    value: Type.Optional(
      Type.Union([Type.String({ maxLength: 32_768 }), Type.Number(), Type.Boolean()], {
        examples: ['info'],
      }),
    ),
    valueFrom: Type.Optional(ValueFromSchema),
  },
  only,
)

const PortSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,14}$', examples: ['fleet'] }),
    port: whole('Of the listener', 1, 65_535, 7443),
  },
  only,
)

const AutoscalingSchema = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'Default true', examples: [true] })),
    minReplicas: whole('Workers, at least', 0, 1_000, 3),
    maxReplicas: whole('Workers, at most', 1, 1_000, 15),
    targetCPUUtilization: Type.Optional(percent('Above it, more workers', 80)),
    targetMemoryUtilization: Type.Optional(percent('Above it, more workers', 85)),
    scaleDownCPUUtilization: Type.Optional(percent('Below it, fewer workers', 40)),
    scaleDownMemoryUtilization: Type.Optional(percent('Below it, fewer workers', 50)),
    step: Type.Optional(whole('Workers added or removed at once', 1, 100, 3)),
    coolDown: Type.Optional(Duration),
    drainTimeout: Type.Optional(Duration),
  },
  only,
)

const WorkerPoolSchema = Type.Object(
  {
    minWorkers: Type.Optional(whole('As minReplicas of autoscaling', 0, 1_000, 3)),
    maxWorkers: Type.Optional(whole('As maxReplicas of autoscaling', 1, 1_000, 15)),
    scaleUpThreshold: Type.Optional(whole('Leases that wait: above it, more workers', 0, 1e6, 5)),
    scaleDownThreshold: Type.Optional(
      whole('Leases that wait: below it, fewer workers', 0, 1e6, 2),
    ),
  },
  only,
)

const ChunkProcessingSchema = Type.Object(
  {
    enabled: Type.Optional(always('Work is always cut into chunks')),
    maxChunkSize: Type.Optional(whole('Rows of a chunk of jobs that do not say', 1, 1e6, 10_000)),
    parallelChunks: Type.Optional(whole('Chunks that a worker makes at once', 1, 256, 2)),
  },
  only,
)

const FailoverSchema = Type.Object(
  {
    enabled: Type.Optional(always('Lost work always moves')),
    maxRetries: Type.Optional(whole('As retryPolicy.maxAttempts of the task', 0, 100, 3)),
    redistributeOnFailure: Type.Optional(always('Lost work always moves')),
  },
  only,
)

const DistributedComputeSchema = Type.Object(
  {
    enabled: Type.Optional(always('Workers always share the work')),
    taskQueue: Type.Optional(
      Type.Literal('temporal', { description: 'The only queue', examples: ['temporal'] }),
    ),
    workerPool: Type.Optional(WorkerPoolSchema),
    chunkProcessing: Type.Optional(ChunkProcessingSchema),
    failover: Type.Optional(FailoverSchema),
  },
  only,
)

export const ServiceSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$', examples: ['worker'] }),
    type: Type.Optional(
      oneOf(Object.keys(TYPES) as (keyof typeof TYPES)[], {
        description: 'What it is; may be left out where the name says it',
        examples: ['worker'],
      }),
    ),
    image: Type.Optional(
      text('Of a public registry, or one that the target can read', 'me/worker:1'),
    ),
    port: Type.Optional(whole('Of its first listener', 1, 65_535, 8000)),
    ports: Type.Optional(Type.Array(PortSchema, { maxItems: 8 })),
    replicas: Type.Optional(whole('How many run', 0, 1_000, 1)),
    resources: Type.Optional(ResourcesSchema),
    volumes: Type.Optional(Type.Array(VolumeSchema, { maxItems: 16 })),
    healthCheck: Type.Optional(HealthCheckSchema),
    env: Type.Optional(Type.Array(EnvSchema, { maxItems: 200 })),
    environment: Type.Optional(Type.Array(EnvSchema, { maxItems: 200, description: 'As env' })),
    autoscaling: Type.Optional(AutoscalingSchema),
    distributedCompute: Type.Optional(DistributedComputeSchema),
  },
  only,
)
