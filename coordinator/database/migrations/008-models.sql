-- Jobs that train a model: their one chunk is its file.
alter table jobs drop constraint jobs_kind_check;
alter table jobs add constraint jobs_kind_check check (kind in ('generate', 'train'));
-- Leases of the job go to trusted workers alone: it reads data or a model that is private.
alter table jobs add column trusted_only boolean not null default false;

-- Models: learned from datasets, or brought in as files.
create table models (
  id text primary key,
  project_id text not null references projects,
  owner_id text not null references users,
  name text not null,
  -- What it learns from, which may be gone since; null for one that was brought in.
  dataset_id text,
  -- What trains it; null for one that was brought in.
  job_id text unique references jobs on delete set null,
  -- As asked for: auto, or an algorithm.
  algorithm text not null,
  options jsonb not null default '{}',
  -- Its file: the root of the tree, the length, the SHA-256 in hex, and the algorithm that made it; null before it is there.
  file_cid text,
  file_bytes bigint,
  file_sha256 text,
  file_algorithm text,
  -- A model that was there sooner than the one asked for: {cid, bytes, sha256, algorithm}.
  preview jsonb,
  -- Where a training goes on when its worker is lost: {cid, bytes, dagBytes, sha256, number}.
  checkpoint jsonb,
  -- The newest report of whoever trains it.
  progress jsonb not null default '{}',
  -- Losses and scores by epoch, thinned out when there are many.
  history jsonb not null default '[]',
  -- {worker, region, gpu}
  trained_on jsonb,
  created_at timestamptz not null default now()
);
create index models_by_project on models (project_id, created_at desc);
create index models_by_file on models (file_cid) where file_cid is not null;

-- Which jobs sample which model: it stays while one of them runs.
create table job_models (
  job_id text not null references jobs on delete cascade,
  model_id text not null references models on delete cascade,
  primary key (job_id, model_id)
);
create index job_models_by_model on job_models (model_id);
