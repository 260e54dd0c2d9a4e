"""The composition root: the one place that knows every room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate

from fundflow.accounts.setup import setup as accounts
from fundflow.applications.setup import setup as applications
from fundflow.approval.setup import setup as approval
from fundflow.calls.setup import setup as calls
from fundflow.cli import setup_cli
from fundflow.disbursement.setup import setup as disbursement
from fundflow.documents.setup import setup as documents
from fundflow.evaluation.setup import setup as evaluation
from fundflow.followup.setup import setup as followup
from fundflow.notify.setup import setup as notify
from fundflow.platform import jobs
from fundflow.platform.db import db
from fundflow.platform.locate import locate
from fundflow.programmes.setup import setup as programmes
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
    followup,
    reporting,
)


def create_app(config: Path | Mapping[str, Any]) -> Flask:
    """The application of a configuration file, or of a mapping of settings (tests)."""
    app = Flask("fundflow", template_folder=str(locate("templates")), static_folder=None)
    app.config.from_mapping(load_settings(config).for_flask())
    db.init_app(app)
    Migrate(app, db, directory=str(locate("migrations")))
    jobs.bind(app)
    setup_web(app)
    for setup in ROOMS:
        setup(app)
    setup_cli(app)
    return app
