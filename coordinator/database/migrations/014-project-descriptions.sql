-- What a project is for, in its owner's words.
alter table projects add column description text not null default '';
