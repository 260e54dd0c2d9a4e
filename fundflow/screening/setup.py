"""Puts screening into the application: importing the rules registers them."""

from __future__ import annotations

from flask import Flask

from fundflow.screening import rules

__all__ = ["rules", "setup"]


def setup(_app: Flask) -> None:
    """Its pages follow."""
