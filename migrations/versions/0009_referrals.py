"""Providers of services and the referrals by which people are sent to them.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ORDER = "agreement_until is null or (agreement_from is not null and agreement_until >= agreement_from)"


def upgrade() -> None:
    op.create_table(
        "provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), server_default="", nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("agreement_from", sa.Date(), nullable=True),
        sa.Column("agreement_until", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(ORDER, name=op.f("ck_provider_agreement_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", "country", name=op.f("uq_provider_name_country")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("shared", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("disclosed", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("link_sha256", sa.String(64), nullable=True),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_left", postgresql.JSONB(), nullable=True),
        sa.Column("waits_for", postgresql.ARRAY(sa.String(40)), nullable=False),
        sa.Column("approvals_needed", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "(link_sha256 is null) = (link_expires_at is null)", name=op.f("ck_referral_link_expires")
        ),
        sa.CheckConstraint(
            "sent_at is null or provider_id is not null", name=op.f("ck_referral_sent_to_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_referral_application_id")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_referral_provider_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["form_entry.id"], name=op.f("fk_referral_entry_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_referral_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_referral_application_id_number")),
        sa.UniqueConstraint("link_sha256", name=op.f("uq_referral_link_sha256")),
    )
    op.create_index(op.f("ix_referral_provider_id"), "referral", ["provider_id"])
    op.create_index("ix_referral_waits", "referral", ["waits_for"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("referral")
    op.drop_table("provider")
