"""Puts the reporting room into the application."""

from __future__ import annotations

from flask import Flask


def setup(_app: Flask) -> None:
    """Nothing to register yet."""
