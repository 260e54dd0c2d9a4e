"""From the draft to the call: who sends, what stands in the way, what is told, and what the clock does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fundflow.applications.service import deadlines
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.referrals.models import Referral
from fundflow.referrals.service.preparing import prepare
from fundflow.referrals.service.sharing import shareable
from tests.disbursement.office import person
from tests.referrals.house import CHILD, House

URGENT = {
    "reason": "He is threatened at home tonight; she cannot sign before tomorrow.",
    "told_person": "yes",
}


def reasons(house: House, row: Referral, name: str = "send", **more) -> list[str]:
    with pytest.raises(Refused) as refused:
        house.act(row, name, **more)
    return [str(reason) for reason in refused.value.reasons]


def test_a_referral_goes_from_the_draft_to_the_call(house: House) -> None:
    row, token = house.sent()
    assert (house.stage(row), len(token), row.waits_for) == ("sent", 43, ["provider"])
    for name, form in (("accept", None), ("begin", None), ("finish", {"result": "full"})):
        house.act(row, name, form)
    db.session.refresh(row)
    assert (row.stage, row.waits_for) == ("to_call", ["case_worker"])
    call = {"called_on": "2026-11-02", "reached": "yes", "satisfaction": "s4", "more_help": "no"}
    house.act(row, "call", call)
    assert house.stage(row) == "closed"


def test_satisfaction_is_asked_of_whom_was_reached(house: House) -> None:
    row, _token = house.sent()
    house.act(row, "accept")
    house.act(row, "finish", {"result": "full"})
    with pytest.raises(Invalid) as fault:
        house.act(row, "call", {"called_on": "2026-11-02", "reached": "yes"})
    assert set(fault.value.errors) == {"satisfaction", "more_help"}
    house.act(row, "call", {"called_on": "2026-11-02", "reached": "no"})


def test_a_draft_begins_with_what_the_programme_ticks(house: House) -> None:
    row = house.opened()
    assert (row.number, row.stage, row.shared, row.disclosed) == (1, "draft", ["need", "contact"], [])
    assert reasons(house, row) == ["No provider is chosen."]


def test_the_consent_must_name_the_kind_of_provider(house: House) -> None:
    row = house.prepared(provider=house.service(kind="social_service"))
    assert reasons(house, row) == [
        "The consent does not cover this kind of provider: Social or protection service."
    ]
    row = house.prepared()
    house.consent(services="no")
    assert reasons(house, row) == ["The consent does not cover this kind of provider: Employment service."]
    house.consent()
    house.act(row, "send")


@pytest.mark.parametrize(
    "terms",
    [
        {"agreement_from": "", "agreement_until": ""},
        {"agreement_until": "2026-11-01"},
        {"agreement_from": "2026-11-03"},
    ],
)
def test_the_agreement_must_be_in_force(house: House, terms: dict) -> None:
    row = house.prepared(provider=house.service(**terms))
    assert reasons(house, row) == ["There is no agreement in force with this provider."]


def test_an_agreement_counts_on_its_first_and_last_day(house: House) -> None:
    row = house.prepared(provider=house.service(agreement_from="2026-11-02", agreement_until="2026-11-02"))
    house.act(row, "send")
    assert house.stage(row) == "sent"


def test_a_provider_that_was_given_up_is_not_written_to(house: House) -> None:
    given_up = house.service(active="")
    row = house.opened()
    with transaction(), pytest.raises(Invalid):
        prepare(
            actor=house.worker,
            referral_id=row.id,
            provider_id=given_up.id,
            shared=["need"],
            seen=row.row_version,
        )
    row = house.prepared()
    with transaction():
        house.provider.active = False
    assert reasons(house, row) == ["The office no longer works with this provider."]


def test_a_minor_needs_the_guardian(house: House) -> None:
    house.minor(guardian=False)
    row = house.prepared()
    assert reasons(house, row) == ["The beneficiary is a minor and has no recorded guardian."]


def test_a_minor_needs_the_consent_of_the_guardian(house: House) -> None:
    house.minor()
    row = house.prepared("need", "name", "age")
    assert reasons(house, row) == ["The guardian's consent is not recorded."]
    house.consent(**CHILD)
    house.act(row, "send")
    db.session.refresh(row)
    assert {line["id"]: line["text"]["en"] for line in row.disclosed} == {
        "need": "CANARY-need", "name": "A. P.", "age": "16",
    }  # fmt: skip


def test_urgent_protection_needs_a_manager_and_a_note(house: House) -> None:
    row = house.prepared(provider=house.service(kind="social_service"))
    with pytest.raises(Forbidden):
        house.act(row, "send_urgent", URGENT)
    with pytest.raises(Invalid):
        house.act(row, "send_urgent", URGENT | {"reason": "Danger."}, actor=house.manager)
    house.act(row, "send_urgent", URGENT, actor=house.manager)
    db.session.refresh(row)
    assert (row.stage, row.urgent, row.sent_by) == ("sent", True, house.manager.user_id)


@pytest.mark.parametrize(
    "role", ["programme_officer", "finance_officer", "monitoring", "auditor", "protection_officer"]
)
def test_other_roles_neither_open_nor_prepare_nor_send(house: House, role: str) -> None:
    other, row = person(role), house.prepared()
    with pytest.raises(Forbidden):
        house.act(row, "send", actor=other)
    with transaction(), pytest.raises((Forbidden, NotFound)):
        prepare(actor=other, referral_id=row.id, provider_id=None, shared=[], seen=row.row_version)


def test_what_was_prepared_from_a_stale_page_is_not_kept(house: House) -> None:
    row = house.prepared()
    with transaction(), pytest.raises(Conflict):
        prepare(actor=house.worker, referral_id=row.id, provider_id=None, shared=[], seen=1)


def test_what_is_not_offered_cannot_be_ticked(house: House) -> None:
    row = house.opened()
    for wrong in ("note", "work_history", "nothing"):
        with transaction(), pytest.raises(Invalid):
            prepare(
                actor=house.worker,
                referral_id=row.id,
                provider_id=None,
                shared=["need", wrong],
                seen=row.row_version,
            )


def test_nothing_is_prepared_once_it_is_sent(house: House) -> None:
    row, _token = house.sent()
    with transaction(), pytest.raises(Forbidden):
        prepare(
            actor=house.worker, referral_id=row.id, provider_id=None, shared=["age"], seen=row.row_version
        )


def test_without_anything_to_tell_nothing_is_sent(house: House) -> None:
    row = house.prepared("certificates")
    assert reasons(house, row) == ["Nothing is ticked that the provider could be told."]


def test_what_is_told_stays_as_it_was_sent(house: House) -> None:
    row, _token = house.sent("need", "municipality", "schooling")
    db.session.refresh(row)
    told = [(line["id"], line["text"]["en"], line["text"]["sq"]) for line in row.disclosed]
    assert told == [
        ("need", "CANARY-need", "CANARY-need"),
        ("schooling", "High or vocational school", "E mesme ose profesionale"),
    ]
    assert row.disclosed[1]["label"]["it"] == "Istruzione"
    assert {field.id for field in shareable(house.definition())} >= {"need", "schooling"}


def test_the_clock_ends_what_nobody_answers(house: House) -> None:
    row, _token = house.sent()
    db.session.refresh(row)
    assert row.due_at.date().isoformat() == "2026-11-16"
    clock.advance(timedelta(days=13))
    assert ("referral", row.id) not in deadlines.due()
    clock.advance(timedelta(days=2))
    assert ("referral", row.id) in deadlines.due()
    with transaction():
        assert deadlines.act(kind="referral", subject_id=row.id) == "expire"
    assert house.stage(row) == "expired"
    assert house.mails("referral_withdrawn") == ["desk@work.example"]


def test_the_call_is_remembered_after_fifteen_working_days(house: House) -> None:
    row, _token = house.sent()
    house.act(row, "accept")
    house.act(row, "finish", {"result": "full"})
    clock.advance(timedelta(days=25))
    with transaction():
        assert deadlines.act(kind="referral", subject_id=row.id) == "mail"
    assert (house.stage(row), house.mails("referral_call_due")) == ("to_call", [house.worker.email])


@pytest.mark.parametrize("who", ["worker", "manager"])
def test_it_can_be_withdrawn_by_worker_and_manager(house: House, who: str) -> None:
    row, _token = house.sent()
    house.act(row, "revoke", {"reason": "She found work herself."}, actor=getattr(house, who))
    db.session.refresh(row)
    assert (row.stage, row.link_sha256, row.link_expires_at) == ("revoked", None, None)
    assert house.mails("referral_withdrawn") == ["desk@work.example"]


def test_a_draft_that_is_withdrawn_is_told_to_nobody(house: House) -> None:
    row = house.prepared()
    house.act(row, "revoke", {"reason": "She found work herself."})
    assert (house.stage(row), house.mails("referral_withdrawn")) == ("revoked", [])


def test_referrals_end_with_the_case(house: House) -> None:
    draft = house.prepared()
    row, _token = house.sent()
    with transaction():
        from fundflow.applications.service.move import move  # noqa: PLC0415 - once

        move(actor=house.worker, subject_id=house.case.id, move="withdraw", form=house.leaving())
    assert (house.stage(draft), house.stage(row)) == ("revoked", "revoked")
    assert house.mails("referral_withdrawn") == ["desk@work.example"]


def test_a_provider_without_an_address_gets_a_paper(house: House) -> None:
    row, token = house.sent(provider=house.service(email=""))
    db.session.refresh(row)
    assert (token, row.link_sha256, row.waits_for) == ("", None, ["provider", "case_worker"])
    house.act(row, "accept")
    assert house.stage(row) == "accepted"
    assert reasons(house, row, "send_again") == ["The provider has no e-mail address; give the letter."]
