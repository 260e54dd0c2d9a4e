"""The guards and effects of the disbursement room; importing them registers them."""

from fundflow.disbursement.rules import payments, purchases, tranches

__all__ = ["payments", "purchases", "tranches"]
