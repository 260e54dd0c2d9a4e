"""disbursement: tranches, payments, purchases

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
    op.create_table(
        "purchase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recipient_name", sa.String(length=160), nullable=False),
        sa.Column("recipient_relation", sa.String(length=80), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vendor_name", sa.String(length=160), nullable=True),
        sa.Column("vendor_tax_number", sa.String(length=40), nullable=True),
        sa.Column("vendor_iban", sa.String(length=40), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("choice_reason", sa.String(length=2000), nullable=False),
        sa.Column("order_number", sa.String(length=60), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_number", sa.String(length=60), nullable=True),
        sa.Column("invoice_minor", sa.BigInteger(), nullable=True),
        sa.Column("invoice_on", sa.Date(), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("approvals_needed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("budget_minor > 0", name=op.f("ck_purchase_something")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_purchase_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_purchase_application_id_number")),
        sa.UniqueConstraint("order_number", name=op.f("uq_purchase_order_number")),
    )
    op.create_index(op.f("ix_purchase_application_id"), "purchase", ["application_id"], unique=False)
    op.create_table(
        "tranche",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("approvals_needed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_tranche_something")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_tranche_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_tranche_application_id_number")),
    )
    op.create_index(op.f("ix_tranche_application_id"), "tranche", ["application_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("waybill", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_delivery_application_id")
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_delivery_purchase_id")),
        sa.ForeignKeyConstraint(["received_by"], ["user_account.id"], name=op.f("fk_delivery_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("purchase_id", "number", name=op.f("uq_delivery_purchase_id_number")),
    )
    op.create_index(op.f("ix_delivery_application_id"), "delivery", ["application_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_name", sa.String(length=160), nullable=False),
        sa.Column("relation", sa.String(length=80), nullable=False),
        sa.Column("guardian_name", sa.String(length=160), nullable=False),
        sa.Column("witness", sa.String(length=160), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("serials", sa.String(length=1000), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_handover_application_id")
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_handover_purchase_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"], name=op.f("fk_handover_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_handover_purchase_id")),
    )
    op.create_index(op.f("ix_handover_application_id"), "handover", ["application_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("tranche_id", sa.Uuid(), nullable=True),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payee_name", sa.String(length=160), nullable=False),
        sa.Column("payee_iban", sa.String(length=40), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.Column("voucher", sa.String(length=60), nullable=True),
        sa.Column("certified_by", sa.Uuid(), nullable=True),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authorised_by", sa.Uuid(), nullable=True),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bank_reference", sa.String(length=80), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(tranche_id is null) <> (purchase_id is null)", name=op.f("ck_payment_one_cause")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_something")),
        sa.CheckConstraint(
            "authorised_by is null or authorised_by <> certified_by",
            name=op.f("ck_payment_authoriser_not_certifier"),
        ),
        sa.CheckConstraint(
            "released_at is null or (certified_at is not null and authorised_at is not null)",
            name=op.f("ck_payment_three_steps"),
        ),
        sa.CheckConstraint(
            "released_by is null or (released_by <> authorised_by and released_by <> certified_by)",
            name=op.f("ck_payment_releaser_is_third"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_payment_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["authorised_by"], ["user_account.id"], name=op.f("fk_payment_authorised_by")
        ),
        sa.ForeignKeyConstraint(["certified_by"], ["user_account.id"], name=op.f("fk_payment_certified_by")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_payment_purchase_id")),
        sa.ForeignKeyConstraint(["released_by"], ["user_account.id"], name=op.f("fk_payment_released_by")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_payment_tranche_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("end_to_end_id", name=op.f("uq_payment_end_to_end_id")),
    )
    op.create_index(op.f("ix_payment_application_id"), "payment", ["application_id"], unique=False)
    op.create_index(
        "uq_payment_purchase",
        "payment",
        ["purchase_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )
    op.create_index(
        "uq_payment_tranche",
        "payment",
        ["tranche_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )
    op.create_table(
        "purchase_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("refused", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_line_ordered_something")),
        sa.CheckConstraint(
            "received >= 0 and refused >= 0 and received <= quantity",
            name=op.f("ck_purchase_line_not_more_than_ordered"),
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_line_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_line")),
        sa.UniqueConstraint("purchase_id", "number", name=op.f("uq_purchase_line_purchase_id_number")),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vendor_name", sa.String(length=160), nullable=False),
        sa.Column("vendor_tax_number", sa.String(length=40), nullable=False),
        sa.Column("vendor_iban", sa.String(length=40), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivery_days", sa.Integer(), nullable=True),
        sa.Column("warranty", sa.String(length=200), nullable=False),
        sa.Column("conform", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_quote_has_price")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_quote_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("purchase_id", "number", name=op.f("uq_quote_purchase_id_number")),
    )


def downgrade() -> None:
    for table in ("payment", "handover", "delivery", "quote", "purchase_line", "purchase", "tranche"):
        op.drop_table(table)
