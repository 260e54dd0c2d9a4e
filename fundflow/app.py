"""The composition root: the one place that knows every room."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from fundflow.accounts.setup import setup as accounts
from fundflow.applications.setup import setup as applications
from fundflow.approval.setup import setup as approval
from fundflow.calls.setup import setup as calls
from fundflow.disbursement.setup import setup as disbursement
from fundflow.documents.setup import setup as documents
from fundflow.evaluation.setup import setup as evaluation
from fundflow.followup.setup import setup as followup
from fundflow.notify.setup import setup as notify
from fundflow.platform.db import db
from fundflow.platform.locate import locate
from fundflow.programmes.setup import setup as programmes
from fundflow.referrals.setup import setup as referrals
from fundflow.reporting.setup import setup as reporting
from fundflow.screening.setup import setup as screening
from fundflow.settings import load_settings
from fundflow.web.setup import setup_web

ROOMS = (
    documents,
    notify,
    accounts,
    programmes,
    applications,
    calls,
    screening,
    evaluation,
    approval,
    disbursement,
    referrals,
    followup,
    reporting,
)


class Commands(AppGroup):
    """The commands of `flask --app wsgi`, imported when a terminal asks for one: no web process needs any."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name=app.name)
        self._app, self._complete = app, False

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self._load()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def _load(self) -> None:
        if not self._complete:
            self._complete = True
            importlib.import_module("fundflow.cli").setup_cli(self._app)


def create_app(config: Path | Mapping[str, Any]) -> Flask:
    """The application of a configuration file, or of a mapping of settings (tests)."""
    app = Flask("fundflow", template_folder=str(locate("templates")), static_folder=None)
    app.cli = Commands(app)
    app.config.from_mapping(load_settings(config).for_flask())
    db.init_app(app)
    setup_web(app)
    for setup in ROOMS:
        setup(app)
    return app
