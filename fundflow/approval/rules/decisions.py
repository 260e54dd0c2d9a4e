"""Guards and effects of deciding: reasons, amounts, awards, agreements, and the letters that follow."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fundflow.applications.queries import answers, latest_entry
from fundflow.approval import service
from fundflow.approval.queries import agreement_of, award_of, latest_decision
from fundflow.documents import DocumentState
from fundflow.ledger import balances
from fundflow.platform import clock
from fundflow.platform.money import show
from fundflow.workflow import Decision as Ruling
from fundflow.workflow import LetterName, MoveContext, RoleName, add_working_days, effect, guard, of_move


@guard("reason_given", help="The move's form gives a reason of at least so many characters.", reads_form=True)
def reason_given(ctx: MoveContext, least: int, question: str = "reason") -> Ruling:
    """White space at the ends does not count."""
    given = str(ctx.form.get(question) or "").strip()
    return Ruling(len(given) >= least, _l("Give a reason of at least %(least)s characters.", least=least))


@guard(
    "amount_within_recommended",
    help="The amount of the form is not above what was recommended.",
    reads_form=True,
    amounts=of_move("amount"),
)
def amount_within_recommended(ctx: MoveContext) -> Ruling:
    """Committees recommend, managers may grant less, never more."""
    recommended = latest_decision(ctx.case.id, service.RECOMMENDED)
    if recommended is None or recommended.amount_minor is None:
        return Ruling(False, _l("No amount has been recommended."))
    asked = service.amount_of_form(ctx)
    if asked.minor <= recommended.amount_minor:
        return Ruling(True)
    most = show(recommended.amount_minor, asked.currency, ctx.actor.language)
    return Ruling(False, _l("The amount is above what was recommended (%(most)s).", most=most))


@guard("standstill_over", help="So many working days have passed since the award was decided.")
def standstill_over(ctx: MoveContext, working_days: int) -> Ruling:
    """Others must have had the time to object."""
    award = award_of(ctx.case.id)
    if award is None:
        return Ruling(False, _l("There is no award yet."))
    last = add_working_days(
        clock.day_of(award.awarded_at, ctx.case.call.timezone), working_days, ctx.definition.programme.country
    )
    if clock.today(ctx.case.call.timezone) > last:
        return Ruling(True)
    return Ruling(False, _l("The standstill lasts until %(day)s.", day=last.isoformat()))


@guard(
    "bank_proof_present",
    says=_l("The bank details lack an IBAN or the bank's proof of it."),
    help="The bank details have been handed in with a proof.",
)
def bank_proof_present(
    ctx: MoveContext, form: str = "bank_details", iban: str = "iban", proof: str = "proof"
) -> bool:
    """Finance compares both before it certifies."""
    given = answers(latest_entry(ctx.case.id, form, submitted=True))
    return bool(given.get(iban)) and bool(given.get(proof))


@guard(
    "agreement_offered",
    help="The agreement has been offered and its PDF exists, so that it can be read first.",
)
def agreement_offered(ctx: MoveContext) -> Ruling:
    """Nobody signs what he cannot read."""
    row = agreement_of(ctx.case.id)
    if row is None:
        return Ruling(False, _l("The agreement has not been offered yet."))
    if row[1].state != DocumentState.rendered:
        return Ruling(False, _l("The agreement is being prepared; try again in a minute."))
    return Ruling(True)


@guard(
    "agreement_unsigned",
    says=_l("The agreement has been signed already."),
    help="The applicant has not signed yet.",
)
def agreement_unsigned(ctx: MoveContext) -> bool:
    """A signature is given once."""
    row = agreement_of(ctx.case.id)
    return row is None or row[0].signed_at is None


@guard("offered_hash_matches", help="What was signed is, byte for byte, what was offered.")
def offered_hash_matches(ctx: MoveContext) -> Ruling:
    """The signature holds the hash of the PDF that was shown."""
    row = agreement_of(ctx.case.id)
    if row is None or row[0].signed_at is None:
        return Ruling(False, _l("The applicant has not signed the agreement yet."))
    same = row[0].signed_sha256 == row[1].pdf_sha256
    return Ruling(same, _l("The signed agreement is not the one that was offered."))


@guard(
    "entitlement_covers_plan", help="The plan's sum is within the entitlement of the confirmed eligibility."
)
def entitlement_covers_plan(ctx: MoveContext) -> Ruling:
    """Ceilings per person and per household come from the programme's entitlement table."""
    plan = ctx.facts["plan"]
    entitled = plan["entitlement"]
    if entitled is None:
        return Ruling(False, _l("No entitlement is recorded for this case."))
    if plan["total"]["minor"] <= entitled["minor"]:
        return Ruling(True)
    most = show(entitled["minor"], entitled["currency"], ctx.actor.language)
    return Ruling(False, _l("The plan costs more than the entitlement of %(most)s.", most=most))


@guard(
    "line_has_room",
    help="The budget line holds the amount that is to be reserved.",
    amounts=of_move("amount"),
)
def line_has_room(ctx: MoveContext) -> Ruling:
    """Asked again, under a lock, when the reservation is posted."""
    available = balances(ctx.case.call.line_id).get("available", 0)
    amount = service.amount_to_reserve(ctx)
    if amount.minor <= available:
        return Ruling(True)
    left = show(available, amount.currency, ctx.actor.language)
    return Ruling(False, _l("The budget line has only %(left)s left.", left=left))


@effect(
    "recommend_amount",
    help="Records the committee's recommendation: amount, conditions, reason.",
    amounts=of_move("amount"),
)
def recommend_amount(ctx: MoveContext) -> None:
    """A later recommendation stands in place of an earlier one."""
    service.record_decision(ctx, outcome=service.RECOMMENDED)


@effect(
    "record_decision",
    help="Records a decision with the form's reason, amount and conditions.",
    amounts=of_move("amount"),
)
def record_decision(ctx: MoveContext, outcome: str) -> None:
    """A decision is never changed, only followed by another."""
    service.record_decision(ctx, outcome=outcome)


@effect(
    "create_award",
    help="Makes the award, of the form's amount or of the plan's sum.",
    amounts=of_move("amount"),
)
def create_award(ctx: MoveContext) -> None:
    """A revised plan changes the amount of the award that exists."""
    service.create_award(ctx)


@effect(
    "reserve",
    help="Reserves the recommended (or awarded) amount on the call's budget line.",
    money=True,
    amounts=of_move("amount"),
)
def reserve(ctx: MoveContext) -> None:
    """Available becomes reserved; refused when the line holds less."""
    amount = service.amount_to_reserve(ctx)
    if amount.minor:
        service.post_for_case(ctx, "reserved", source="available", target="reserved", amount=amount)


@effect("obligate", help="Commits the award; what was reserved above it becomes available again.", money=True)
def obligate(ctx: MoveContext) -> None:
    """Reserved becomes obligated by the signed amount, the rest is released."""
    award = award_of(ctx.case.id)
    if award is None:
        return
    service.post_for_case(
        ctx, "obligated", source="reserved", target="obligated", amount=service.money_of(award)
    )
    service.release(ctx, "reserved")


@effect("release_reserved", help="Frees whatever is still reserved for the case.")
def release_reserved(ctx: MoveContext) -> None:
    """Nothing reserved, nothing to do."""
    service.release(ctx, "reserved")


@effect("release_obligated", help="Frees whatever is still committed to the case and will not be paid.")
def release_obligated(ctx: MoveContext) -> None:
    """At closing and termination: the unspent balance goes back to the line."""
    service.release(ctx, "obligated")


@effect("offer_agreement", help="Issues the agreement as a document and offers it for signature.")
def offer_agreement(ctx: MoveContext, letter: LetterName) -> None:
    """A new offer supersedes one that was not signed."""
    service.offer_agreement(ctx, letter)


@effect("sign_agreement", help="Records the applicant's signature on the hash of the offered PDF.")
def sign_agreement(ctx: MoveContext, question: str = "typed_name") -> None:
    """The typed name counts as signature."""
    service.sign(ctx, name=str(ctx.form.get(question) or ""))


@effect(
    "countersign_agreement", help="Records the office's signature and the day on which the project starts."
)
def countersign_agreement(ctx: MoveContext, starts: str = "starts_on", months: str = "months") -> None:
    """The end follows from the months that the application plans."""
    service.countersign(ctx, starts=starts, months=months)


@effect("issue", help="Issues a letter of the programme as a numbered PDF.")
def issue(ctx: MoveContext, letter: LetterName, to: RoleName = "applicant") -> None:
    """Its facts are frozen now; a worker makes the PDF after the commit. An import may go without receipts."""
    if ctx.notes.get("letters") != "none":
        service.issue_letter(ctx, letter=letter)
