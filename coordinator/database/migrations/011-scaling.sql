-- What the autoscaler remembers of each pool of workers, and its last figures.
create table scaling_pools (
  pool text primary key check (pool in ('cpu', 'gpu')),
  state jsonb not null,
  -- {cpu, memory, queue, active, pending, total, trainings}
  figures jsonb not null,
  min integer not null,
  max integer not null,
  updated_at timestamptz not null default now()
);

-- What it decided and what came of it, with the figures of that moment; the oldest go.
create table scaling_decisions (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  pool text not null check (pool in ('cpu', 'gpu')),
  action text not null
    check (action in ('add', 'verified', 'short', 'remove', 'removed', 'kept', 'reclaim', 'hold')),
  reason text not null,
  figures jsonb not null,
  -- Workers by region.
  places jsonb not null default '{}',
  -- Ids of the workers that leave or stay.
  workers text[] not null default '{}'
);

-- How often it did what, so that what is counted stays when old decisions go.
create table scaling_totals (
  pool text not null,
  action text not null,
  decisions bigint not null default 0,
  workers bigint not null default 0,
  primary key (pool, action)
);
