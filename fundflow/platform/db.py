"""The database: the declarative base, the session, and the one place that commits."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, MetaData, String, event, text
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, mapped_column

from fundflow.platform.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables, with predictable constraint names."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"autoflush": True, "expire_on_commit": False})

Id = Annotated[uuid.UUID, mapped_column(primary_key=True, default=new_id)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Minor = Annotated[int, mapped_column(BigInteger)]
Currency = Annotated[str, mapped_column(String(3))]

Hook = Callable[[Session], None]
_before_commit: list[Hook] = []


# What a transaction has noted to be written at its end, by the name in the session's `info`.
PENDING = ("pending", "jobs")


def before_commit(hook: Hook) -> Hook:
    """Register work that must be the last of every transaction, such as sealing its audit rows."""
    if hook not in _before_commit:
        _before_commit.append(hook)
    return hook


def before_the_last(hook: Hook) -> Hook:
    """Register work that is done once for all at the end of every transaction, before any lock of the very end."""
    if hook not in _before_commit:
        _before_commit.insert(0, hook)
    return hook


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a request, job or command; commit at the end, roll back on any error.

    Refuses to nest and refuses a session with unsaved changes: a service never opens one of its own.
    """
    session: Session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() is already open; services never open their own")
    if session.info.get("reading"):
        raise RuntimeError(
            "a page that only shows never opens transaction(); records=True lets it note a read"
        )
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("the session holds changes made outside transaction()")
    session.info["writing"] = True
    try:
        yield session
        session.flush()
        for hook in _before_commit:
            hook(session)
        session.commit()
    except BaseException:
        session.rollback()
        for name in PENDING:
            session.info.pop(name, None)
        raise
    finally:
        session.info["writing"] = False


@contextmanager
def savepoint() -> Iterator[None]:
    """An attempt inside the transaction: on an error its rows, its jobs and its notes for the trail are undone."""
    session = db.session()
    noted = {name: len(session.info.get(name, [])) for name in PENDING}
    try:
        with session.begin_nested():
            yield
    except BaseException:
        for name, count in noted.items():
            del session.info.get(name, [])[count:]
        raise


def lock(name: str) -> None:
    """Hold the advisory lock `name` until the transaction ends."""
    db.session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def _refuse(session: Session) -> None:
    if not session.info.get("writing"):
        raise RuntimeError("a write outside transaction(); reads never change data")


@event.listens_for(Session, "before_flush")
def _guard_flush(session: Session, *_: object) -> None:
    if session.info.get("writing"):
        return
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        _refuse(session)


@event.listens_for(Session, "do_orm_execute")
def _guard_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse(state.session)
