"""Puts the room into the application: importing its jobs registers them with the worker."""

from __future__ import annotations

from flask import Flask

from fundflow.notify import jobs


def setup(app: Flask) -> None:
    """Note the jobs that this room brings."""
    app.extensions["fundflow.notify"] = jobs
