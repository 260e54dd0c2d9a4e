"""Tranches of money, payments of three pairs of eyes, and purchases of goods up to their handover."""

from fundflow.disbursement.service.openings import register_opening

__all__ = ["register_opening"]
