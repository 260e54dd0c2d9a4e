"""An open call of the real start-up fund, its form filled as a browser fills it, and reads of what was stored."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any

from flask import Flask
from sqlalchemy import select

from fundflow import forms
from fundflow.applications.models import Answers, Application, FormEntry, StoredFile
from fundflow.applications.service.recording import SCAN
from fundflow.audit import AuditEvent
from fundflow.ledger.service import fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.strict_yaml import load
from fundflow.programmes import definition_of, folders, open_call, publish, read_folder

SLUG = "startup-test"
TYPED = {
    "text",
    "long_text",
    "email",
    "phone",
    "date",
    "choice",
    "code",
    "yes_no",
    "yes_no_na",
    "iban",
    "tax_number",
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True)
class Site:
    """The application and the call that is open in it."""

    app: Flask
    call_id: uuid.UUID
    version_id: uuid.UUID

    @property
    def definition(self) -> Any:
        with self.app.app_context():
            return definition_of(self.version_id)

    def case(self) -> Application:
        """The one application there is."""
        with self.app.app_context():
            return db.session.scalars(select(Application)).one()

    def events(self, action: str) -> list[AuditEvent]:
        """The audit rows of an action, oldest first."""
        with self.app.app_context():
            found = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)
            return list(db.session.scalars(found))

    def moves(self, name: str) -> list[AuditEvent]:
        """The audit rows of one move."""
        return [event for event in self.events("move") if event.data["move"] == name]

    def stored(self, section: str, form: str = "application") -> dict[str, Any]:
        """The answers of a section of the newest entry."""
        with self.app.app_context():
            query = (
                select(Answers.data)
                .join(FormEntry, FormEntry.id == Answers.entry_id)
                .where(FormEntry.form == form, Answers.section == section)
                .order_by(FormEntry.number.desc())
                .limit(1)
            )
            return dict(db.session.scalar(query) or {})


def open_site(app: Flask) -> Site:
    """Publish the start-up fund and open a call of it for two weeks."""
    with app.app_context(), transaction():
        version = publish(actor_id=None, files=read_folder(folders()["startup_fund"]))
        fund = open_fund(code="T-FUND", title="Test fund", donor="A donor", currency="EUR")
        line = fund_line(actor_id=None, fund=fund, code="T-1", title="Grants", amount_minor=50_000_000)
        call = open_call(
            actor_id=None,
            version=version,
            slug=SLUG,
            title={"en": "Start-up call of the test"},
            summary={"en": "Grants for enterprises in Albania."},
            opens_at=clock.now() - timedelta(days=1),
            closes_at=clock.now() + timedelta(days=14),
            line=line,
        )
        return Site(app, call.id, version.id)


def answers(**changes: Any) -> dict[str, Any]:
    """A right and complete set of stored answers, without files."""
    text = (resources.files("fundflow.demo") / "data" / "startup.yaml").read_text(encoding="utf-8")
    given = dict(load(text, "startup.yaml")["answers"]["base"])
    given["start_on"] = (clock.today("Europe/Tirane") + timedelta(days=60)).isoformat()
    return {name: value for name, value in given.items() if not name.endswith("_file")} | changes


def posted(site: Site, section: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser sends for a section: texts, keys of rows and their cells, and PDFs for required files."""
    form = site.definition.forms["application"]
    page = forms.build(form, section, language="en", values=site.definition.values, answers=given)
    sent: dict[str, Any] = {}
    for field in page:
        kind = field.question.type
        if kind == "file" and field.question.required:
            sent[field.name] = (io.BytesIO(PDF), f"{field.question.id}.pdf")
        elif kind == "rows":
            sent[field.name] = ["", *(entry.key for entry in field.entries)]
            sent |= {cell.name: cell.value for entry in field.entries for cell in entry.cells}
        elif kind == "declaration":
            sent[field.name] = "true"
        elif kind not in {"file", "heading"} and field.value:
            sent[field.name] = field.value
    return sent


def came_on_paper(case_id: uuid.UUID) -> dict[str, str]:
    """What is said of a paper that came today: the day and its scan, a file of the case."""
    day = clock.today("Europe/Tirane").isoformat()
    with transaction():
        row = StoredFile(
            application_id=case_id, question=SCAN, name="letter.pdf", media_type="application/pdf", size=len(PDF),
            sha256=hashlib.sha256(PDF).hexdigest(), storage_key="none", uploaded_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return {"received_on": day, "paper": str(row.id)}
