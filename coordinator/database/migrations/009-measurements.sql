-- Tables measured in the background: profiles of datasets, evaluations of synthetic tables against real ones. They go
-- with whatever they are of.
create table measurements (
  id text primary key,
  kind text not null check (kind in ('profile', 'evaluation')),
  project_id text not null references projects on delete cascade,
  owner_id text not null references users,
  -- What is profiled, or the real table.
  dataset_id text not null references datasets on delete cascade,
  -- The synthetic table: one of these three.
  synthetic_dataset_id text references datasets on delete cascade,
  job_id text references jobs on delete cascade,
  model_id text references models on delete cascade,
  holdout_dataset_id text references datasets on delete cascade,
  -- {seed, max_rows, target, table}
  options jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed')),
  -- Who runs it says so until then; each claim is one more attempt.
  attempts integer not null default 0,
  claimed_until timestamptz,
  -- Compressed by gzip: the JSON, the page for people, and of profiles the config.
  document bytea,
  page bytea,
  config bytea,
  -- {code, message}
  error jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index measurements_profile on measurements (dataset_id) where kind = 'profile';
create unique index measurements_model on measurements (model_id) where model_id is not null;
create index measurements_by_project on measurements (project_id, created_at desc);
create index measurements_open on measurements (created_at) where status in ('pending', 'running');
create index measurements_by_dataset on measurements (dataset_id);
create index measurements_by_synthetic on measurements (synthetic_dataset_id) where synthetic_dataset_id is not null;
create index measurements_by_holdout on measurements (holdout_dataset_id) where holdout_dataset_id is not null;
create index measurements_by_job on measurements (job_id) where job_id is not null;
