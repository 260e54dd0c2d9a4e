"""Tranches of money, payments of three pairs of eyes, and purchases of goods up to their handover."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Currency, Id, Minor, Timestamp
from fundflow.workflow.models import Staged


class Tranche(Staged, Base):
    """A planned part of an award; the parts of an award sum to it exactly."""

    __tablename__ = "tranche"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("amount_minor > 0", name="something"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    share: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    blocked: Mapped[bool] = mapped_column(Boolean, default=False)


class Purchase(Staged, Base):
    """Goods or works bought for a beneficiary: beneficiary, recipient and vendor are three parties."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("budget_minor > 0", name="something"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    recipient_name: Mapped[str] = mapped_column(String(160), default="")
    recipient_relation: Mapped[str] = mapped_column(String(80), default="")
    budget_minor: Mapped[Minor]
    currency: Mapped[Currency]
    vendor_name: Mapped[str | None] = mapped_column(String(160))
    vendor_tax_number: Mapped[str | None] = mapped_column(String(40))
    vendor_iban: Mapped[str | None] = mapped_column(String(40))
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    choice_reason: Mapped[str] = mapped_column(String(2000), default="")
    order_number: Mapped[str | None] = mapped_column(String(60), unique=True)
    ordered_at: Mapped[Timestamp | None]
    invoice_number: Mapped[str | None] = mapped_column(String(60))
    invoice_minor: Mapped[int | None] = mapped_column(BigInteger)
    invoice_on: Mapped[date | None] = mapped_column(Date)


class PurchaseLine(Base):
    """One line of goods: what was ordered, received, refused and handed over."""

    __tablename__ = "purchase_line"
    __table_args__ = (
        UniqueConstraint("purchase_id", "number"),
        CheckConstraint("quantity > 0", name="ordered_something"),
        CheckConstraint(
            "received >= 0 and refused >= 0 and received <= quantity", name="not_more_than_ordered"
        ),
    )

    id: Mapped[Id]
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchase.id"))
    number: Mapped[int] = mapped_column(Integer)
    description: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    unit_price_minor: Mapped[Minor]
    received: Mapped[Decimal] = mapped_column(Numeric(12, 3), default=Decimal(0))
    refused: Mapped[Decimal] = mapped_column(Numeric(12, 3), default=Decimal(0))


class Quote(Base):
    """One vendor's offer for a purchase."""

    __tablename__ = "quote"
    __table_args__ = (
        UniqueConstraint("purchase_id", "number"),
        CheckConstraint("price_minor > 0", name="has_price"),
    )

    id: Mapped[Id]
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchase.id"))
    number: Mapped[int] = mapped_column(Integer)
    vendor_name: Mapped[str] = mapped_column(String(160))
    vendor_tax_number: Mapped[str] = mapped_column(String(40), default="")
    vendor_iban: Mapped[str] = mapped_column(String(40), default="")
    price_minor: Mapped[Minor]
    delivery_days: Mapped[int | None] = mapped_column(Integer)
    warranty: Mapped[str] = mapped_column(String(200), default="")
    conform: Mapped[bool] = mapped_column(Boolean, default=True)


class Delivery(Base):
    """One arrival of goods (goods received note); `lines` holds {line, received, refused, remark} of each."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("purchase_id", "number"),)

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchase.id"))
    number: Mapped[int] = mapped_column(Integer)
    received_on: Mapped[date] = mapped_column(Date)
    received_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    place: Mapped[str] = mapped_column(String(160), default="")
    waybill: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class Handover(Base):
    """The goods pass to the recipient, who signs; a minor's guardian signs too."""

    __tablename__ = "handover"

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    purchase_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("purchase.id"), unique=True)
    receiver_name: Mapped[str] = mapped_column(String(160))
    relation: Mapped[str] = mapped_column(String(80), default="")
    guardian_name: Mapped[str] = mapped_column(String(160), default="")
    witness: Mapped[str] = mapped_column(String(160), default="")
    place: Mapped[str] = mapped_column(String(160), default="")
    serials: Mapped[str] = mapped_column(String(1000), default="")
    signed_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))


class Payment(Base):
    """Money to one payee for one tranche or purchase; certified, authorised and released by three persons."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("(tranche_id is null) <> (purchase_id is null)", name="one_cause"),
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint(
            "authorised_by is null or authorised_by <> certified_by", name="authoriser_not_certifier"
        ),
        CheckConstraint(
            "released_by is null or (released_by <> authorised_by and released_by <> certified_by)",
            name="releaser_is_third",
        ),
        CheckConstraint(
            "released_at is null or (certified_at is not null and authorised_at is not null)",
            name="three_steps",
        ),
        CheckConstraint("return_code is null or cancelled_at is not null", name="returned_is_void"),
        Index("ix_payment_account", "payee_iban"),
        Index("uq_payment_tranche", "tranche_id", unique=True, postgresql_where=text("cancelled_at is null")),
        Index(
            "uq_payment_purchase", "purchase_id", unique=True, postgresql_where=text("cancelled_at is null")
        ),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    tranche_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tranche.id"))
    purchase_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("purchase.id"))
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    payee_name: Mapped[str] = mapped_column(String(160))
    payee_iban: Mapped[str] = mapped_column(String(40))
    end_to_end_id: Mapped[str] = mapped_column(String(35), unique=True)
    voucher: Mapped[str | None] = mapped_column(String(60))
    certified_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    certified_at: Mapped[Timestamp | None]
    authorised_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    authorised_at: Mapped[Timestamp | None]
    released_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[Timestamp | None]
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    paid_on: Mapped[date | None] = mapped_column(Date)
    cancelled_at: Mapped[Timestamp | None]
    return_code: Mapped[str | None] = mapped_column(String(4))
    return_note: Mapped[str] = mapped_column(String(2000), default="")


class PaymentClearance(Base):
    """Somebody looked at payments that seem to pay the same twice, and said why this one is right all the same.

    `payments` are the others' names at the bank (`end_to_end_id`): a later one is to be looked at anew.
    """

    __tablename__ = "payment_clearance"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    id: Mapped[Id]
    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payment.id"), index=True)
    payments: Mapped[list[str]] = mapped_column(ARRAY(String(35)))
    reason: Mapped[str] = mapped_column(String(2000))
    cleared_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    cleared_at: Mapped[Timestamp]
