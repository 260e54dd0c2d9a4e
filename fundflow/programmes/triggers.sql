-- A published version is the law of running cases: it never changes.
create function programme_version_keep() returns trigger language plpgsql as $$
begin
    raise exception 'a published version is never changed or removed' using errcode = 'restrict_violation';
end $$;
create trigger programme_version_keep before update or delete on programme_version
    for each row execute function programme_version_keep();
