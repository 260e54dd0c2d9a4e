"""An office that sends a person to providers, with the steps of a referral in short words."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from random import Random

from flask import Flask, g
from sqlalchemy import select

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party
from fundflow.applications.service.move import move
from fundflow.audit import AuditEvent
from fundflow.forms.sampling import sample_answers
from fundflow.notify.models import Message
from fundflow.people import Guardianship, Person
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of
from fundflow.referrals.models import Provider, Referral
from fundflow.referrals.queries import get_referral, referrals_of
from fundflow.referrals.service.preparing import prepare
from fundflow.referrals.service.providers import add
from tests.disbursement.office import MONDAY, call_of, case_in, filled, person
from tests.evaluation.panel import Browser

__all__ = ["MONDAY", "House", "house_of"]

CONSENT = {
    "assistance": "yes", "vendors": "yes", "services": "yes", "referrer": "no", "visits": "yes", "survey": "yes",
    "story": "no", "given_on": "2026-11-02", "place": "Fier", "identity_seen": "yes", "read_aloud": "yes",
    "signature_name": "Ana Prova", "for_child": "no", "withdrawal_told": True,
}  # fmt: skip
CHILD = {"for_child": "yes", "child_agrees": "yes", "guardian_signature": "Mira Prova"}
ASKED = {"need": "CANARY-need", "contact": "CANARY-contact", "note": "CANARY-note"}
INTAKE = {
    "full_name": "Ana Prova",
    "schooling": "upper",
    "work_history": "CANARY-work",
    "wishes": "CANARY-wishes",
}
SERVICE = {
    "name": "Zyra e Punës Fier", "kind": "employment_service", "country": "AL", "email": "desk@work.example",
    "phone": "+355 34 222", "language": "en", "agreement_from": "2026-01-01", "agreement_until": "2026-12-31",
    "active": "yes",
}  # fmt: skip


@dataclass
class House:
    """The people of a test, the case, and one provider."""

    app: Flask
    worker: Actor
    manager: Actor
    case: Application
    provider: Provider
    people: dict[str, Actor] = field(default_factory=dict)

    def consent(self, **changes: object) -> None:
        """The consent form, handed in anew."""
        with transaction():
            filled(self.case, "consent", CONSENT | changes)

    def minor(self, *, guardian: bool = True) -> None:
        """The person is sixteen, with or without a guardian on the case."""
        with transaction():
            party = db.session.scalars(select(Party).where(Party.application_id == self.case.id)).first()
            child = db.session.get_one(Person, party.person_id)
            child.birth_date = date(2010, 5, 4)
            if not guardian:
                return
            mother = Person(
                id=new_id(),
                full_name="Mira Prova",
                birth_date=date(1980, 1, 1),
                language="en",
                created_at=clock.now(),
            )
            db.session.add(mother)
            db.session.flush()
            db.session.add(
                Guardianship(
                    id=new_id(),
                    minor_id=child.id,
                    guardian_id=mother.id,
                    relation="mother",
                    created_at=clock.now(),
                )
            )
            db.session.add(
                Party(application_id=self.case.id, kind="guardian", person_id=mother.id, name="Mira Prova")
            )

    def service(self, **changes: str) -> Provider:
        """Another provider in the register."""
        with transaction():
            return add(actor=self.manager, given=SERVICE | {"name": f"Provider {new_id()}"} | changes)

    def opened(self) -> Referral:
        """A referral that was just opened."""
        with transaction():
            move(actor=self.worker, subject_id=self.case.id, move="refer", form=ASKED)
        return referrals_of(self.case.id)[-1]

    def prepared(
        self, *shared: str, provider: Provider | None = None, actor: Actor | None = None
    ) -> Referral:
        """A referral with its provider and what is ticked."""
        row = self.opened()
        with transaction():
            prepare(
                actor=actor or self.worker, referral_id=row.id, provider_id=(provider or self.provider).id,
                shared=shared or ("need", "contact"), seen=row.row_version,
            )  # fmt: skip
        return row

    def sent(self, *shared: str, provider: Provider | None = None) -> tuple[Referral, str]:
        """A referral that was sent, and the token of its link ("" where there is no address)."""
        row = self.prepared(*shared, provider=provider)
        self.act(row, "send")
        return row, self.token()

    def act(self, row: Referral, name: str, form: dict | None = None, actor: Actor | None = None, **more):
        """A step of somebody of the office in a transaction of its own."""
        with transaction():
            return move(
                actor=actor or self.worker, subject_id=row.id, kind="referral", move=name, form=form, **more
            )

    def token(self) -> str:
        """The token in the newest mail to a provider."""
        body = db.session.scalars(
            select(Message.body).where(Message.kind == "referral_link").order_by(Message.id.desc())
        ).first()
        found = re.search(r"/referral/([\w-]{43})", body or "")
        return found[1] if found else ""

    def stage(self, row: Referral) -> str:
        return db.session.get_one(Referral, row.id, populate_existing=True).stage

    def version(self, row: Referral) -> int:
        return db.session.get_one(Referral, row.id, populate_existing=True).row_version

    def events(self, action: str) -> list[dict]:
        """What the trail has of an action on the case, oldest first."""
        rows = db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.application_id == self.case.id, AuditEvent.action == action)
            .order_by(AuditEvent.seq)
        )
        return [row.data | {"actor_id": row.actor_id} for row in rows]

    def mails(self, kind: str) -> list[str]:
        """To whom mails of a kind go."""
        return list(db.session.scalars(select(Message.to_address).where(Message.kind == kind)))

    def definition(self):
        """The programme's law."""
        return definition_of(self.case.version_id)

    def leaving(self) -> dict:
        """The form of somebody who withdraws."""
        definition = self.definition()
        return sample_answers(
            definition.forms["withdrawal"],
            values=definition.values,
            today=clock.today("Europe/Tirane"),
            lots=Random(1),
            amounts=[],
        )

    def anybody(self) -> Browser:
        """A browser that has not signed in."""
        return Browser(self.app.test_client())

    def browser(self, actor: Actor) -> Browser:
        """The browser of somebody of the office."""
        from fundflow.accounts import User  # noqa: PLC0415 - beside the application

        client = self.app.test_client()
        known = db.session.get_one(User, actor.user_id).fs_uniquifier
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = known, True
        for name in list(g):
            g.pop(name)
        return Browser(client)


def house_of(app: Flask) -> House:
    """A returnee of age who has consented, a case worker, a manager and an employment office."""
    worker, manager, owner = person("case_worker"), person("programme_manager"), person()
    call = call_of("reintegration_grant")
    with transaction():
        case = case_in(call, "assessment", owner=owner, kind="beneficiary")
        filled(case, "intake", INTAKE)
        provider = add(actor=manager, given=SERVICE)
    house = House(app, worker, manager, case, provider, {"owner": owner})
    house.consent()
    return house


def seen_by(actor: Actor, row_id: uuid.UUID) -> bool:
    """Whether the referral exists for somebody."""
    return get_referral(actor, row_id)[0].id == row_id
