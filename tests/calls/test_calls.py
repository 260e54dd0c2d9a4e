"""A call by its own machine: drafted, published, carried on by the clock, corrected, cancelled."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.service import cases
from fundflow.applications.service.move import move, moves_of
from fundflow.audit import AuditEvent
from fundflow.calls import jobs, service
from fundflow.ledger.service import fund_line, open_fund
from fundflow.notify.models import Message
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, Refused
from fundflow.platform.strict_yaml import YamlFault
from fundflow.programmes import Call, folders, publish, read_folder
from fundflow.programmes.calls import move_call, moves_of_call
from fundflow.programmes.procedure import machine, parse
from fundflow.programmes.queries import corrigenda, public_calls
from tests.disbursement.office import case_in, person

pytestmark = pytest.mark.usefixtures("session")
CLOSED = "The call is not open now."
REASON = "The donor has withdrawn the money of this call."


def line_of(minor=100_000_00, code="L-calls"):
    fund = open_fund(code=f"F-{code}", title="Fund", donor="Donor", currency="EUR")
    return fund_line(actor_id=None, fund=fund, code=code, title="Line", amount_minor=minor)


def terms(line, **changed):
    given = {
        "title": {"en": "Young founders"},
        "summary": {"en": "Grants for young founders."},
        "opens_at": clock.now() + timedelta(days=1),
        "closes_at": clock.now() + timedelta(days=31),
        "line_id": line.id,
    }
    return service.Terms(**{**given, **changed})


@pytest.fixture
def manager():
    return person("programme_manager")


@pytest.fixture
def drafted(manager):
    with transaction():
        publish(actor_id=None, files=read_folder(folders()["startup_fund"]))
        return service.draft(actor=manager, programme="startup_fund", terms=terms(line_of()))


def stage(call):
    return db.session.scalar(select(Call.stage).where(Call.id == call.id))


def publish_it(manager, call):
    with transaction():
        move_call(actor=manager, call_id=call.id, move="publish")


def opened(manager, call):
    """The call on its second day."""
    publish_it(manager, call)
    return clock.at(call.opens_at + timedelta(days=1))


def applicant(call):
    owner = person()
    with transaction():
        return owner, cases.start(actor=owner, call_id=call.id)


def test_a_draft_is_seen_by_nobody_and_a_published_call_by_everybody(manager, drafted):
    assert drafted.slug.startswith("young-founders-")
    assert [each.call.id for each in public_calls()] == []
    publish_it(manager, drafted)
    assert [(each.call.id, each.state) for each in public_calls()] == [(drafted.id, "coming")]


def test_the_clock_opens_and_closes_a_call(manager, drafted):
    publish_it(manager, drafted)
    assert (jobs.carry_on(), stage(drafted)) == (0, "published")
    with clock.at(drafted.opens_at + timedelta(seconds=1)):
        assert (jobs.carry_on(), stage(drafted)) == (1, "open")
        assert jobs.carry_on() == 0
    with clock.at(drafted.closes_at + timedelta(seconds=1)):
        # closed, screened, ranked and decided at once: nobody has applied
        assert [jobs.carry_on() for _ in range(5)] == [1, 1, 1, 1, 0]
        assert stage(drafted) == "decided"
    trail = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "call.moved").order_by(AuditEvent.seq)
    ).all()
    assert [event.data["move"] for event in trail] == [
        "publish", "open", "close", "start_evaluation", "rank", "decide",
    ]  # fmt: skip


def test_a_call_waits_for_its_cases(manager, drafted):
    with opened(manager, drafted):
        jobs.carry_on()
        applicant(drafted)
    with clock.at(drafted.closes_at + timedelta(seconds=1)):
        for _ in range(4):
            jobs.carry_on()
        assert stage(drafted) == "closed"
        [step] = [each for each in moves_of_call(manager, drafted) if each.name == "start_evaluation"]
        assert not step.allowed
        assert [str(reason) for reason in step.reasons] == ["Applications that have not come so far: 1."]


def test_what_is_published_stands(manager, drafted):
    publish_it(manager, drafted)
    with pytest.raises(Conflict, match="corrigendum"), transaction():
        service.rewrite(
            actor=manager, call_id=drafted.id, terms=terms(line_of(code="L2")), seen=drafted.row_version
        )
    for change in (
        'title = \'{"en": "Another"}\'',
        "closes_at = closes_at - interval '1 second'",
        "closes_at = null",
        "opens_at = opens_at + interval '1 second'",
        "published_at = null",
    ):
        with pytest.raises(DBAPIError, match="published call"), transaction():
            db.session.execute(text(f"update call set {change} where id = :id"), {"id": drafted.id})
    with pytest.raises(DBAPIError, match="published call"), transaction():
        db.session.execute(text("delete from call where id = :id"), {"id": drafted.id})


def test_a_draft_may_be_rewritten(manager, drafted):
    seen = drafted.row_version
    with transaction():
        service.rewrite(
            actor=manager, call_id=drafted.id,
            terms=terms(line_of(code="L2"), title={"en": "Other", "it": "Altro"}), seen=seen,
        )  # fmt: skip
    assert drafted.title == {"en": "Other", "it": "Altro"}
    with pytest.raises(Conflict), transaction():
        service.rewrite(actor=manager, call_id=drafted.id, terms=terms(line_of(code="L3")), seen=seen)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"closes_at": timedelta(days=-1), "opens_at": timedelta(days=-3)}, "The closing lies in the past."),
        ({"title": {"it": "Solo italiano"}}, "The call needs a title."),
    ],
)
def test_a_call_that_is_not_ready_is_not_published(manager, changed, why):
    with transaction():
        publish(actor_id=None, files=read_folder(folders()["startup_fund"]))
        moved = {
            key: clock.now() + value if isinstance(value, timedelta) else value
            for key, value in changed.items()
        }
        call = service.draft(actor=manager, programme="startup_fund", terms=terms(line_of(), **moved))
    with pytest.raises(Refused) as refusal:
        publish_it(manager, call)
    assert [str(reason) for reason in refusal.value.reasons] == [why]
    assert stage(call) == "draft"


def test_only_a_manager_runs_a_call(drafted):
    officer, stranger = person("programme_officer"), person("evaluator")
    for somebody in (officer, stranger):
        with pytest.raises(Forbidden):
            publish_it(somebody, drafted)
    with pytest.raises(Forbidden), transaction():
        service.draft(actor=officer, programme="startup_fund", terms=terms(line_of(code="L9")))


def correct(manager, call, closes_at, text_="The ceiling is 30,000 EUR."):
    words = {"en": text_, "it": "Il tetto è di 30.000 euro."}
    with transaction():
        return service.correct(
            actor=manager, call_id=call.id, words=words, closes_at=closes_at, seen=call.row_version
        )


def test_a_corrigendum_moves_the_closing_the_deadlines_and_is_told(manager, drafted):
    with opened(manager, drafted):
        jobs.carry_on()
        owner, case = applicant(drafted)
        before, later = drafted.closes_at, drafted.closes_at + timedelta(days=7)
        assert case.due_at == before
        row = correct(manager, drafted, later)
        assert (row.number, row.closes_before, row.closes_after) == (1, before, later)
        found = db.session.get_one(Application, case.id)
        db.session.refresh(found)
        assert found.due_at == later
        mails = db.session.scalars(select(Message).where(Message.kind == "call_changed")).all()
        assert [mail.to_address for mail in mails] == [owner.email]
        assert "The ceiling is 30,000 EUR." in mails[0].body
        assert "tetto" not in mails[0].body
        assert [each.number for each in corrigenda(drafted)] == [1]
        with pytest.raises(DBAPIError, match="never changed"), transaction():
            db.session.execute(text("update corrigendum set number = 2"))
    with clock.at(before + timedelta(hours=1)):
        jobs.carry_on()
        assert stage(drafted) == "open"


def test_a_corrigendum_leaves_time_and_takes_none(manager, drafted):
    with opened(manager, drafted):
        for too_soon in (drafted.closes_at - timedelta(seconds=1), clock.now()):
            with pytest.raises(Invalid) as fault:
                correct(manager, drafted, too_soon)
            assert set(fault.value.errors) == {"closes_at"}
        with pytest.raises(Invalid) as fault:
            correct(manager, drafted, drafted.closes_at + timedelta(days=1), text_="")
        assert set(fault.value.errors) == {"words-en"}
    with clock.at(drafted.closes_at - timedelta(days=1)), pytest.raises(Invalid):
        correct(manager, drafted, drafted.closes_at + timedelta(days=3))
    with clock.at(drafted.closes_at + timedelta(days=1)), pytest.raises(Refused):
        correct(manager, drafted, drafted.closes_at + timedelta(days=30))
    assert corrigenda(drafted) == []


def why_not(actor, case, name):
    """The reasons why the person cannot make the move now."""
    state = next(each for each in moves_of(actor, case, case) if each.name == name)
    return [str(reason) for reason in state.reasons]


def test_more_time_holds_for_one_applicant_only(manager, drafted):
    with opened(manager, drafted):
        owner, case = applicant(drafted)
        other, second = applicant(drafted)
        until = drafted.closes_at + timedelta(days=2)
        with transaction():
            service.give_time(
                actor=manager, call_id=drafted.id, email=owner.email, until=until,
                reason="In hospital from the third to the tenth of the month.",
            )  # fmt: skip
        assert (case.due_at, second.due_at) == (until, drafted.closes_at)
        mail = db.session.scalars(select(Message).where(Message.kind == "more_time")).one()
        assert mail.to_address == owner.email
    with clock.at(drafted.closes_at + timedelta(days=1)):
        assert CLOSED not in why_not(owner, case, "submit")
        assert CLOSED in why_not(other, second, "submit")
        # nobody's application is opened before the last one's time is over, but a draft ends with its own
        officer, somebody = person("programme_officer"), person()
        with transaction():
            third = case_in(drafted, "submitted", owner=somebody, kind="applicant")
            third.submitted_at, third.content_hash = drafted.opens_at, "0" * 64
        assert why_not(officer, third, "start_screening") == ["The call is still open."]
        with transaction():
            move(actor=SYSTEM, subject_id=second.id, move="expire")
        with pytest.raises(Refused, match="still open"), transaction():
            move(actor=SYSTEM, subject_id=case.id, move="expire")
    with clock.at(until + timedelta(seconds=1)):
        assert why_not(officer, third, "start_screening") == []


def test_more_time_needs_a_draft_a_later_moment_and_a_reason(manager, drafted):
    with opened(manager, drafted), pytest.raises(Invalid) as fault, transaction():
        service.give_time(
            actor=manager,
            call_id=drafted.id,
            email="nobody@people.example",
            until=drafted.closes_at,
            reason="ill",
        )
    assert set(fault.value.errors) == {"email", "until", "reason"}


def test_a_cancelled_call_tells_everybody_why(manager, drafted):
    with opened(manager, drafted):
        owner, case = applicant(drafted)
        with pytest.raises(Refused, match="at least 30"), transaction():
            move_call(actor=manager, call_id=drafted.id, move="cancel", reason="No.")
        with transaction():
            move_call(actor=manager, call_id=drafted.id, move="cancel", reason=REASON)
        assert (stage(drafted), public_calls()) == ("cancelled", [])
        mail = db.session.scalars(select(Message).where(Message.kind == "call_cancelled")).one()
        assert (mail.to_address, REASON in mail.body) == (owner.email, True)
        assert not cases.is_open(drafted)
        assert CLOSED in why_not(owner, case, "submit")


def test_the_law_of_calls_is_checked_with_its_place():
    from fundflow.platform.locate import locate  # noqa: PLC0415 - only here

    good = (locate("workflows") / "calls.yaml").read_text()
    with pytest.raises(YamlFault, match=r"calls\.yaml"):
        parse(good.replace("least_days: 5", "least_days: five"), "calls.yaml")
    assert set(machine().stages) == {
        "draft", "published", "open", "closed", "evaluating", "ranked", "decided", "archived", "cancelled",
    }  # fmt: skip
