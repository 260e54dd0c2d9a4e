"""Puts the disbursement room into the application: kinds, rules and facts, and its pages."""

from __future__ import annotations

from flask import Flask

from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.disbursement import facts, models, rules
from fundflow.platform.wording import pick

__all__ = ["facts", "rules", "setup"]


def setup(_app: Flask) -> None:
    """Register what can move in this room; importing the rules has registered them."""
    if subject_kind("tranche") is None:
        register_kind(SubjectKind("tranche", models.Tranche, _name_tranche))
        register_kind(SubjectKind("purchase", models.Purchase, lambda row, _language: str(row.title)))


def _name_tranche(row: models.Tranche, language: str) -> str:
    return f"{row.number}. {pick(row.title, language)}"
