"""Puts deciding into the application: importing the rules and facts registers them."""

from __future__ import annotations

from flask import Flask

from fundflow.approval import facts, rules

__all__ = ["facts", "rules", "setup"]


def setup(_app: Flask) -> None:
    """Nothing beyond the registered rules: decisions are made on the case page."""
