"""roles of approvals, returned and cleared payments

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    roles = sa.Column("roles", postgresql.ARRAY(sa.String(length=40)), nullable=False, server_default="{}")
    op.add_column("approval", roles)
    op.alter_column("approval", "roles", server_default=None)
    op.add_column("payment", sa.Column("return_code", sa.String(length=4), nullable=True))
    note = sa.Column("return_note", sa.String(length=2000), nullable=False, server_default="")
    op.add_column("payment", note)
    op.alter_column("payment", "return_note", server_default=None)
    op.create_check_constraint(
        op.f("ck_payment_returned_is_void"), "payment", "return_code is null or cancelled_at is not null"
    )
    op.create_index("ix_payment_account", "payment", ["payee_iban"], unique=False)
    op.create_table(
        "payment_clearance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("payments", postgresql.ARRAY(sa.String(length=35)), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("cleared_by", sa.Uuid(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_payment_clearance_has_reason")),
        sa.ForeignKeyConstraint(
            ["cleared_by"], ["user_account.id"], name=op.f("fk_payment_clearance_cleared_by")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_clearance_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_clearance")),
    )
    op.create_index(op.f("ix_payment_clearance_payment_id"), "payment_clearance", ["payment_id"])


def downgrade() -> None:
    op.drop_table("payment_clearance")
    op.drop_index("ix_payment_account", table_name="payment")
    op.drop_constraint(op.f("ck_payment_returned_is_void"), "payment", type_="check")
    op.drop_column("payment", "return_note")
    op.drop_column("payment", "return_code")
    op.drop_column("approval", "roles")
