"""Fills an office: one case per stage by the services, then thousands of copies of them by plain SQL.

A copy has every row that its model has (answers, files, reviews, award, tranches, postings, documents, duties, audit
events) under ids of its own, so that it is what the services would have left behind.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from benchmarks.stage import PASSWORD, say
from fundflow.demo.office import Office, set_up
from fundflow.demo.script import Case, Step
from fundflow.demo.story import data
from fundflow.platform import clock
from fundflow.platform.db import db

Steps = list[Step]
BATCH = 500
SHARES = {"submitted": 20, "screening": 20, "in_evaluation": 20, "ranked": 15, "active": 15, "rejected": 10}

# In the order of their references; how the rows of one case are found.
TABLES = {
    "application": "id = :case",
    "person": "id in (select person_id from party where application_id = :case)",
    "party": "application_id = :case",
    "form_entry": "application_id = :case",
    "answers": "entry_id in (select id from form_entry where application_id = :case)",
    "stored_file": "application_id = :case",
    "document": "application_id = :case",
    "message": "application_id = :case",
    "duty": "application_id = :case",
    "approval": "application_id = :case",
    "screening_check": "application_id = :case",
    "clarification": "application_id = :case",
    "review": "application_id = :case",
    "score": "application_id = :case",
    "decision": "application_id = :case",
    "award": "application_id = :case",
    "agreement": "application_id = :case",
    "tranche": "application_id = :case",
    "payment": "application_id = :case",
    "posting": "application_id = :case",
    "ledger_entry": "posting_id in (select id from posting where application_id = :case)",
    "visit": "application_id = :case",
    "report": "application_id = :case",
}
FIRST = "array['Ana','Besa','Çelik','Dea','Erion','Fatos','Genta','Hana','Ilir','Jeta','Klea','Luan','Mira','Noel']"
LAST = "array['Kola','Hoxha','Marku','Gjoni','Prifti','Basha','Toska','Leka','Shehu','Rama','Doda','Muka','Zefi']"
NAME = f"({FIRST})[1 + n % 14] || ' ' || ({LAST})[1 + n % 13] || ' ' || n"
# What must differ from copy to copy, or would be wrong in all of them.
OWN = {
    ("application", "reference"): "'SUF-B-' || lpad(n::text, 6, '0')",
    ("application", "title"): "left(title, 180) || ' ' || n",
    ("application", "applicant_name"): NAME,
    ("application", "applicant_key"): "applicant_key || ':' || n",
    ("application", "created_at"): "created_at + n * interval '1 second'",
    ("application", "stage_since"): "stage_since + n * interval '1 second'",
    ("person", "full_name"): NAME,
    ("person", "email"): "n || email",
    ("person", "user_id"): "null",
    ("party", "name"): f"case when kind = 'applicant' then {NAME} else name end",
    ("party", "user_id"): "case when kind = 'applicant' then null else user_id end",
    ("document", "number"): "number || '-' || n",
    ("document", "check_code"): "left(md5(check_code || n), 20)",
    ("payment", "end_to_end_id"): "left(md5(end_to_end_id || n), 30)",
}


def office() -> Office:
    """The demo's people with the benchmark's password, and two calls that are open for thirty days."""
    given = data("office")
    first = given["calls"]["startup-first-call"]
    funds = [
        {**fund, "lines": [{**line, "amount_minor": 10**13} for line in fund["lines"]]}
        for fund in given["funds"]
    ]
    calls = {"ended": first, "recent": {**first, "title": {"en": "Recent call"}}}
    made = Office(PASSWORD, told_at=clock.now())
    set_up(made, {**given, "funds": funds, "calls": calls})
    return made


def models(made: Office) -> dict[str, uuid.UUID]:
    """One case per stage, carried there by the services; the clock must be held."""
    story = data("startup")
    cases = {
        name: Case(made, name, "ended" if name in {"ranked", "active", "rejected"} else "recent",
                   {"who": f"applicant{number}" if number > 1 else "applicant"}, story, lambda _line: None)
        for number, name in enumerate(SHARES, start=1)
    }  # fmt: skip
    for name, steps in _script():
        cases[name].play(steps)
    return {name: case.id for name, case in cases.items() if case.id}


def _script() -> Iterator[tuple[str, Steps]]:
    who = {
        "submitted": "rejected",
        "screening": "ineligible",
        "in_evaluation": "withdrawn",
        "active": "terminated",
    }
    for name in SHARES:
        yield (
            name,
            [
                {
                    "run": "applied",
                    "with": {"answers": ["base", "small", *([who[name]] if name in who else [])]},
                }
            ],
        )
    yield "active", [{"wait": "call_closed"}]
    for name in ("ranked", "active", "rejected", "in_evaluation"):
        yield name, [{"run": "screened"}]
    yield "screening", [{"move": "start_screening", "as": "officer"}, {"checks": {}, "as": "officer"}]
    scores = {"scores1": "good", "scores2": "good", "scores3": "good"}
    for name in ("ranked", "active", "rejected"):
        yield name, [{"run": "scored", "with": scores}]
    yield "active", [{"rank": "rank", "as": "chair"}]
    yield (
        "in_evaluation",
        [
            {"assign": ["evaluator1", "evaluator2", "evaluator3"], "as": "chair"},
            {"move": "start_evaluation", "as": "chair"},
            {"review": {"scores": "good", "comment": "Read twice."}, "as": "evaluator1"},
            {"review": {"scores": "good", "comment": "Read once."}, "as": "evaluator2"},
        ],
    )
    reason = "The total stays below the mark and no customer has said what he would take."
    said = {"ground": "below_threshold", "reason": reason, "members_present": "5"}
    yield (
        "rejected",
        [
            {"move": "not_recommend", "as": "chair", "form": said},
            {"move": "reject", "as": "manager", "form": {"reason": reason}},
        ],
    )
    amount = {"minor": 540000, "currency": "EUR"}
    yield "active", [
        {"run": "recommended", "with": {"amount": amount}},
        {"run": "approved", "with": {"who": "manager", "amount": amount}},
        {"wait": 20},
        {"run": "contracted", "with": {"enterprise": "Vata Bikes", "holder": "Erion Vata",
                                       "iban": "IT85R0200805020000012345673"}},
        {"run": "signed", "with": {"holder": "Erion Vata"}},
        {"run": "tranche_paid", "with": {"number": 1, "voucher": "SUF-V-0101",
                                         "amount": {"minor": 162000, "currency": "EUR"}}},
    ]  # fmt: skip


def fill(cases: dict[str, uuid.UUID], *, begin: int, end: int, shares: dict[str, int] | None = None) -> None:
    """Copies number `begin` to `end` - 1, their stages mixed by the shares."""
    shares = shares or SHARES
    pattern = [name for name, share in shares.items() for _ in range(share)]
    numbers: dict[str, list[int]] = {name: [] for name in shares}
    for number in range(begin, end):
        numbers[pattern[(number * 37) % len(pattern)]].append(number)
    done = 0
    for name, mine in numbers.items():
        for at in range(0, len(mine), BATCH):
            _copy(cases[name], mine[at : at + BATCH])
            done += len(mine[at : at + BATCH])
            say(f"  {done} of {end - begin} applications")
    _run("analyze")


def _run(statement: str, **given: Any) -> Any:
    with db.engine.begin() as connection:
        return connection.execute(text(statement), given)


def _copy(case: uuid.UUID, numbers: Sequence[int]) -> None:
    """One transaction: the rows of a case, table by table, once for each number; ids of the case's own are hashed."""
    with db.engine.begin() as connection:
        own: set[str] = set()
        for table, where in TABLES.items():
            columns = _columns(connection, table)
            if "id" in columns:
                own |= {
                    str(each)
                    for each in connection.scalars(
                        text(f"select id from {table} where {where}"), {"case": case}
                    )
                }
        given = {"case": case, "numbers": list(numbers), "own": sorted(own)}
        for table, where in TABLES.items():
            columns = _columns(connection, table)
            values = ", ".join(_value(table, name, kind) for name, kind in columns.items())
            connection.execute(
                text(
                    f"insert into {table} ({', '.join(columns)}) select {values} from {table} "
                    f"cross join unnest(cast(:numbers as int[])) as n where {where}"
                ),
                given,
            )
        connection.execute(
            text(
                "insert into audit_event (body) select replace(body, cast(:case as text), "
                "md5(cast(:case as text) || n)::uuid::text) from audit_event "
                "cross join unnest(cast(:numbers as int[])) as n where application_id = :case order by n, seq"
            ),
            given,
        )


def _columns(connection: Any, table: str) -> dict[str, str]:
    rows = connection.execute(
        text(
            "select column_name, data_type from information_schema.columns where table_name = :table "
            "and table_schema = 'public' and is_generated = 'NEVER' order by ordinal_position"
        ),
        {"table": table},
    )
    return {name: kind for name, kind in rows}  # noqa: C416 - a row is no pair to dict()


def _value(table: str, name: str, kind: str) -> str:
    if (table, name) in OWN:
        return OWN[table, name]
    if kind == "uuid":
        return f"case when {name}::text = any(:own) then md5({name}::text || n)::uuid else {name} end"
    return name


def held_clock() -> Any:
    """The moment at which the models begin: long enough ago that all of it lies in the past."""
    return clock.at(clock.now() - timedelta(days=120))
