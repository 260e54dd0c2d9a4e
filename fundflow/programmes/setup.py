"""Puts the programmes room into the application."""

from __future__ import annotations

from flask import Flask

from fundflow.programmes import author_cli  # noqa: F401 - its commands join those of the room


def setup(_app: Flask) -> None:
    """The room has commands only; its rules belong to the rooms above."""
