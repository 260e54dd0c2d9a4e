"""The stage of a stored row is written by the engine alone."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, make_transient_to_detached, mapped_column

from fundflow.workflow.models import Staged, write_stage


class _Base(DeclarativeBase):
    pass


class Ticket(Staged, _Base):
    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)


def stored(**values):
    ticket = Ticket(id=1, **values)
    make_transient_to_detached(ticket)
    Session(create_engine("sqlite://")).add(ticket)
    return ticket


def test_a_new_row_takes_its_first_stage_freely():
    ticket = Ticket(id=1, stage="draft")
    ticket.stage = "submitted"
    assert ticket.stage == "submitted"


def test_a_stored_row_refuses_a_stage_written_by_hand():
    ticket = stored(stage="draft")
    with pytest.raises(RuntimeError, match="only the workflow engine writes the stage of a Ticket"):
        ticket.stage = "closed"
    assert ticket.stage == "draft"


def test_the_engine_writes_one_row_and_leaves_it_locked():
    ticket, other = stored(stage="draft"), stored(stage="draft")
    write_stage(ticket, "closed")
    assert (ticket.stage, other.stage) == ("closed", "draft")
    with pytest.raises(RuntimeError):
        ticket.stage = "draft"
    with pytest.raises(RuntimeError):
        other.stage = "closed"


def test_the_columns_of_the_mixin():
    table = Ticket.__table__
    assert [column.name for column in table.columns if column.name != "id"] == [
        "stage",
        "row_version",
        "stage_since",
        "due_at",
        "overdue_at",
        "clock_left",
        "waits_for",
        "approvals_needed",
    ]
    assert table.c.stage_since.type.timezone is True
    assert [name for name in ("due_at", "overdue_at") if table.c[name].nullable] == ["due_at", "overdue_at"]
