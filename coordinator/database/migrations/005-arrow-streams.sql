-- What the Arrow of a job's files is in: stream; null: a file.
alter table jobs add column container text;
