"""Puts the case file into the application: its rules, facts, jobs and pages."""

from __future__ import annotations

from flask import Flask

from fundflow.applications import facts, jobs, rules
from fundflow.applications.service import chain

__all__ = ["chain", "facts", "jobs", "rules", "setup"]


def setup(_app: Flask) -> None:
    """Importing the rules registers them; the pages follow."""
