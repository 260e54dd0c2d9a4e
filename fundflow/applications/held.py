"""What a move has read of its case under the lock, asked once, and again only after rows came or ties changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import bindparam, event, exists, select
from sqlalchemy.orm import Session

from fundflow.accounts import User
from fundflow.applications.models import Answers, FormEntry, Party, Recusal
from fundflow.people import Person
from fundflow.platform.db import db

T = TypeVar("T")

ENTRIES: tuple[type, ...] = (FormEntry, Answers)
PEOPLE: tuple[type, ...] = (Party, Person, Recusal, User)


@dataclass
class Filled:
    """The newest entry of a form with its stored sections; `right_on` is the day for which a guard found it right."""

    entry: FormEntry
    stored: dict[str, Answers]
    right_on: date | None = None

    @property
    def given(self) -> dict[str, Any]:
        """All answers by question id; question ids are unique in a form."""
        return {name: value for row in self.stored.values() for name, value in row.data.items()}


@dataclass
class Tie:
    """One who is or was tied to a case: the person, and the account with the ways to write to it, if there is one."""

    party: Party
    person: Person | None = None
    user_id: uuid.UUID | None = None
    email: str | None = None
    language: str | None = None
    recused: bool = False


def is_writing() -> bool:
    """Whether a transaction is open that changes something."""
    return bool(db.session().info.get("writing"))


def filled(application_id: uuid.UUID, form: str) -> Filled | None:
    """The newest entry of a form that was not superseded, or None while there is none."""
    return _once((application_id, form), ENTRIES, lambda: _filled(application_id, form))


def people(application_id: uuid.UUID) -> list[Tie]:
    """Everybody tied to a case in the order in which they came, those whose tie has ended too."""
    return _once((application_id,), PEOPLE, lambda: _people(application_id))


def forget() -> None:
    """Read anew what is asked next."""
    db.session().info.pop("held", None)


def _once(key: tuple[Any, ...], of: tuple[type, ...], read: Callable[[], T]) -> T:
    """Keep an answer as long as the transaction; unsaved rows of these tables are saved before they are read.

    Nothing else is: what a move changes is written once, when it is done.
    """
    session = db.session()
    if not session.info.get("writing"):
        return read()
    kept = session.info.get("held", {})
    if key not in kept:
        if any(isinstance(row, of) for row in (*session.new, *session.dirty)):
            session.flush()
        with session.no_autoflush:
            found = read()
        kept = session.info.setdefault("held", {})  # a flush before may have dropped it
        kept[key] = found
    answer: T = kept[key]
    return answer


_NEWEST = (
    select(FormEntry.id)
    .where(
        FormEntry.application_id == bindparam("case"),
        FormEntry.form == bindparam("form"),
        FormEntry.state != "superseded",
    )
    .order_by(FormEntry.number.desc())
    .limit(1)
    .scalar_subquery()
)
_FILLED = (
    select(FormEntry, Answers)
    .outerjoin(Answers, Answers.entry_id == FormEntry.id)
    .where(FormEntry.id == _NEWEST)
)


def _filled(application_id: uuid.UUID, form: str) -> Filled | None:
    rows = db.session.execute(_FILLED, {"case": application_id, "form": form}).all()
    if not rows:
        return None
    sections: list[Answers | None] = [row for _entry, row in rows]
    return Filled(rows[0][0], {row.section: row for row in sections if row is not None})


_PEOPLE = (
    select(
        Party, Person, User.id, User.email, User.language,
        exists().where(Recusal.application_id == Party.application_id, Recusal.user_id == User.id),
    )
    .select_from(Party)
    .outerjoin(Person, Person.id == Party.person_id)
    .outerjoin(User, User.id == Party.user_id)
    .where(Party.application_id == bindparam("case"))
    .order_by(Party.id)
)  # fmt: skip


def _people(application_id: uuid.UUID) -> list[Tie]:
    return [Tie(*row) for row in db.session.execute(_PEOPLE, {"case": application_id})]


@event.listens_for(Session, "after_flush")
def _drop_changed(session: Session, *_: object) -> None:
    """Rows that came or went, and ties that point elsewhere, are read anew; answers change in place."""
    if "held" not in session.info:
        return
    came = any(isinstance(row, ENTRIES + PEOPLE) for row in (*session.new, *session.deleted))
    if came or any(isinstance(row, Party | User) for row in session.dirty):
        session.info.pop("held", None)


@event.listens_for(Session, "after_transaction_end")
def _drop_all(session: Session, *_: object) -> None:
    session.info.pop("held", None)
