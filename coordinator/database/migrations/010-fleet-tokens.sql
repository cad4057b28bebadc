-- Tokens for groups of machines that a platform starts and stops: null for a token that is good once.
alter table enrollment_tokens add column machines integer check (machines between 1 and 1000);
create index workers_by_token on workers (token_id);
