// The name of a deployment's contents: the same file, the same revision.
import type { Deployment } from './deployment.ts'
import { digestOf } from './digest.ts'

/** Of everything that the file says; references by their names, never their values. */
export const revisionOf = (deployment: Deployment): string => digestOf(deployment)
