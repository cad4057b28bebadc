// What CreateOS answers, as far as it is used: the fields that its own command line reads.
import Type, { type Static, type TSchema } from 'typebox'
import Value from 'typebox/value'
import { TargetError } from '../../target.ts'

const text = Type.String()
const maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

export const Created = Type.Object({ id: text })

export const Project = Type.Object({
  id: text,
  uniqueName: text,
  status: text,
  description: maybe(text),
})
export type Project = Static<typeof Project>

export const Deployment = Type.Object({
  id: text,
  status: text,
  createdAt: text,
  source: maybe(Type.Object({ image: Type.Optional(text) })),
  extra: maybe(Type.Object({ endpoint: maybe(text) })),
})
export type Deployment = Static<typeof Deployment>

export const Resources = Type.Object({
  cpu: Type.Integer(),
  memory: Type.Integer(),
  replicas: Type.Integer(),
})
export type Resources = Static<typeof Resources>

export const Environment = Type.Object({
  id: text,
  uniqueName: text,
  status: text,
  projectDeploymentId: maybe(text),
  settings: maybe(Type.Object({ runEnvs: maybe(Type.Record(text, text)) })),
  extra: maybe(Type.Object({ endpoint: maybe(text) })),
  resources: Resources,
})
export type Environment = Static<typeof Environment>

export const BuildLog = Type.Array(Type.Object({ log: text }))

const Size = Type.Object({
  cpuInMillicores: Type.Integer(),
  memoryInMiB: Type.Integer(),
  diskInMiB: Type.Integer(),
  creationEnabled: Type.Boolean(),
})
export type Size = Static<typeof Size>
export const Products = Type.Object({
  products: Type.Array(Type.Object({ id: text, resources: maybe(Type.Array(Size)) })),
})

export const Zones = Type.Array(Type.Object({ name: text }))

export const Vm = Type.Object({
  id: text,
  name: maybe(text),
  status: text,
  extra: maybe(Type.Object({ ipAddress: maybe(text) })),
})
export type Vm = Static<typeof Vm>

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ data: Type.Array(item), pagination: Type.Object({ total: Type.Integer() }) })

/** Throws TargetError for an answer that has another form. */
export function read<T extends TSchema>(schema: T, data: unknown, what: string): Static<T> {
  if (Value.Check(schema, data)) return data
  const message = `createos answered what its API does not have, asked for ${what}`
  throw new TargetError('failed', message, 'A newer nodeops may know this API better.')
}
