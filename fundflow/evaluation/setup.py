"""Puts evaluation into the application: its rules, and the review as a kind of subject."""

from __future__ import annotations

from flask import Flask

from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.evaluation import rules
from fundflow.evaluation.models import Review

__all__ = ["rules", "setup"]

if subject_kind("review") is None:
    register_kind(SubjectKind("review", Review, lambda _row, _language: "", lambda row: row.reviewer_id))


def setup(_app: Flask) -> None:
    """Its pages follow."""
