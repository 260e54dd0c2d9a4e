"""Puts the screening room into the application."""

from __future__ import annotations

from flask import Flask

from fundflow.screening import models

__all__ = ["models", "setup"]


def setup(_app: Flask) -> None:
    """Nothing to register yet."""
