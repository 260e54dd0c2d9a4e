"""Mails around a deadline that are sent once; clocks that stop.

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAGED = ("application", "call", "review", "tranche", "purchase", "visit", "report")


def upgrade() -> None:
    for table in STAGED:
        op.add_column(table, sa.Column("clock_left", postgresql.JSONB(none_as_null=True), nullable=True))
    op.create_table(
        "reminded",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reminded_application_id_application")
        ),
        sa.PrimaryKeyConstraint("subject_id", "stage_since", "step", name=op.f("pk_reminded")),
    )
    op.create_index(op.f("ix_reminded_application_id"), "reminded", ["application_id"])


def downgrade() -> None:
    op.drop_table("reminded")
    for table in STAGED:
        op.drop_column(table, "clock_left")
