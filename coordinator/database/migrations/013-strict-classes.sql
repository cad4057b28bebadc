-- Rows of a model that are all drawn in one runtime class: wanted by the project, pinned by the job's first assignment.
alter table projects add column strict_runtime_class boolean not null default false;
alter table jobs add column strict_class boolean not null default false;
alter table jobs add column runtime_class text;

-- A project that was deleted: nobody sees it, what it had goes as jobs do.
alter table projects add column deleted_at timestamptz;
