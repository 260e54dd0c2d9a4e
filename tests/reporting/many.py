"""More of the same: copies of a case for lists, and what tests of this room ask again and again."""

from __future__ import annotations

import uuid

from sqlalchemy import text

from fundflow.applications.models import Recusal
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from tests.evaluation.panel import Panel, counted

COLUMNS = (
    "call_id, programme_id, version_id, title, applicant_name, requested_minor, currency, language, is_live, "
    "content_hash, created_at, created_by, submitted_at, closed_at, stage, row_version, stage_since, due_at, "
    "overdue_at, waits_for, approvals_needed"
)


def copy_case(case_id: uuid.UUID, times: int) -> None:
    """Further applications in the same stage, with references of their own."""
    with transaction():
        db.session.execute(
            text(
                f"insert into application (id, reference, {COLUMNS}) "
                f"select gen_random_uuid(), 'COPY-' || lpad(n::text, 4, '0'), {COLUMNS} "
                "from application, generate_series(1, :times) n where application.id = :case"
            ),
            {"times": times, "case": case_id},
        )


def recuse(panel: Panel, who: str, case_id: uuid.UUID) -> None:
    """From now on the case does not exist for that person."""
    with transaction():
        db.session.add(
            Recusal(
                application_id=case_id,
                user_id=panel.office.people[who],
                ground="family",
                declared_at=clock.now(),
            )
        )


def statements(panel: Panel, who: str, path: str) -> int:
    """How many statements a page takes for a person; opened once before, so that definitions are read."""
    person = panel.browser(who)
    assert person.get(path).status_code == 200
    with counted(panel.app) as found:
        assert person.get(path).status_code == 200
    return len(found)
