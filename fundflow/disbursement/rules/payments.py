"""Effects of paying: opened, certified, authorised and released, each by another person."""

from __future__ import annotations

from fundflow.disbursement.service import payments
from fundflow.workflow import MoveContext, effect, of_move


@effect(
    "open_payment", help="Opens the payment of a tranche, or of a purchase's invoice, to the payee on record."
)
def open_payment(ctx: MoveContext) -> None:
    """An earlier payment that was returned or refused by the bank is void."""
    payments.open_payment(ctx)


@effect(
    "certify_payment",
    help="The first person: papers and account are in order. The voucher is the form's, else the next.",
    money=True,
)
def certify_payment(ctx: MoveContext) -> None:
    """Refused without an account to pay into."""
    payments.certify(ctx)


@effect(
    "authorise_payment",
    help="The second person, who types the `amount` again: it must be equal.",
    money=True,
    amounts=of_move("amount"),
)
def authorise_payment(ctx: MoveContext) -> None:
    """Refused for another amount or for the certifier."""
    payments.authorise(ctx)


@effect(
    "release_payment",
    help="The third person: the bank has the order (`bank_reference`, `paid_on`). The money is spent.",
    money=True,
)
def release_payment(ctx: MoveContext) -> None:
    """Refused a second time; what a purchase had committed beyond its invoice is freed."""
    payments.release(ctx)


@effect("send_back_payment", help="The bank did not take it: void, with the bank's reason code and words.")
def send_back_payment(ctx: MoveContext, code: str = "code", note: str = "reason") -> None:
    """`code` and `note` are questions of the move's form; the code is one of ISO 20022, in either case of letters."""
    payments.send_back(ctx, code=str(ctx.form.get(code) or ""), note=str(ctx.form.get(note) or ""))


@effect(
    "void_payment", help="Cancels the payment that is under way, when its tranche or purchase is given up."
)
def void_payment(ctx: MoveContext) -> None:
    """Nothing under way, nothing to do; refused for a payment that has been released."""
    payments.void(ctx)
