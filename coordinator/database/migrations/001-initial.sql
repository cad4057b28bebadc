-- Users, projects, keys: every resource belongs to a project, every query asks by who may see it.
create table users (
  id text primary key,
  email text not null unique,
  username text not null unique,
  password_hash text not null,
  role text not null check (role in ('admin', 'user')),
  created_at timestamptz not null default now()
);

create table projects (
  id text primary key,
  name text not null,
  allow_community_compute boolean not null default false,
  arweave_budget_winston numeric not null default 0,
  arweave_spent_winston numeric not null default 0,
  created_at timestamptz not null default now()
);

create table project_members (
  project_id text not null references projects on delete cascade,
  user_id text not null references users on delete cascade,
  role text not null check (role in ('owner', 'editor', 'viewer')),
  is_default boolean not null default false,
  primary key (project_id, user_id)
);
create index project_members_by_user on project_members (user_id);

create table api_keys (
  id text primary key,
  user_id text not null references users on delete cascade,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table idempotency_keys (
  principal text not null,
  method text not null,
  path text not null,
  key text not null,
  body_digest text not null,
  -- null while the first request runs
  status integer,
  reply jsonb,
  resource_id text,
  expires_at timestamptz not null,
  primary key (principal, method, path, key)
);

-- CA, upload and session keys, sealed under the master key.
create table secrets (
  name text primary key,
  sealed bytea not null,
  created_at timestamptz not null default now()
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  principal text not null,
  action text not null,
  resource text not null,
  outcome text not null check (outcome in ('allowed', 'refused')),
  details jsonb not null default '{}'
);
create index audit_log_by_time on audit_log (at desc);

-- Who runs: replicas of the coordinator and the fleet.
create table coordinators (
  id text primary key,
  name text not null,
  started_at timestamptz not null default now(),
  last_seen timestamptz not null default now()
);

create table enrollment_tokens (
  id text primary key,
  secret_hash bytea not null,
  region text not null,
  trust text not null check (trust in ('trusted', 'community')),
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by bytea,
  revoked_at timestamptz
);

create table workers (
  id text primary key,
  name text not null,
  public_key bytea not null unique,
  region text not null,
  trust text not null check (trust in ('trusted', 'community')),
  state text not null default 'active' check (state in ('active', 'draining', 'revoked')),
  machine jsonb not null,
  engine_version text not null,
  slots integer not null default 0,
  token_id text references enrollment_tokens,
  enrolled_at timestamptz not null default now(),
  -- Which replica holds its stream; null when not connected.
  coordinator_id text,
  connected_at timestamptz,
  last_seen timestamptz,
  load jsonb not null default '{}',
  rows_per_second double precision,
  chunks_done bigint not null default 0,
  chunks_failed bigint not null default 0,
  leases_lost bigint not null default 0
);

-- Jobs and what they are made of.
create table specs (
  digest text primary key,
  body text not null,
  created_at timestamptz not null default now()
);

create sequence event_seq;

create table jobs (
  id text primary key,
  project_id text not null references projects,
  owner_id text not null references users,
  kind text not null default 'generate' check (kind in ('generate')),
  name text not null,
  status text not null default 'pending'
    check (status in ('pending', 'generating', 'paused', 'completed', 'failed', 'cancelled')),
  stage text not null default 'queued'
    check (stage in ('queued', 'planning', 'generating', 'merging', 'publishing', 'done')),
  priority text not null check (priority in ('low', 'normal', 'high')),
  regions text[] not null default '{}',
  -- {config, plan} as RFC 8785 JSON; its digest is what workers are told.
  spec_digest text not null references specs,
  config_digest text not null,
  seed bigint not null,
  engine_version text not null,
  format text not null,
  chunk_rows integer not null,
  total_rows bigint not null,
  total_chunks integer not null,
  publish_ipfs boolean not null,
  publish_arweave boolean not null,
  publish_config boolean not null default true,
  max_price_winston numeric,
  -- {code, message, hint, table?, chunk?}
  error jsonb,
  -- Workflow runs after the first: one for each retry of the job.
  runs integer not null default 0,
  retries integer not null default 0,
  reassigned integer not null default 0,
  waiting_reason text,
  root_cid text,
  manifest_cid text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  deleted_at timestamptz
);
create index jobs_by_project on jobs (project_id, created_at desc);
create index jobs_running on jobs (status) where status in ('pending', 'generating', 'paused');

create table job_tables (
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  name text not null,
  rows bigint not null,
  chunks integer not null,
  rows_done bigint not null default 0,
  chunks_done integer not null default 0,
  bytes_done bigint not null default 0,
  primary key (job_id, table_no)
);

-- The ledger: one row per committed chunk; the first commit wins.
create table chunks (
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  chunk_no integer not null,
  cid text not null,
  bytes bigint not null,
  dag_bytes bigint not null,
  rows integer not null,
  worker_id text not null,
  region text not null,
  lease_id text not null,
  duration_ms integer not null,
  seq bigint not null default nextval('event_seq'),
  committed_at timestamptz not null default now(),
  primary key (job_id, table_no, chunk_no)
);
create index chunks_by_seq on chunks (job_id, seq);
create index chunks_by_cid on chunks (cid);

-- Who made how much of a job: regions and workers without counting the ledger.
create table job_workers (
  job_id text not null references jobs on delete cascade,
  worker_id text not null,
  region text not null,
  chunks integer not null default 0,
  rows bigint not null default 0,
  primary key (job_id, worker_id)
);

create table chunk_failures (
  id bigint generated always as identity primary key,
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  chunk_no integer not null,
  -- error: the worker said so; lost: the worker vanished while making it.
  kind text not null check (kind in ('error', 'lost')),
  worker_id text not null,
  code text not null,
  message text not null,
  at timestamptz not null default now()
);
create index chunk_failures_by_chunk on chunk_failures (job_id, table_no, chunk_no);

create table dead_chunks (
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  chunk_no integer not null,
  code text not null,
  message text not null,
  at timestamptz not null default now(),
  primary key (job_id, table_no, chunk_no)
);

-- A lease lives here while it runs, so that any replica can adopt it.
create table leases (
  id text primary key,
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  from_chunk integer not null,
  to_chunk integer not null,
  workflow_id text not null,
  run_id text not null,
  activity_id text not null,
  task_token bytea not null,
  attempt integer not null,
  -- Everyone it was ever assigned to: only they may report its chunks.
  worker_ids text[] not null default '{}',
  coordinator_id text not null,
  created_at timestamptz not null default now(),
  assigned_at timestamptz
);
create unique index leases_by_activity on leases (workflow_id, run_id, activity_id);
create index leases_by_coordinator on leases (coordinator_id);

create table outputs (
  job_id text not null references jobs on delete cascade,
  table_no integer not null,
  table_name text not null,
  format text not null,
  rows bigint not null,
  bytes bigint not null,
  -- The merged file; null while only its hash is known.
  cid text,
  dag_bytes bigint,
  sha256 text,
  -- Arweave: Merkle root over the file, base64url, and the hashes of its 256 KiB chunks.
  data_root text,
  data_hashes bytea,
  arweave_id text,
  primary key (job_id, table_no)
);

create table publications (
  job_id text not null references jobs on delete cascade,
  publisher text not null,
  root text not null,
  ref text,
  status text not null check (status in ('queued', 'pinning', 'pinned', 'failed')),
  urls text[] not null default '{}',
  at timestamptz not null default now(),
  primary key (job_id, publisher, root)
);

-- What the gateway and bitswap may serve to anyone: every block below a published root.
create table public_blocks (
  cid text not null,
  root text not null,
  job_id text not null references jobs on delete cascade,
  primary key (cid, root, job_id)
);
create index public_blocks_by_job on public_blocks (job_id);

-- A signed transaction is written before its first post and reused by every path: nothing is paid twice.
create table arweave_transactions (
  id text primary key,
  wallet text not null,
  sha256 text not null,
  tags_digest text not null,
  transaction text not null,
  reward_winston numeric not null,
  data_size bigint not null,
  posted_chunks integer not null default 0,
  total_chunks integer not null,
  status text not null check (status in ('signed', 'posted', 'confirmed')),
  created_at timestamptz not null default now(),
  unique (wallet, sha256, tags_digest)
);

-- What happened to a job, newest first in its log; bounded per job.
create table job_events (
  seq bigint primary key default nextval('event_seq'),
  job_id text not null references jobs on delete cascade,
  kind text not null check (kind in ('log', 'worker', 'done')),
  level text not null default 'info' check (level in ('debug', 'info', 'warn', 'error')),
  message text not null,
  data jsonb not null default '{}',
  at timestamptz not null default now()
);
create index job_events_by_job on job_events (job_id, seq);

-- What Temporal must still be told: committed with the change that asks for it.
create table outbox (
  id bigint generated always as identity primary key,
  job_id text not null,
  action text not null check (action in ('start', 'pause', 'resume', 'cancel')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  last_error text
);
create index outbox_by_time on outbox (next_at);
