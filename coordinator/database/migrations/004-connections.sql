-- Databases that jobs write into. A password is sealed under a key of the installation, or named and kept elsewhere.
create table connections (
  id text primary key,
  project_id text not null references projects on delete cascade,
  name text not null,
  kind text not null check (kind in ('postgresql', 'mysql', 'sqlite')),
  -- Of a server; null for a file.
  host text,
  port integer,
  database text,
  username text,
  tls text check (tls in ('disable', 'prefer', 'require', 'verify')),
  password_sealed bytea,
  password_ref text,
  -- Of SQLite: a name inside the project's folder.
  file text,
  options jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (project_id, name)
);

-- Which jobs write into a connection: it stays while one of them runs.
create table job_connections (
  job_id text not null references jobs on delete cascade,
  connection_id text not null references connections on delete cascade,
  primary key (job_id, connection_id)
);
create index job_connections_by_connection on job_connections (connection_id);
