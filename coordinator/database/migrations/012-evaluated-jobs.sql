-- The real table of an evaluation, and the rows held out, may be tables of jobs too.
alter table measurements alter column dataset_id drop not null;
alter table measurements add column real_job_id text references jobs on delete cascade;
alter table measurements add column holdout_job_id text references jobs on delete cascade;
create index measurements_by_real_job on measurements (real_job_id) where real_job_id is not null;
create index measurements_by_holdout_job on measurements (holdout_job_id) where holdout_job_id is not null;
