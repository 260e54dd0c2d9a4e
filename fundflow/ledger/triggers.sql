-- Entries are append-only; a posting sums to zero when its transaction commits; a line's balances follow its entries.
create function ledger_entry_apply() returns trigger language plpgsql as $$
begin
    insert into line_balance (line_id, account, balance_minor) values (new.line_id, new.account, 0)
        on conflict do nothing;
    update line_balance set balance_minor = balance_minor + new.amount_minor
        where line_id = new.line_id and account = new.account;
    return new;
end $$;
create trigger ledger_entry_apply before insert on ledger_entry
    for each row execute function ledger_entry_apply();

create function ledger_posting_balances() returns trigger language plpgsql as $$
declare
    total bigint;
begin
    select sum(amount_minor) into total from ledger_entry where posting_id = new.posting_id;
    if total <> 0 then
        raise exception 'posting % does not sum to zero', new.posting_id using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger ledger_posting_balances after insert on ledger_entry
    deferrable initially deferred for each row execute function ledger_posting_balances();

create function ledger_keep() returns trigger language plpgsql as $$
begin
    raise exception 'posted entries are never changed or removed; reverse them' using errcode = 'restrict_violation';
end $$;
create trigger ledger_entry_keep before update or delete on ledger_entry for each row execute function ledger_keep();
create trigger posting_keep before update or delete on posting for each row execute function ledger_keep();
create trigger ledger_entry_keep_all before truncate on ledger_entry for each statement execute function ledger_keep();
