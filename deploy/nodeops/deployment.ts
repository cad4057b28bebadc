// What is to run, as every target takes it: the file read, defaults filled in, amounts in one unit each.

export const ROLES = [
  'postgres',
  'temporal',
  'parts',
  'coordinator',
  'scheduler',
  'worker',
] as const
/** In the order in which they start. */
export type Role = (typeof ROLES)[number]

export type Resources = { cpuMillis: number; memoryBytes: number; gpus: number }
export type Volume = { name: string; mountPath: string; sizeBytes: number }
export type HealthCheck = { path: string; intervalMs: number; timeoutMs: number; retries: number }

/** A reference is resolved by the target when it is needed, and never shown. */
export type EnvValue =
  | { value: string }
  | { fromEnv: string }
  | { fromFile: string }
  | { fromSecret: { name: string; key: string } }

export type ServiceSpec = {
  name: string
  role: Role
  /** Null: the target knows what to run, or refuses. */
  image: string | null
  /** By name; the first of the role is the one that people open. */
  ports: Record<string, number>
  /** Of workers: as many as all regions have. */
  replicas: number
  resources: Resources | null
  volumes: Volume[]
  healthCheck: HealthCheck | null
  /** What the file's policies say to this program: variables of its environment. */
  settings: Record<string, string>
  env: Record<string, EnvValue>
}

export type RegionCount = { region: string; count: number }

/** Bounds within which the fleet sizes itself; the plan leaves a number of workers inside them alone. */
export type ScalingBounds = {
  min: number
  max: number
  /** All that the file says of it, as variables of a scheduler, wherever that runs. */
  settings?: Record<string, string>
}

export type Rollout = { kind: 'rolling' | 'recreate'; maxSurge: number; maxUnavailable: number }

export type Deployment = {
  name: string
  version: string | null
  description: string | null
  /** One per role at most, in starting order. */
  services: ServiceSpec[]
  /** Where workers are; empty without a worker service. */
  regions: RegionCount[]
  scaling: ScalingBounds | null
  rollout: Rollout
}

export const serviceOfRole = ({ services }: Deployment, role: Role): ServiceSpec | undefined =>
  services.find((service) => service.role === role)

export const workersOf = ({ regions }: Pick<Deployment, 'regions'>): number =>
  regions.reduce((sum, { count }) => sum + count, 0)
