-- How much of its table a profile has read, from 0 to 1; of the attempt that is under way.
alter table measurements add column progress real not null default 0;
