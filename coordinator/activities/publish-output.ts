// Gives an output to one IPFS publisher as a CAR and writes down what it answered.

import { Context } from '@temporalio/activity'
import { carOf, carSize } from '#engine/dag/car.ts'
import { AppError } from '#engine/errors.ts'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import type { Publisher } from '../publish/publisher.ts'
import { type BlockStore, verified } from '../storage/block-store.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'

type Deps = {
  database: Database
  store: BlockStore
  publisherFor(jobId: string, name: string): Publisher | null
}

export function createPublishOutput(deps: Deps): StorageActivities['publishOutput'] {
  const { database } = deps
  const store = verified(deps.store)
  return async ({ jobId, publisher: name }) => {
    const publisher = deps.publisherFor(jobId, name)
    if (!publisher)
      throw new AppError('publish_failed', `no publisher ${name} is set up on this installation`)
    const rows = await database.query<{ root_cid: string; name: string }>(
      'select root_cid, name from jobs where id = $1',
      [jobId],
    )
    const { root_cid: root, name: title } = rows[0] as { root_cid: string; name: string }
    const { cancellationSignal: signal } = Context.current()
    const receipt = await publisher.publish(
      {
        root,
        name: title,
        carBytes: await carSize(store.get, root, { signal }),
        openCar: (options) => carOf(store.get, root, options),
      },
      { signal },
    )
    await database.query(
      `insert into publications (job_id, publisher, root, ref, status, urls) values ($1, $2, $3, $4, $5, $6)
       on conflict (job_id, publisher, root) do update set ref = excluded.ref, status = excluded.status,
         urls = excluded.urls, at = now()`,
      [jobId, name, root, receipt.ref, receipt.status, receipt.urls],
    )
    await notify(database, 'job', jobId)
  }
}
