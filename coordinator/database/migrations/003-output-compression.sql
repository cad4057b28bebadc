-- How the text files of a job are compressed; null: not at all.
alter table jobs add column compression text;
