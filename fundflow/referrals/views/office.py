"""The office's pages: a referral with what its provider sees, and the register of providers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow import forms
from fundflow.accounts import Permission, current_actor, names_of
from fundflow.applications.models import Application
from fundflow.applications.policy import CaseActor, may_read_section, on_case
from fundflow.applications.queries import ties
from fundflow.applications.service.move import moves_of
from fundflow.audit import record
from fundflow.documents import of_subject
from fundflow.forms import codes
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound
from fundflow.programmes import ACTS_AS, Definition, definition_of, provider_kinds
from fundflow.referrals import policy, queries
from fundflow.referrals.models import Provider, Referral
from fundflow.referrals.service import links, providers, sharing
from fundflow.referrals.service.preparing import prepare
from fundflow.web import Area, permission
from fundflow.web.filters import language, words
from fundflow.web.i18n import LANGUAGES

area = Area("referrals", __name__)
READ = permission(Permission.REFERRAL_READ)
KEEP = permission(Permission.PROVIDER_MANAGE)
TONES = ("primary", "plain", "danger")


@area.get("/referrals/<uuid:referral_id>", access=READ, records=True)
def show(referral_id: uuid.UUID) -> ResponseReturnValue:
    """A referral: to whom, what is told, what the provider sees, its link, its steps and its history."""
    return _page(referral_id, {})


@area.post("/referrals/<uuid:referral_id>", access=READ)
def keep(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the provider and what is ticked; sending comes after, when the page shows what the provider will see."""
    try:
        with transaction():
            prepare(
                actor=current_actor(),
                referral_id=referral_id,
                provider_id=_chosen(request.form.get("provider", "")),
                shared=request.form.getlist("shared"),
                seen=request.form.get("seen_version", 0, type=int),
            )
    except Invalid as fault:
        return _page(referral_id, fault.errors), 422
    flash(_("Kept. Below you see what the provider will see."), "success")
    return redirect(url_for("referrals.show", referral_id=referral_id))


def _chosen(text: str) -> uuid.UUID | None:
    """The provider of the list, or none; Invalid for anything else."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Invalid({"provider": _("Choose one of the list.")}) from None


def _page(referral_id: uuid.UUID, errors: Mapping[str, Any]) -> str:
    actor = current_actor()
    row, case, provider = queries.get_referral(actor, referral_id)
    tied = ties(actor.user_id, case.id)
    if not policy.may_read(actor, case, tied.kinds):
        raise NotFound
    definition, who = definition_of(case.version_id), on_case(actor, case, tied.kinds)
    machine = definition.machines[sharing.KIND]
    readable = policy.readable_fields(who, definition)
    _note_reading(who, case, definition, row)
    now = [] if row.sent_at else sharing.told(case, definition, row)
    preparing = policy.may_prepare(who, definition, row)
    under_way = bool(row.sent_at and links.steps_of(definition, row.stage))
    covered = not (under_way and provider) or links.rests_on_consent(row, case, definition, provider)
    seen = row.disclosed if row.sent_at else [line for line in now if line["id"] in row.shared]
    return render_template(
        "referrals/referral.html", row=row, case=case, provider=provider, definition=definition, errors=errors,
        stage=machine.definition.stages[row.stage], kinds=provider_kinds(),
        preparing=preparing, choosable=queries.choosable(row.provider_id) if preparing else (),
        offered=[(field, _now(now, field.id)) for field in sharing.shareable(definition) if field.id in readable],
        label_of=lambda field: _label(definition, field),
        shown=[line for line in seen if line["id"] in readable],
        kept_back=any(line["id"] not in readable for line in seen),
        states=sorted(moves_of(actor, case, row, sharing.KIND, tied), key=lambda s: TONES.index(s.move.tone)),
        alive=links.is_alive(row, case, definition, covered=covered),
        uncovered=not covered, openings=queries.openings(row),
        papers=of_subject(sharing.KIND, row.id), filled=_filled(who, definition, row),
        events=_events(definition, row), agreed=providers.agreement_on,
        today=clock.today(case.call.timezone), now=clock.now(),
    )  # fmt: skip


def _note_reading(who: CaseActor, case: Application, definition: Definition, row: Referral) -> None:
    """A page that shows answers of sensitive sections is a row of the trail, as on the case page."""
    readable = policy.readable_fields(who, definition)
    sections = {
        section.id
        for field in sharing.shareable(definition)
        if field.id in readable and (section := sharing.section_of(definition, field)) and section.sensitive
    }
    if sections:
        with transaction():
            record(
                action="read", actor_id=who.user_id, application_id=case.id, form=sharing.KIND,
                number=row.number, sections=sorted(sections),
            )  # fmt: skip


def _filled(who: CaseActor, definition: Definition, row: Referral) -> list[dict[str, Any]]:
    """The forms of the steps so far, newest first, as far as they are for the reader's eyes."""
    found = []
    for entry, given in queries.filled(row):
        form = definition.forms[entry.form]
        sections = {
            section.id
            for section in form.sections
            if not section.sensitive and may_read_section(section, who, fills=False)
        }
        read = forms.summary(
            form, given, language(), values=definition.values,
            today=clock.today(definition.programme.timezone), sections=sections,
        )  # fmt: skip
        found.append({"title": form.title, "at": entry.submitted_at, "sections": read})
    return found


def _now(lines: list[sharing.Told], field_id: str) -> Any:
    return next((line["text"] for line in lines if line["id"] == field_id), None)


def _label(definition: Definition, field: Any) -> str:
    return words(sharing.label_of(definition, field))


def _events(definition: Definition, row: Referral) -> list[dict[str, Any]]:
    """The steps so far, as the timeline draws them; what nobody of the office did was the provider or the clock."""
    machine, found = definition.machines[sharing.KIND], []
    rows = queries.history(row)
    names = names_of(event.actor_id for event in rows)
    for event in rows:
        made = machine.moves.get(str(event.data.get("move")))
        if made is None:
            continue
        title = words(made.move.label)
        if event.data.get("source") != event.data.get("target"):
            stage = words(definition.stage_label(sharing.KIND, str(event.data["target"])))
            title = _("%(move)s: now %(stage)s", move=title, stage=stage)
        by_link = event.actor_id is None and ACTS_AS in made.roles
        nobody = _("The provider, by the link") if by_link else _("Automatic")
        found.append(
            {
                "at": event.at,
                "title": title,
                "who": names.get(event.actor_id, nobody) if event.actor_id else nobody,
                "tone": "danger" if made.move.tone == "danger" else "plain",
            }
        )
    return found


@area.get("/office/providers", access=KEEP, endpoint="providers")
def register() -> ResponseReturnValue:
    """The register of providers."""
    return render_template(
        "referrals/providers.html", rows=queries.providers(), kinds=provider_kinds(),
        countries=_countries(), agreed=providers.agreement_on,
        today=clock.today(current_app.config["BABEL_DEFAULT_TIMEZONE"]),
    )  # fmt: skip


@area.get("/office/providers/new", access=KEEP)
def new_provider() -> ResponseReturnValue:
    """The form for a new provider."""
    return _form(None, {"active": "yes"}, {})


@area.post("/office/providers/new", access=KEEP)
def add_provider() -> ResponseReturnValue:
    """Enter the provider."""
    try:
        with transaction():
            row = providers.add(actor=current_actor(), given=request.form)
    except Invalid as fault:
        return _form(None, request.form, fault.errors), 422
    flash(_("%(name)s is in the register.", name=row.name), "success")
    return redirect(url_for("referrals.providers"))


@area.get("/office/providers/<uuid:provider_id>", access=KEEP)
def provider(provider_id: uuid.UUID) -> ResponseReturnValue:
    """The same form over a provider."""
    row = queries.get_provider(provider_id)
    return _form(row, _given(row), {})


@area.post("/office/providers/<uuid:provider_id>", access=KEEP)
def change_provider(provider_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was changed."""
    try:
        with transaction():
            row = providers.change(
                actor=current_actor(), provider_id=provider_id, given=request.form,
                seen=request.form.get("seen_version", 0, type=int),
            )  # fmt: skip
    except Invalid as fault:
        return _form(queries.get_provider(provider_id), request.form, fault.errors), 422
    except Conflict as fault:
        flash(str(fault), "warning")
        return redirect(url_for("referrals.provider", provider_id=provider_id))
    flash(_("Kept: %(name)s.", name=row.name), "success")
    return redirect(url_for("referrals.providers"))


def _given(row: Provider) -> dict[str, str]:
    plain = ("name", "kind", "country", "email", "phone", "language", "agreement_from", "agreement_until")
    found = {name: str(getattr(row, name) or "") for name in plain}
    return found | {"active": "yes" if row.active else ""}


def _countries() -> Mapping[str, str]:
    return codes.names("countries", language())


def _form(row: Provider | None, given: Mapping[str, str], errors: Mapping[str, Any]) -> str:
    kinds = {name: words(kind.label) for name, kind in provider_kinds().items()}
    countries = dict(sorted(_countries().items(), key=lambda pair: pair[1]))
    return render_template(
        "referrals/provider.html", row=row, given=given, errors=errors, kinds=kinds, countries=countries,
        tongues=LANGUAGES,
    )  # fmt: skip
