"""Pages of disbursement: payments and purchases that wait, and one tranche or purchase with all its facts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.disbursement.facts import masked
from fundflow.disbursement.queries import parts, steps, work
from fundflow.disbursement.service import duplicates
from fundflow.disbursement.service.accounts import note_account_read
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid, Refused
from fundflow.web import SIGNED_IN, Area, paginate, permission
from fundflow.web.filters import words

area = Area("disbursement", __name__)
STEP_NAMES = ("certify", "authorise", "release")


@area.get("/payments", access=permission(Permission.PAYMENT_LIST))
def payments() -> ResponseReturnValue:
    """Who is to get what for which case: what waits for me, or for one step, or is paid."""
    actor, wanted = current_actor(), request.args.get("view", "")
    counts = work.counts(actor)
    view = wanted if wanted in work.VIEWS else _first_view(counts)
    page = paginate(work.payments(actor, view), scalars=False)
    held = work.held(page)
    return render_template(
        "disbursement/payments.html",
        page=page,
        lines=[work.line(row, held) for row in page],
        view=view,
        tabs=[
            (name, url_for("disbursement.payments", view=key), key == view, counts.get(key))
            for key, name in _views().items()
        ],
        nothing=_nothing(view),
        now=clock.now(),
    )


def _first_view(counts: Mapping[str, int]) -> str:
    """What waits for oneself, unless nothing does."""
    return "mine" if counts["mine"] else "open"


def _views() -> dict[str, str]:
    return {
        "mine": _("Waiting for me"),
        "certify": _("To certify"),
        "authorise": _("To authorise"),
        "release": _("To release"),
        "open": _("All open"),
        "paid": _("Paid"),
    }


def _nothing(view: str) -> tuple[str, str]:
    """Title and text of an empty list."""
    return {
        "mine": (
            _("Nothing waits for you"),
            _("Payments that need your step appear here, the most urgent first."),
        ),
        "open": (
            _("No payment is open"),
            _("Parts of grants and purchases appear here as soon as they are planned."),
        ),
        "paid": (_("Nothing has been paid yet"), _("Payments appear here once they are released.")),
    }.get(view, (_("Nothing waits for this step"), _("Other steps may have something; see the other lists.")))


@area.get("/purchases", access=permission(Permission.PURCHASE_LIST))
def purchases() -> ResponseReturnValue:
    """Everything that is bought, narrowed by stage, by words, or to what waits for me."""
    actor = current_actor()
    labels = steps.stage_labels("purchase", steps.definitions().values())
    asked = request.args.get("stage", "")
    stage, search = asked if asked in labels else "", request.args.get("q", "").strip()[:100]
    mine = request.args.get("mine") == "yes"
    page = paginate(work.purchases(actor, stage=stage, search=search, mine=mine), scalars=False)
    return render_template(
        "disbursement/purchases.html",
        page=page,
        lines=[work.line(row) for row in page],
        labels=labels,
        stage=stage,
        search=search,
        mine=mine,
        now=clock.now(),
    )


@area.get("/tranches/<uuid:tranche_id>", access=SIGNED_IN, records=True)
def tranche(tranche_id: uuid.UUID) -> ResponseReturnValue:
    """One part of a grant: what it waits for, its payment step by step, papers and history."""
    here = parts.part(current_actor(), "tranche", tranche_id)
    return render_template("disbursement/tranche.html", needed=parts.still_needed(here), **_shared(here))


@area.get("/purchases/<uuid:purchase_id>", access=SIGNED_IN, records=True)
def purchase(purchase_id: uuid.UUID) -> ResponseReturnValue:
    """One purchase: goods, offers, order, arrivals, handover, payment, papers and history."""
    here = parts.part(current_actor(), "purchase", purchase_id)
    return render_template("disbursement/purchase.html", goods=parts.goods(here.row), **_shared(here))


def _shared(here: parts.Part) -> dict[str, Any]:
    actor = current_actor()
    in_full = here.reader.pays and request.args.get("account") == "show"
    if in_full:
        with transaction():
            note_account_read(actor=actor, here=here)
    return {
        "here": here,
        "case": here.case,
        "account": str if in_full else masked,
        "in_full": in_full,
        "states": parts.moves(actor, here),
        "on_paper": parts.on_paper(actor, here),
        "payments": parts.payments(here),
        "twins": parts.twins(here),
        "clearances": parts.clearances(here),
        "filled": parts.filled(here, str(get_locale() or "en")),
        "papers": parts.papers(here),
        "events": [_event(event) for event in parts.history(here)],
        "step_names": dict(zip(STEP_NAMES, (_("Certified"), _("Authorised"), _("Released")), strict=True)),
        "timezone": here.case.call.timezone,
        "case_href": f"{request.script_root}/applications/{here.case.id}",
        "now": clock.now(),
    }


@area.post("/payments/<uuid:payment_id>/clearance", access=permission(Permission.PAYMENT_ACT))
def clear(payment_id: uuid.UUID) -> ResponseReturnValue:
    """Say why a held payment is right; what is missing is said on the page of its tranche or purchase."""
    actor = current_actor()
    here, payment = parts.part_of_payment(actor, payment_id)
    place = url_for(f"disbursement.{here.kind}", **{f"{here.kind}_id": here.row.id})
    try:
        with transaction():
            duplicates.clear(
                actor=actor, payment=payment, case=here.case, definition=here.definition,
                reason=request.form.get("reason", ""),
            )  # fmt: skip
    except (Invalid, Refused) as fault:
        flash(
            str(next(iter(fault.errors.values()))) if isinstance(fault, Invalid) else str(fault.reasons[0]),
            "danger",
        )
        return redirect(place)
    flash(_("The payment is no longer held. Your reason is on record."), "success")
    return redirect(place)


def _event(event: parts.Event) -> dict[str, Any]:
    title = words(event.title)
    if event.to:
        title = _("%(move)s: now %(stage)s", move=title, stage=words(event.to))
    return {"at": event.at, "title": title, "who": event.who, "tone": event.tone}
