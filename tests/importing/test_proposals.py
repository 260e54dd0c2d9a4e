"""Real proposals, where a copy of the data lies beside the checkout, carried from import to payment by the services."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from fundflow.accounts import SYSTEM, Actor, Grant, create_user, grant_role
from fundflow.applications.models import Application
from fundflow.applications.service.entries import open_entry, save_answers
from fundflow.applications.service.move import move
from fundflow.approval.queries import award_of, money_of_case
from fundflow.audit import verify
from fundflow.disbursement.models import Tranche
from fundflow.evaluation import service as evaluation
from fundflow.evaluation.models import Review, Score
from fundflow.platform import clock, jobs
from fundflow.platform.db import db, transaction
from fundflow.programmes import definition_of
from fundflow.screening.service import Result, save_checks
from tests.applications.office import came_on_paper
from tests.importing.conftest import NOW, ROOT, proposal

REASON = "Read by all; the steps can be checked one by one."
ROLES = ("programme_officer", "committee_chair", "programme_manager", "chief_of_mission", "finance_officer",
         "finance_approver", "bank_signatory")  # fmt: skip
IBAN = "AL47212110090000000235698741"


class Office:
    """One person per role and two evaluators; applicants speak through the officer."""

    def __init__(self) -> None:
        self.by = {role: self._person(role, role) for role in ROLES}
        self.evaluators = [self._person("evaluator", f"evaluator{number}") for number in (1, 2)]

    @staticmethod
    def _person(role: str, name: str) -> Actor:
        with transaction():
            user = create_user(SYSTEM, email=f"{name}@office.example", name=name)
            grant_role(SYSTEM, user_id=user.id, role=role)
            return Actor(user.id, name, user.email, "en", (Grant(role),))

    def act(self, role: str, case_id, name: str, form=None, **more):
        who = self.by.get(role, self.by["programme_officer"])
        with transaction():
            move(actor=who, subject_id=case_id, move=name, form=form, **more)


def screen_and_score(office: Office, case_id, score: int) -> None:
    office.act("programme_officer", case_id, "start_screening")
    checks = definition_of(db.session.get_one(Application, case_id).version_id).screening.checks
    db.session.rollback()
    with transaction():
        save_checks(
            actor=office.by["programme_officer"], application_id=case_id,
            results={check.id: Result("pass") for check in checks}, seen_version=None,
        )  # fmt: skip
    office.act("programme_officer", case_id, "mark_eligible", {"no_conflict": True})
    with transaction():
        evaluation.assign(
            actor=office.by["committee_chair"], application_id=case_id,
            reviewer_ids=[each.user_id for each in office.evaluators],
        )  # fmt: skip
    office.act("committee_chair", case_id, "start_evaluation")
    for evaluator in office.evaluators:
        review_id = db.session.scalar(
            select(Review.id).where(Review.application_id == case_id, Review.reviewer_id == evaluator.user_id)
        )
        db.session.rollback()
        given = {
            name: {"score": score, "comment": "Seen."} for name in ("need", "solution", "team", "milestones")
        }
        with transaction():
            evaluation.submit_review(
                actor=evaluator, review_id=review_id, scores=given, comment="Seen.", move_name="submit"
            )


def award(office: Office, case_id, amount: dict) -> None:
    office.act(
        "committee_chair", case_id, "recommend", {"amount": amount, "conditions": "", "reason": REASON}
    )
    office.act("programme_manager", case_id, "approve", {"amount": amount, "reason": REASON})
    case = db.session.get_one(Application, case_id, populate_existing=True)
    if case.stage == "recommended":
        office.act("chief_of_mission", case_id, "approve", {"amount": amount, "reason": REASON})
    with transaction():
        case = db.session.get_one(Application, case_id)
        definition = definition_of(case.version_id)
        entry = open_entry(actor_id=None, case=case, form="bank_details")
        save_answers(
            entry=entry, form=definition.forms["bank_details"], final={"holder": "Team", "iban": IBAN},
            version=definition.sha256, actor_id=None,
        )  # fmt: skip
    office.act("programme_officer", case_id, "offer_agreement")
    jobs.run_pending()
    signature = {"typed_name": "Team", "agreed": True}
    paper = came_on_paper(case_id)
    office.act("applicant", case_id, "sign_agreement", signature, on_behalf="applicant", paper=paper)
    signed = {"typed_name": "Manager", "starts_on": clock.today("Europe/Tirane").isoformat(), "agreed": True}
    office.act("programme_manager", case_id, "countersign_agreement", signed)


def pay(office: Office, case_id) -> list[int]:
    paid = []
    rows = db.session.execute(
        select(Tranche.id, Tranche.amount_minor)
        .where(Tranche.application_id == case_id)
        .order_by(Tranche.number)
    ).all()
    db.session.rollback()
    for number, (tranche_id, minor) in enumerate(rows):
        steps = (
            ("applicant", "request", {"done": "It is there.", "same_account": True}),
            ("programme_officer", "verify", {"reached": True}),
            ("finance_officer", "certify", {"voucher": f"V-{number}", "papers_seen": True}),
            ("finance_approver", "authorise", {"amount": {"minor": minor, "currency": "USD"}}),
            ("bank_signatory", "release", {"bank_reference": f"BKT-{number}"}),
        )
        for role, name, form in steps:
            is_theirs = role == "applicant"
            behalf = {"on_behalf": role, "paper": came_on_paper(case_id)} if is_theirs else {}
            office.act(role, tranche_id, name, form, kind="tranche", **behalf)
        paid.append(minor)
    return paid


def carry(report, *, fund: int) -> None:
    """All imported ones to the ranking; the best of them to the last payment and the closing."""
    office = Office()
    keys = [each["key"] for each in report.imported]
    ids = {key: found for key, found in db.session.execute(select(Application.source_key, Application.id))}  # noqa: C416
    assert set(ids) == set(keys)
    for key, score in zip(keys, itertools.cycle((4, 3, 5)), strict=False):
        screen_and_score(office, ids[key], score)
    with transaction():
        call_id = db.session.scalar(select(Application.call_id).limit(1))
        evaluation.rank_all(actor=office.by["committee_chair"], call_id=call_id, move_name="rank")
    ranked = db.session.execute(
        select(Application.id, Application.requested_minor)
        .join(Score, Score.application_id == Application.id)
        .where(Application.stage == "ranked")
        .order_by(Score.rank)
    ).all()
    assert len(ranked) == len(keys)
    for case_id, minor in ranked[:fund]:
        award(office, case_id, {"minor": minor, "currency": "USD"})
        assert sum(pay(office, case_id)) == minor == award_of(case_id).amount_minor
        office.act("programme_manager", case_id, "close", {"reason": REASON})
        assert db.session.scalar(select(Application.stage).where(Application.id == case_id)) == "closed"
        assert money_of_case(case_id) == {"reserved": 0, "obligated": 0, "spent": minor}
    assert verify()[1] is None


def test_made_up_proposals_come_as_far_as_the_last_payment(imported, lines):
    dear = proposal("dear", milestones=[{"title": "All", "cost": "60000"}], total_cost="60000")
    report = imported(lines(proposal("one"), dear, proposal("three")))
    with clock.at(NOW + timedelta(days=1)):
        carry(report, fund=3)


def test_real_proposals_are_imported_or_refused_with_a_reason(imported):
    found = sorted(ROOT.parent.glob("*/data/proposals.jsonl"))
    if not found:
        pytest.skip("the proposals lie beside the checkout only where they may be kept")
    report = imported(found[0])
    assert report.rows == 32 == len(report.imported) + report.refused_rows
    assert report.refused_rows == 11
    currency = {each.row for each in report.refused if "is not accepted here, only USD" in each.reason}
    sums = {each.row for each in report.refused if each.field == "milestones"}
    assert currency | sums == {each.row for each in report.refused}
    assert (len(currency), sums) == (10, {16})
    assert len(imported(found[0]).present) == 21
    with clock.at(NOW + timedelta(days=1)):
        carry(report, fund=3)
