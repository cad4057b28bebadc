// The namespace of an installation, made in a cluster that has none of this name.

import { status } from '@grpc/grpc-js'
import { isGrpcServiceError } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import type { Temporal } from './connect.ts'

/** How long the cluster keeps histories of workflows that ended. */
const RETENTION_MS = 30 * 86_400_000

const isStatus = (error: unknown, code: number): boolean =>
  isGrpcServiceError(error) && error.code === code

/** Returns whether it was made here; safe to call from every replica at once. Rejects with gRPC errors. */
export async function ensureNamespace({ client, namespace }: Temporal): Promise<boolean> {
  const { workflowService } = client.connection
  try {
    await workflowService.describeNamespace({ namespace })
    return false
  } catch (error) {
    if (!isStatus(error, status.NOT_FOUND)) throw error
  }
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(RETENTION_MS),
    })
    return true
  } catch (error) {
    if (!isStatus(error, status.ALREADY_EXISTS)) throw error
    return false
  }
}
