-- The chain is made by the database itself, whoever inserts. A row's hash covers the hash before it, its own
-- number and its body; numbers have no gaps, so a cut or a removal inside the chain shows.
create function audit_event_seal() returns trigger language plpgsql as $$
declare
    tail record;
    body jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('audit_event', 0));
    select seq, hash into tail from audit_event order by seq desc limit 1;
    new.seq := coalesce(tail.seq, 0) + 1;
    new.previous_hash := coalesce(tail.hash, repeat('0', 64));
    body := new.body::jsonb;
    new.at := (body ->> 'at')::timestamptz;
    new.action := body ->> 'action';
    new.actor_id := (body ->> 'actor_id')::uuid;
    new.application_id := (body ->> 'application_id')::uuid;
    new.data := body -> 'data';
    new.hash := encode(sha256(convert_to(new.previous_hash || new.seq::text || new.body, 'UTF8')), 'hex');
    return new;
end $$;

create trigger audit_event_seal before insert on audit_event for each row execute function audit_event_seal();

create function audit_event_keep() returns trigger language plpgsql as $$
begin
    raise exception 'audit events are never changed or removed' using errcode = 'restrict_violation';
end $$;

create trigger audit_event_keep before update or delete on audit_event
    for each row execute function audit_event_keep();
create trigger audit_event_keep_all before truncate on audit_event
    for each statement execute function audit_event_keep();
