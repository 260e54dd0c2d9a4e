"""Deciding: reasons, amounts, the standstill, and an agreement signed by two on the hash of one PDF."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import IntegrityError

from fundflow.applications.service.move import move
from fundflow.approval import queries, service
from fundflow.approval.models import Agreement, Award, Decision
from fundflow.disbursement.models import Tranche
from fundflow.documents import Document
from fundflow.ledger import balances
from fundflow.platform import clock, jobs
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.workflow import RuleRef, default_registry
from tests.disbursement.office import IBAN, ctx_of, filled
from tests.races.crowd import REASON, case_at, closed_call, decision, person, recommendation

pytestmark = pytest.mark.usefixtures("session")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def make(actor, case, name, form=None):
    with transaction():
        return move(actor=actor, subject_id=case.id, move=name, form=form)


def asked(case, name, **parameters):
    ctx = ctx_of(case, form=parameters.pop("form", None))
    return default_registry.bind_guard(RuleRef(name, parameters)).decide(ctx)


def recommended(minor=8_000_00):
    owner = person()
    case = case_at(closed_call(line_minor=100_000_00), "ranked", owner)
    make(person("committee_chair"), case, "recommend", recommendation(minor))
    return case, owner


def approved(minor=8_000_00):
    case, owner = recommended(minor)
    make(person("programme_manager"), case, "approve", decision(minor))
    return case, owner


def test_a_recommendation_is_a_decision_with_its_money_put_aside():
    case, _owner = recommended()
    row = queries.latest_decision(case.id, "recommended")
    assert (row.amount_minor, row.currency, row.reason, row.move) == (8_000_00, "EUR", REASON, "recommend")
    assert row.decided_role == "committee_chair"
    assert queries.money_of_case(case.id) == {"reserved": 8_000_00}
    assert balances(case.call.line_id)["available"] == 92_000_00


@pytest.mark.parametrize("reason", ["", "Too short."])
def test_a_decision_needs_its_reason(reason):
    case, _owner = recommended()
    with pytest.raises(Invalid) as refusal:
        make(person("programme_manager"), case, "approve", decision(8_000_00) | {"reason": reason})
    assert set(refusal.value.errors) == {"reason"}
    assert queries.award_of(case.id) is None


def test_nobody_grants_more_than_was_recommended():
    case, _owner = recommended(8_000_00)
    with pytest.raises(Refused, match="above what was recommended"):
        make(person("programme_manager"), case, "approve", decision(8_000_01))
    assert db.session.scalars(select(Decision.outcome).where(Decision.application_id == case.id)).all() == [
        "recommended"
    ]


def test_nobody_recommends_more_than_was_asked_for_or_than_the_line_holds():
    owner, chair = person(), person("committee_chair")
    modest = case_at(closed_call(line_minor=100_000_00), "ranked", owner, requested=5_000_00)
    with pytest.raises(Refused, match="above what the applicant asked for"):
        make(chair, modest, "recommend", recommendation(5_000_01))
    poor = case_at(closed_call(line_minor=4_000_00), "ranked", owner)
    with pytest.raises(Refused, match="budget line has only"):
        make(chair, poor, "recommend", recommendation(4_000_01))
    assert make(chair, poor, "recommend", recommendation(4_000_00)).to_stage == "recommended"


def test_an_approval_makes_the_award_its_parts_and_its_letter():
    case, _owner = approved(8_000_01)
    award = queries.award_of(case.id)
    assert (award.amount_minor, award.currency, award.starts_on) == (8_000_01, "EUR", None)
    parts = db.session.scalars(select(Tranche.amount_minor).where(Tranche.application_id == case.id)).all()
    assert (sorted(parts), sum(parts)) == ([2_400_00, 2_400_00, 3_200_01], 8_000_01)
    [letter] = db.session.scalars(select(Document).where(Document.application_id == case.id))
    assert (letter.letter, letter.snapshot["facts"]["award"]["amount"]["minor"]) == ("award", 8_000_01)


def test_others_have_time_to_object():
    with clock.at(MONDAY):
        case, _owner = approved()
        assert "2026-11-16" in str(asked(case, "standstill_over", working_days=10).reason)
    # Ten working days after Monday the second: the sixteenth, which is still theirs.
    for day, over in ((14, False), (15, True)):
        with clock.at(MONDAY + timedelta(days=day)):
            assert asked(case, "standstill_over", working_days=10).allowed is over


def contracted():
    """An agreement that was offered, its PDF made."""
    with clock.at(MONDAY):
        case, owner = approved()
        officer = person("programme_officer")
        with transaction():
            proof = {"file_id": "0" * 8, "name": "proof.pdf", "size": 1, "sha256": "0" * 64}
            filled(case, "bank_details", {"legal_name": "Buka", "nipt": "L71904501P", "holder": "Ana Prova",
                                          "iban": IBAN, "proof": proof})  # fmt: skip
    return case, owner, officer


def offered(case, officer):
    make(officer, case, "offer_agreement")
    jobs.run_pending()
    db.session.expire_all()


def test_an_agreement_is_signed_by_two_on_the_hash_that_was_offered():
    case, owner, officer = contracted()
    with clock.at(MONDAY + timedelta(days=20)):
        offered(case, officer)
        agreement, document = queries.agreement_of(case.id)
        assert make(owner, case, "sign_agreement", signature(case)).to_stage == "contracting"
        assert (agreement.signed_sha256, agreement.signed_by) == (document.pdf_sha256, owner.user_id)
        with pytest.raises(Refused, match="signed already"):
            make(owner, case, "sign_agreement", signature(case))
        assert asked(case, "offered_hash_matches").allowed is True
        agreement.signed_sha256 = "f" * 64
        with db.session.no_autoflush:
            assert "not the one that was offered" in str(asked(case, "offered_hash_matches").reason)
        db.session.expire_all()


def test_an_agreement_is_written_after_the_document_that_it_names():
    case, _owner, _officer = contracted()
    written: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        table = re.match(r"INSERT INTO (document|agreement)\b", statement)
        written.extend(table.groups() if table else ())

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with transaction(), db.session.no_autoflush:
            service.offer_agreement(ctx_of(case), "agreement")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert written == ["document", "agreement"]


def test_two_rows_of_one_flush_are_written_in_the_order_that_their_tie_asks_for():
    case, _owner, _officer = contracted()
    with transaction(), db.session.no_autoflush:
        paper = service.issue_letter(ctx_of(case), letter="agreement")
        named = Agreement(id=new_id(), application_id=case.id, document_id=paper.id, offered_at=clock.now())
        db.session.add(named)
    assert inspect(Agreement).relationships["document"].mapper.class_ is Document
    assert queries.agreement_of(case.id) == (named, paper)


def signature(case):
    form = {"typed_name": "Ana Prova"}
    return form | {"agreed": True} if "agreed" in _questions(case) else form


def _questions(case):
    from fundflow.programmes import definition_of  # noqa: PLC0415 - beside its use

    return {each.id for each in definition_of(case.version_id).forms["agreement_signature"].questions()}


def test_nobody_signs_what_was_not_offered_or_what_is_not_his():
    case, owner, officer = contracted()
    with clock.at(MONDAY + timedelta(days=20)):
        with pytest.raises(Conflict, match="not possible in the present stage"):
            make(owner, case, "sign_agreement", signature(case))
        make(officer, case, "offer_agreement")
        with pytest.raises(Refused, match="being prepared"):
            make(owner, case, "sign_agreement", signature(case))
        with pytest.raises(Forbidden):
            make(person("programme_manager"), case, "sign_agreement", signature(case))


def test_both_signatures_are_of_different_people():
    case, owner, officer = contracted()
    with clock.at(MONDAY + timedelta(days=20)):
        offered(case, officer)
        make(owner, case, "sign_agreement", signature(case))
        row = db.session.scalars(select(Agreement).where(Agreement.application_id == case.id)).one()
        row.countersigned_at, row.countersigned_by = clock.now(), owner.user_id
        db.session.info["writing"] = True
        with pytest.raises(IntegrityError, match="two_signatories"):
            db.session.flush()
        db.session.rollback()
        db.session.info["writing"] = False


def test_what_is_released_is_what_the_case_still_holds():
    case, _owner = approved()
    with transaction():
        service.release(ctx_of(case), "reserved")
    assert queries.money_of_case(case.id) == {"reserved": 0}
    assert balances(case.call.line_id)["available"] == 100_000_00
    with transaction():
        service.release(ctx_of(case), "reserved")
    assert balances(case.call.line_id)["available"] == 100_000_00
    assert (
        db.session.scalars(select(Award.amount_minor).where(Award.application_id == case.id)).one()
        == 8_000_00
    )


def test_letters_name_the_day_of_the_office_and_not_of_greenwich():
    with clock.at(datetime(2026, 11, 2, 23, 30, tzinfo=UTC)):  # the third has begun in Tirana
        case, _owner = approved()
        facts = ctx_of(case).facts
        assert facts["decision"]["decided_on"] == "2026-11-03"
        assert facts["award"]["awarded_on"] == "2026-11-03"
        assert "2026-11-17" in str(asked(case, "standstill_over", working_days=10).reason)
        assert facts["remedy"]["until"] == "2026-11-17"
