-- Of a profile that is being made: {cid, bytes, sha256, attempt}, where the next attempt goes on. In a private file of the store.
alter table measurements add column checkpoint jsonb;
