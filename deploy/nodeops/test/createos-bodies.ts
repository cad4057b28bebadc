// Bodies and queries that CreateOS takes, closed: any other field is refused.
import Type, { type TSchema } from 'typebox'

const closed = { additionalProperties: false }
const name = Type.String({ pattern: '^[a-zA-Z0-9-]{4,32}$' })
const display = Type.String({ pattern: '^[a-zA-Z0-9 _-]{4,48}$' })
const description = Type.String({ minLength: 4, maxLength: 2_048 })
const variables = Type.Record(Type.String(), Type.String())
const port = Type.Integer({ minimum: 1, maximum: 65_535 })
const positive = Type.Integer({ minimum: 1 })

const AppResources = Type.Object(
  {
    cpu: Type.Integer({ minimum: 200, maximum: 500 }),
    memory: Type.Integer({ minimum: 500, maximum: 1_024 }),
    replicas: Type.Integer({ minimum: 1, maximum: 3 }),
  },
  closed,
)
const vmResources = Type.Object(
  { cpuInMillicores: positive, memoryInMB: positive, storageInMB: positive },
  closed,
)
const rule = Type.Object({ port, proto: Type.Literal('tcp'), from: Type.String() }, closed)

export const BODIES = {
  project: Type.Object(
    {
      uniqueName: name,
      displayName: display,
      type: Type.Literal('image'),
      source: Type.Object({}, closed),
      settings: Type.Object({ port, runEnvs: Type.Optional(variables) }, closed),
      description: Type.Optional(description),
    },
    closed,
  ),
  deployment: Type.Object({ image: Type.String({ minLength: 1 }) }, closed),
  environment: Type.Object(
    {
      displayName: display,
      uniqueName: name,
      description,
      settings: Type.Object({ runEnvs: variables }, closed),
      resources: AppResources,
      isAutoPromoteEnabled: Type.Optional(Type.Boolean()),
      branch: Type.Optional(Type.Null()),
    },
    closed,
  ),
  assign: Type.Object({ deploymentId: Type.String() }, closed),
  resources: AppResources,
  variables: Type.Object({ runEnvs: variables, port: Type.Optional(port) }, closed),
  vm: Type.Object(
    {
      name: Type.Optional(Type.String()),
      productId: Type.String(),
      inputs: Type.Object(
        {
          ZONE: Type.String(),
          PROVIDER: Type.Literal('do'),
          SSH_KEYS: Type.Array(Type.String({ pattern: '^ssh-' })),
          FIREWALL_RULES: Type.Array(rule),
        },
        closed,
      ),
      resourceInputs: vmResources,
    },
    closed,
  ),
  resize: Type.Object({ resourceInputs: vmResources }, closed),
} as const satisfies Record<string, TSchema>

const page = {
  limit: Type.String({ pattern: '^([1-9]|1[0-9]|20)$' }),
  offset: Type.String({ pattern: '^[0-9]+$' }),
}

export const QUERIES = {
  none: Type.Object({}, closed),
  projects: Type.Object({ ...page, type: Type.Literal('image') }, closed),
  page: Type.Object(page, closed),
  machines: Type.Object({ ...page, productId: Type.String() }, closed),
  logs: Type.Object({ 'since-seconds': Type.String({ pattern: '^[1-9][0-9]*$' }) }, closed),
} as const satisfies Record<string, TSchema>
