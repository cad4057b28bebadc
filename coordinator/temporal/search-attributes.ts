// The search attributes that jobs carry, added to a namespace that lacks them (a cluster that we did not start).

import temporalProto from '@temporalio/proto'
import type { Temporal } from './connect.ts'

const { IndexedValueType } = temporalProto.temporal.api.enums.v1

const ATTRIBUTES = {
  TenantId: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  JobStatus: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  JobKind: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Region: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  Rows: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  PercentComplete: IndexedValueType.INDEXED_VALUE_TYPE_INT,
}

export async function ensureSearchAttributes({ client, namespace }: Temporal): Promise<void> {
  const { operatorService } = client.connection
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  const missing = Object.entries(ATTRIBUTES).filter(([name]) => !(name in customAttributes))
  if (missing.length > 0)
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    })
}
