"""calls as machines: stages, publication, corrigenda, and more time for one applicant

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The terms of a published call stand: what people read is what they are judged by, and nobody's time gets shorter.
KEEP = """
create function call_keep() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.published_at is not null then
            raise exception 'a published call is never removed' using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    if old.published_at is null then
        return new;
    end if;
    if (new.programme_id, new.version_id, new.line_id, new.slug, new.title, new.summary, new.opens_at,
        new.timezone, new.currency, new.published_at)
       is distinct from
       (old.programme_id, old.version_id, old.line_id, old.slug, old.title, old.summary, old.opens_at,
        old.timezone, old.currency, old.published_at) then
        raise exception 'the terms of a published call are never changed' using errcode = 'restrict_violation';
    end if;
    if old.closes_at is not null and (new.closes_at is null or new.closes_at < old.closes_at) then
        raise exception 'a published call never closes earlier' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger call_keep before update or delete on call for each row execute function call_keep();

create function corrigendum_keep() returns trigger language plpgsql as $$
begin
    raise exception 'a corrigendum is never changed or removed' using errcode = 'restrict_violation';
end $$;
create trigger corrigendum_keep before update or delete on corrigendum
    for each row execute function corrigendum_keep();
"""


def upgrade() -> None:
    op.add_column("application", sa.Column("extended_until", sa.DateTime(timezone=True), nullable=True))
    for name in ("published_at", "extended_until", "due_at", "overdue_at"):
        op.add_column("call", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("stage", sa.String(40), nullable=True))
    op.add_column("call", sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("row_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "call", sa.Column("waits_for", postgresql.ARRAY(sa.String(40)), nullable=False, server_default="{}")
    )
    op.add_column(
        "call", sa.Column("approvals_needed", postgresql.JSONB(), nullable=False, server_default="{}")
    )
    # calls made before were public from the start; the clock carries them on from there
    op.execute(
        "update call set published_at = opens_at, stage_since = opens_at,"
        " stage = case when cancelled_at is null then 'published' else 'cancelled' end,"
        " due_at = case when cancelled_at is null then opens_at end"
    )
    for name in ("stage", "stage_since"):
        op.alter_column("call", name, nullable=False)
    for name in ("row_version", "waits_for", "approvals_needed"):
        op.alter_column("call", name, server_default=None)
    op.create_index("ix_call_due", "call", ["due_at"], postgresql_where=sa.text("due_at is not null"))
    op.create_table(
        "corrigendum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("closes_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("closes_after >= closes_before", name=op.f("ck_corrigendum_never_earlier")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_corrigendum_call_id_call")),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["user_account.id"], name=op.f("fk_corrigendum_issued_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrigendum")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_corrigendum_call_id_number")),
    )
    op.execute(KEEP)


def downgrade() -> None:
    op.execute("drop function corrigendum_keep() cascade; drop function call_keep() cascade")
    op.drop_table("corrigendum")
    op.drop_index("ix_call_due", "call")
    for name in (
        "published_at", "extended_until", "due_at", "overdue_at", "stage", "stage_since", "row_version",
        "waits_for", "approvals_needed",
    ):  # fmt: skip
        op.drop_column("call", name)
    op.drop_column("application", "extended_until")
