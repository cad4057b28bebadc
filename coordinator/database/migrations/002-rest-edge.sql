-- Figures of jobs whose rows are gone, so that what is counted never goes backwards.
create table deleted_totals (
  status text primary key,
  jobs bigint not null,
  rows bigint not null,
  chunks bigint not null,
  retries bigint not null,
  reassigned bigint not null
);

create index jobs_by_time on jobs (created_at desc);
create index jobs_finished on jobs (finished_at) where status = 'completed';
create index jobs_deleted on jobs (deleted_at) where deleted_at is not null;
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

-- Whose content a CID is.
create index outputs_by_cid on outputs (cid);
create index jobs_by_root on jobs (root_cid) where root_cid is not null;
create index jobs_by_manifest on jobs (manifest_cid) where manifest_cid is not null;
