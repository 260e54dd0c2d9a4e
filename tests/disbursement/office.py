"""An office with people, money and cases that stand where disbursement begins."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

from fundflow import documents
from fundflow.accounts import SYSTEM, Actor, Grant, create_user, grant_role
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import on_case
from fundflow.applications.service.entries import open_entry, save_answers
from fundflow.applications.service.hooks import begin_stage, context
from fundflow.applications.service.move import move
from fundflow.approval.models import Agreement, Award
from fundflow.disbursement.models import Purchase, Tranche
from fundflow.disbursement.service import tranches
from fundflow.ledger import fund_line, open_fund, post
from fundflow.people import Person
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.ids import new_id
from fundflow.platform.money import Money
from fundflow.programmes import Call, definition_of, folders, open_call, publish, read_folder
from fundflow.workflow import MoveContext
from fundflow.workflow.models import write_stage
from tests.documents.letters import GREEK, GREEK_FACTS

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
IBAN = "AL47212110090000000235698741"
_serial = itertools.count(1)


def eur(minor: int) -> dict:
    return {"minor": minor, "currency": "EUR"}


def person(*roles: str, name: str = "") -> Actor:
    """Somebody with an account and roles that hold everywhere."""
    called = name or f"{' '.join(roles) or 'somebody'} {next(_serial)}"
    address = f"p{next(_serial)}@office.example"
    with transaction():
        user = create_user(SYSTEM, email=address, name=called)
        for role in roles:
            grant_role(SYSTEM, user_id=user.id, role=role)
    return Actor(user.id, called, address, "en", tuple(Grant(role) for role in roles))


def call_of(slug: str, *, line_minor: int = 100_000_00) -> Call:
    """An open call of a published programme with a budget line of its own."""
    with transaction():
        version = publish(actor_id=None, files=read_folder(folders()[slug]))
        currency = definition_of(version.id).programme.currency
        fund = open_fund(code=f"F{next(_serial)}", title="Fund", donor="Donor", currency=currency)
        line = fund_line(
            actor_id=None, fund=fund, code=f"L{next(_serial)}", title="Line", amount_minor=line_minor
        )
        return open_call(
            actor_id=None,
            version=version,
            slug=f"call-{next(_serial)}",
            title={"en": "A call"},
            summary={"en": "A summary"},
            opens_at=clock.now() - timedelta(days=90),
            closes_at=None,
            line=line,
        )


def case_in(call: Call, stage: str, *, owner: Actor, kind: str, name: str = "Ana Prova") -> Application:
    """A case of the owner that has come as far as a stage."""
    case = Application(
        id=new_id(),
        call_id=call.id,
        programme_id=call.programme_id,
        version_id=call.version_id,
        reference=f"TST-2026-{next(_serial):04d}",
        title="A bakery",
        applicant_name=name,
        currency=call.currency,
        language="en",
        created_at=clock.now(),
    )
    case.call = call
    begin_stage(actor=SYSTEM, case=case, kind="application", subject=case)
    write_stage(case, stage)
    db.session.add(case)
    db.session.flush()
    born = date(1995, 5, 4)
    grown = Person(id=new_id(), full_name=name, birth_date=born, language="en", created_at=clock.now())
    db.session.add(grown)
    db.session.flush()
    db.session.add(
        Party(application_id=case.id, kind=kind, user_id=owner.user_id, person_id=grown.id, name=name)
    )
    db.session.flush()
    return case


def ctx_of(
    case: Application, *, subject=None, kind="application", move="", form=None, actor=SYSTEM
) -> MoveContext:
    """What a rule sees of a case."""
    return context(
        who=on_case(actor, case, ()), case=case, subject=subject or case, kind=kind, move=move, form=form
    )


def put(case: Application, amount: int, source: str, target: str) -> None:
    """A posting in the name of the case."""
    post(
        event="test",
        line_id=case.call.line_id,
        source=source,
        target=target,
        amount=Money(amount, "EUR"),
        actor_id=None,
        application_id=case.id,
        subject=("application", case.id),
    )


def filled(case: Application, form: str, given: dict) -> None:
    """A form of the case, handed in."""
    definition = definition_of(case.version_id)
    entry = open_entry(actor_id=None, case=case, form=form)
    save_answers(
        entry=entry, form=definition.forms[form], final=given, version=definition.sha256, actor_id=None
    )


def awarded(case: Application, amount: int) -> Award:
    """The award of a case, its money reserved."""
    award = Award(
        id=new_id(),
        application_id=case.id,
        line_id=case.call.line_id,
        amount_minor=amount,
        currency="EUR",
        starts_on=date(2026, 10, 1),
        awarded_at=clock.now(),
    )
    db.session.add(award)
    db.session.flush()
    put(case, amount, "available", "reserved")
    return award


def active_grant(owner: Actor, *, amount: int = 15_000_00, call: Call | None = None) -> Application:
    """A start-up grant whose agreement is signed by both sides, with planned tranches and bank details."""
    call = call or call_of("startup_fund")
    signatory = person()
    with transaction():
        case = case_in(call, "active", owner=owner, kind="applicant")
        awarded(case, amount)
        put(case, amount, "reserved", "obligated")
        paper = documents.issue(
            actor_id=None,
            application_id=case.id,
            letter="agreement",
            letter_def=GREEK,
            facts=GREEK_FACTS,
            language="el",
        )
        db.session.add(
            Agreement(
                id=new_id(),
                application_id=case.id,
                document_id=paper.id,
                offered_at=clock.now(),
                signed_at=clock.now(),
                signed_by=owner.user_id,
                signed_name="Ana",
                signed_sha256="0" * 64,
                countersigned_at=clock.now(),
                countersigned_by=signatory.user_id,
            )
        )
        proof = {"file_id": str(new_id()), "name": "proof.pdf", "size": 1, "sha256": "0" * 64}
        filled(
            case,
            "bank_details",
            {"legal_name": "Buka", "nipt": "L71904501P", "holder": "Ana Prova", "iban": IBAN, "proof": proof},
        )
        ctx = ctx_of(case)
        tranches.plan(ctx, tranches.of_programme(ctx))
    return case


def tranches_of(case: Application) -> list[Tranche]:
    """The tranches, fresh from the database."""
    rows = db.session.query(Tranche).filter_by(application_id=case.id).order_by(Tranche.number)
    return list(rows.populate_existing())


def purchases_of(case: Application) -> list[Purchase]:
    """The purchases, fresh from the database."""
    rows = db.session.query(Purchase).filter_by(application_id=case.id).order_by(Purchase.number)
    return list(rows.populate_existing())


def act(actor: Actor, subject, name: str, form: dict | None = None, **more):
    """One move of a tranche or purchase in a transaction of its own."""
    kind = "tranche" if isinstance(subject, Tranche) else "purchase"
    with transaction():
        return move(actor=actor, subject_id=subject.id, move=name, kind=kind, form=form, **more)


REQUEST = {"done": "We rented the place.", "spent": [], "same_account": True}
VERIFIED = {"step_reached": "yes", "papers_agree": "na"}
CERTIFIED = {"voucher": "V-1", "account_compared": True, "papers_seen": True}


def step(name: str, tranche: Tranche) -> dict:
    """The form of one step of a tranche."""
    return {
        "request": REQUEST,
        "verify": VERIFIED,
        "certify": CERTIFIED,
        "authorise": {"amount": eur(tranche.amount_minor)},
        "release": {"bank_reference": "BKT-0001"},
    }[name]


PLAN_ITEMS = [
    {
        "type": "business",
        "title": "Greenhouse frame",
        "goal": "Vegetables",
        "cost": eur(1_200_00),
        "month": "2",
        "recipient": "family_business",
        "route": "three_quotes",
    },
    {
        "type": "business",
        "title": "Seed",
        "goal": "First sowing",
        "cost": eur(200_00),
        "month": "3",
        "recipient": "self",
        "route": "one_price",
    },
]


def approved_plan(
    owner: Actor, *, items: list[dict] | None = None, line_minor: int = 100_000_00
) -> Application:
    """A reintegration case with an approved plan: its award is reserved and its purchases are planned."""
    rows = PLAN_ITEMS if items is None else items
    call = call_of("reintegration_grant")
    with transaction():
        case = case_in(call, "plan_approved", owner=owner, kind="beneficiary", name="Ardit Prova")
        filled(case, "plan", {"goals": "A greenhouse", "items": rows, "goods_to_family": "yes"})
        filled(
            case,
            "end_recipient",
            {"business_name": "Serra Prova", "owner_name": "Mira", "relation": "parent"},
        )
        filled(case, "consent", {"assistance": "yes", "for_child": "no"})
        awarded(case, sum(row["cost"]["minor"] for row in rows))
        plan_purchases(ctx_of(case))
    return case


def plan_purchases(ctx: MoveContext) -> None:
    """The effect of the programme's own move, with the parameters that its file gives."""
    compiled = ctx.definition.machines["application"].move("approve_plan")
    next(each for each in compiled.effects if each.rule.name == "plan_purchases").run(ctx)
