"""Whether the database answers and carries the schema that this code was written for, in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from fundflow.platform.db import db
from fundflow.platform.locate import locate

_STANDS = re.compile(r'^(revision|down_revision)\b[^=]*= "([^"]+)"$', re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """What is wrong with the database, with a sentence for who runs it; passwords are never in it."""

    kind: Literal["unreachable", "empty", "older", "newer"]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@lru_cache(maxsize=1)
def _known() -> tuple[str | None, frozenset[str]]:
    """The newest migration and all of them, as their files name them: Alembic is too large to load for two words."""
    after: dict[str, str | None] = {}
    for file in sorted((locate("migrations") / "versions").glob("*.py")):
        stands = dict(_STANDS.findall(file.read_text(encoding="utf-8")))
        after[stands["revision"]] = stands.get("down_revision")
    heads = after.keys() - set(after.values())
    return max(heads, default=None), frozenset(after)


def wanted() -> str | None:
    """The newest migration this code carries; raises FileNotFoundError when the folder is missing."""
    return _known()[0]


def fault() -> Fault | None:
    """What keeps this code from using the database, or None; rolls back what the session was about."""
    _end()
    try:
        found = db.session.scalar(text("select version_num from alembic_version"))
    except ProgrammingError:
        found = None
    except OperationalError as reason:
        return _unreachable(reason)
    finally:
        _end()
    head, known = _known()
    if found == head:
        return None
    if found is None:
        return Fault("empty", "The database holds no tables yet; make them with: flask --app wsgi db upgrade")
    if found in known:
        return Fault(
            "older",
            f"The schema of the database ({found}) is older than this version of fundflow needs ({head}); "
            "bring it up to date with: flask --app wsgi db upgrade",
        )
    return Fault(
        "newer",
        f"The database has a newer schema ({found}) than this version of fundflow ({head}); "
        "install the version that made it, or choose another database.",
    )


def _end() -> None:
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session.remove()  # the connection is lost: there is nothing left to end


def _unreachable(reason: OperationalError) -> Fault:
    url = db.engine.url
    why = str(reason.orig).strip().splitlines()[0].strip() if str(reason.orig).strip() else "no answer"
    return Fault(
        "unreachable", f"The database {url.database} on {url.host or 'this machine'} cannot be reached: {why}"
    )
