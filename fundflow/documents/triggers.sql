-- What a document says is fixed when it is issued; its bytes are fixed when it is rendered; it is never removed.
create function document_keep() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'documents are never removed; a correction supersedes them' using errcode = 'restrict_violation';
    end if;
    if old.state = 'rendered' then
        if to_jsonb(new) is distinct from to_jsonb(old) then
            raise exception 'document % is rendered and never changes', old.number using errcode = 'restrict_violation';
        end if;
        return new;
    end if;
    if (new.id, new.number, new.series, new.application_id, new.subject_kind, new.subject_id, new.letter, new.title,
        new.language, new.snapshot, new.snapshot_sha256, new.check_code, new.supersedes_id, new.requested_at,
        new.requested_by)
       is distinct from
       (old.id, old.number, old.series, old.application_id, old.subject_kind, old.subject_id, old.letter, old.title,
        old.language, old.snapshot, old.snapshot_sha256, old.check_code, old.supersedes_id, old.requested_at,
        old.requested_by)
    then
        raise exception 'what document % says was fixed when it was issued', old.number
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger document_keep before update or delete on document for each row execute function document_keep();
create trigger document_keep_all before truncate on document for each statement execute function document_keep();

create function number_series_forward() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or new.last <> old.last + 1 then
        raise exception 'numbers of a series only go forward, one by one' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger number_series_forward before update or delete on number_series
    for each row execute function number_series_forward();
