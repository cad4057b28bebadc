-- Jobs that write into databases: {connection_id, kind, mode, schema}; null: into none.
alter table jobs add column load jsonb;

-- Rows of a table that are in the database; null: none is to be.
alter table outputs add column loaded_rows bigint;
