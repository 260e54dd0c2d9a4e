"""What the office looks after: mails, failed documents and jobs, funds, programmes."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.ledger.models import ACCOUNTS
from fundflow.notify import MessageState
from fundflow.platform.db import transaction
from fundflow.reporting import service
from fundflow.reporting.queries import office
from fundflow.reporting.words import account_word, phase_word
from fundflow.web import Area, paginate, permission

area = Area("office", __name__)
OUTBOX = permission(Permission.OUTBOX_READ)
RETRY = permission(Permission.DOCUMENT_RETRY)
JOBS = permission(Permission.JOBS_READ)


@area.get("/outbox", access=OUTBOX)
def outbox() -> ResponseReturnValue:
    """The mails of the house, newest first."""
    actor = current_actor()
    asked = request.args.get("state", "")
    state = MessageState(asked) if asked in list(MessageState) else None
    return render_template(
        "reporting/outbox.html",
        page=paginate(office.mails(actor, state), scalars=False),
        counts=office.mail_counts(actor),
        state=state,
        state_word=state_words(),
        may_retry=actor.has(Permission.DOCUMENT_RETRY),
    )


def state_words() -> dict[str, str]:
    """The states of a mail in words."""
    return {"queued": _("Waiting"), "sent": _("Sent"), "failed": _("Failed")}


@area.get("/outbox/<uuid:message_id>", access=OUTBOX)
def mail(message_id: uuid.UUID) -> ResponseReturnValue:
    """One mail; a text that lets its reader in is never shown."""
    actor = current_actor()
    message, reference = office.mail(actor, message_id)
    return render_template(
        "reporting/mail.html",
        message=message,
        reference=reference,
        state_word=state_words(),
        may_retry=actor.has(Permission.DOCUMENT_RETRY),
    )


@area.post("/outbox/<uuid:message_id>/retry", access=RETRY)
def retry_mail(message_id: uuid.UUID) -> ResponseReturnValue:
    """Send a failed mail again."""
    with transaction():
        service.retry_mail(actor=current_actor(), message_id=message_id)
    flash(_("The mail is queued again."), "success")
    return redirect(url_for("office.mail", message_id=message_id))


@area.get("/documents/failed", access=RETRY)
def failed_documents() -> ResponseReturnValue:
    """The documents that could not be made."""
    page = paginate(office.failed_documents(current_actor()), scalars=False)
    return render_template("reporting/failed_documents.html", page=page)


@area.post("/documents/<uuid:document_id>/retry", access=RETRY)
def retry_document(document_id: uuid.UUID) -> ResponseReturnValue:
    """Make a failed document again."""
    with transaction():
        document = service.retry_document(actor=current_actor(), document_id=document_id)
    flash(_("%(number)s is queued again.", number=document.number), "success")
    return redirect(url_for("office.failed_documents"))


@area.get("/jobs", access=JOBS)
def jobs() -> ResponseReturnValue:
    """Background work that failed, and how much waits."""
    return render_template(
        "reporting/jobs.html",
        jobs=office.failed_jobs(),
        counts=office.job_counts(),
        may_retry=current_actor().has(Permission.DOCUMENT_RETRY),
    )


@area.post("/jobs/<int:job_id>/retry", access=RETRY)
def retry_job(job_id: int) -> ResponseReturnValue:
    """Put a failed job back in the queue."""
    with transaction():
        service.retry_job(actor=current_actor(), job_id=job_id)
    flash(_("The job is queued again."), "success")
    return redirect(url_for("office.jobs"))


@area.get("/funds", access=permission(Permission.FUND_READ))
def funds() -> ResponseReturnValue:
    """Funds and lines with what each holds, and what the calls hold of it."""
    accounts = [account for account in ACCOUNTS if account != "agreement"]
    return render_template(
        "reporting/funds.html",
        funds=office.funds(current_actor()),
        accounts=accounts,
        account_word=account_word,
    )


@area.get("/programmes", access=permission(Permission.PROGRAMME_READ))
def programmes() -> ResponseReturnValue:
    """Programmes with versions, calls and stages; to read only."""
    return render_template(
        "reporting/programmes.html", programmes=office.programmes(current_actor()), phase_word=phase_word
    )
