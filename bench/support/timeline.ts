// Where the time of one job goes: triggers on the bench's own database note when rows appear and go, and the
// workflow's history says what Temporal did meanwhile. For runs of their own: noting costs a little.

import { Connection, Client as Temporal } from '@temporalio/client'
import pg from 'pg'
import type { Stack } from '#scripts/stack/start-stack.ts'
import { NAMESPACE } from '#scripts/stack/temporal.ts'

const NOTE = `
create table bench_notes (at timestamptz not null default clock_timestamp(), job_id text, what text, ref text);
create function bench_note() returns trigger language plpgsql as $$
begin
  insert into bench_notes (job_id, what, ref) values (
    coalesce(new.job_id, old.job_id), tg_table_name || ' ' || lower(tg_op), coalesce(to_jsonb(new)->>'id', to_jsonb(old)->>'id'));
  return null;
end $$;
create trigger bench_note after insert or update or delete on leases for each row execute function bench_note();
create trigger bench_note after insert or delete on outbox for each row execute function bench_note();
create trigger bench_note after insert or update on outputs for each row execute function bench_note();
create trigger bench_note after insert on chunks for each row execute function bench_note();
create trigger bench_note after insert on job_events for each row execute function bench_note();
`

/** Milliseconds since the client began to submit; ascending. */
export type Moment = { what: string; atMs: number }

export type Tracer = {
  /** `startedAt`: Unix milliseconds. */
  moments(jobId: string, startedAt: number): Promise<Moment[]>
  close(): Promise<void>
}

export async function startTracer(stack: Stack): Promise<Tracer> {
  const database = new pg.Client({ connectionString: stack.database_url })
  await database.connect()
  await database.query(NOTE)
  const connection = await Connection.connect({ address: stack.temporal_address })
  const temporal = new Temporal({ connection, namespace: NAMESPACE })
  return {
    async moments(jobId, startedAt) {
      const noted = [...(await notesOf(database, jobId)), ...(await historyOf(temporal, jobId))]
      return noted
        .map(({ what, at }) => ({ what, atMs: at - startedAt }))
        .sort((a, b) => a.atMs - b.atMs)
    },
    async close() {
      await connection.close()
      await database.end()
    },
  }
}

type Noted = { what: string; at: number }

/** The first and last of each kind of change, and the stages. */
async function notesOf(database: pg.Client, jobId: string): Promise<Noted[]> {
  const { rows } = await database.query<{ what: string; first: number; last: number }>(
    `select what, extract(epoch from min(at))::float8 * 1000 as first, extract(epoch from max(at))::float8 * 1000 as last
     from bench_notes where job_id = $1 and what <> 'job_events insert' group by what
     union all
     select message, extract(epoch from at)::float8 * 1000, extract(epoch from at)::float8 * 1000
     from job_events where job_id = $1 and (message like 'stage: %' or message in ('planning', 'job completed'))`,
    [jobId],
  )
  return rows.flatMap(({ what, first, last }) =>
    first === last
      ? [{ what, at: first }]
      : [
          { what: `first ${what}`, at: first },
          { what: `last ${what}`, at: last },
        ],
  )
}

async function historyOf(temporal: Temporal, jobId: string): Promise<Noted[]> {
  const { events = [] } = await temporal.workflow.getHandle(`generation/${jobId}`).fetchHistory()
  const names = new Map<string, string>()
  return (events ?? []).flatMap((event) => {
    const at = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '')
    const ended =
      event.activityTaskCompletedEventAttributes ?? event.activityTaskStartedEventAttributes
    const name = names.get(String(ended?.scheduledEventId ?? event.eventId))
    const kind = scheduled
      ? 'scheduled'
      : event.activityTaskCompletedEventAttributes
        ? 'completed'
        : 'started'
    if (name && name !== 'generateChunks') return [{ what: `${name} ${kind}`, at }]
    return event.workflowExecutionStartedEventAttributes ? [{ what: 'workflow started', at }] : []
  })
}
