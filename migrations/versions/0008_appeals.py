"""Appeals: somebody questions a decision; decisions on parts of a case.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lodged_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_left", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("waits_for", postgresql.ARRAY(sa.String(40)), nullable=False),
        sa.Column("approvals_needed", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "(outcome is null) = (ended_at is null)", name=op.f("ck_appeal_ended_with_outcome")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_appeal_{column}_{table}"))
            for column, table in (
                ("application_id", "application"),
                ("decision_id", "decision"),
                ("entry_id", "form_entry"),
                ("lodged_by", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_appeal_application_id_number")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeal_decision_id")),
    )
    op.create_index(
        "uq_appeal_open",
        "appeal",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def downgrade() -> None:
    op.drop_table("appeal")
    op.drop_column("decision", "subject_id")
