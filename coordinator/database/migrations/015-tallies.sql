-- Of rows that a model draws until conditions are met: how many it drew, and how many of those met them.
alter table chunks add column drawn_rows bigint not null default 0, add column met_rows bigint not null default 0;
alter table job_tables add column drawn_rows bigint not null default 0, add column met_rows bigint not null default 0;
