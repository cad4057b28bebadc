-- Tables that were uploaded: real data, private to their project.
create table datasets (
  id text primary key,
  project_id text not null references projects on delete cascade,
  owner_id text not null references users,
  name text not null,
  -- csv, json, jsonl, parquet or arrow
  format text not null,
  -- How the file is written, and what is kept of a broken one, so that it can be read again: {form, keep}.
  reading jsonb not null,
  rows bigint not null,
  -- Of the file as it was sent.
  bytes bigint not null,
  root_cid text not null,
  sha256 text not null,
  -- Columns in order: {field, confidence, nulls, distinct, examples}; examples are masked.
  columns jsonb not null,
  -- The first rows, masked.
  preview jsonb not null,
  warnings jsonb not null default '[]',
  created_at timestamptz not null default now()
);
create index datasets_by_project on datasets (project_id, created_at desc);

-- What has arrived of uploads that take long, so that it is not swept; gone when they end.
create table dataset_uploads (
  id text primary key,
  root_cid text not null,
  touched_at timestamptz not null default now()
);
