// What is fixed of each role: its listeners, what answers when it is well, and how many of it there may be.
import type { Role } from '../deployment.ts'

type RoleFacts = {
  /** Listeners by name, the one that people open first, with the port that each has when the file is silent. */
  ports: Readonly<Record<string, number>>
  /** Answers 200 over HTTP when it is well; null where a listener that accepts has to do. */
  healthPath: string | null
  replicasMax: number
}

export const ROLE_FACTS: Readonly<Record<Role, RoleFacts>> = {
  postgres: { ports: { sql: 5432 }, healthPath: null, replicasMax: 1 },
  temporal: { ports: { grpc: 7233, ui: 8233 }, healthPath: null, replicasMax: 1 },
  parts: { ports: { http: 8130, ipfs: 4001 }, healthPath: '/health', replicasMax: 1 },
  coordinator: { ports: { http: 8000, fleet: 7443 }, healthPath: '/api/ready', replicasMax: 8 },
  scheduler: { ports: {}, healthPath: null, replicasMax: 3 },
  worker: { ports: { health: 8090 }, healthPath: '/live', replicasMax: 1_000 },
}
