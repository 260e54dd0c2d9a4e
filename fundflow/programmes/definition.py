"""A programme's definition as frozen models: `programme.yaml`, `screening.yaml`, `criteria.yaml`, `mails.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Words = dict[str, str]
PHASES = ("applications", "screening", "evaluation", "approval", "disbursement", "followup", "end")
"""The parts of a case's journey that the house knows, in order; a programme may have others of its own."""


class Part(BaseModel):
    """Base of all parts: frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HintQuestion(Part):
    """A short yes/no question before the long form, with what to say to whom it does not fit."""

    id: str
    question: Words
    expects: bool = True
    why_not: Words
    instead: Words = {}


class RequiredDocument(Part):
    """A paper that applicants should have ready."""

    id: str
    question: str
    mandatory: bool = True
    title: Words


class Heading(Part):
    """A budget heading; `most_percent` of the whole cost may stand under it."""

    id: str
    label: Words
    most_percent: int | None = None


class Evaluation(Part):
    """How many reviews a case needs and what evaluators see of each other."""

    reviewers: int = 3
    blind: bool = False
    see_others: Literal["never", "after_own", "always"] = "after_own"
    quorum: int = 3


class TranchePlan(Part):
    """A part of every award: its share in per cent, and what must have happened before it may be asked for."""

    number: int
    share: int
    title: Words
    opens: tuple[str | dict[str, str], ...] = ()


class FollowUp(Part):
    """An appointment counted in months from the day the grant starts."""

    id: str
    kind: Literal["visit", "report", "survey"]
    form: str
    months: int
    title: Words


class Term(Part):
    """A term in working days of the programme's country."""

    working_days: int


class Consents(Part):
    """The form of the consent, and the CEL conditions over its answers `a` under which it is in force."""

    form: str
    by_person: str
    by_guardian: str
    then: str | None = None


class Notice(Part):
    """A move that the clock makes so many days before a day."""

    days: int = Field(ge=1, le=366)
    move: str


class OfAge(Part):
    """From which age somebody decides alone, and the moves the clock makes as a minor comes of age in a live case.

    `consents.then` is the move made once the person, now of age, has consented for themselves.
    """

    years: int = 18
    consents: Consents | None = None
    notice: Notice | None = None
    move: str | None = None

    def clock_moves(self) -> frozenset[str]:
        """The moves that the clock makes of the case."""
        named = (
            self.move,
            self.notice.move if self.notice else None,
            self.consents.then if self.consents else None,
        )
        return frozenset(name for name in named if name is not None)


class Shareable(Part):
    """What a referral may tell a provider: an answer (`form` and `question`) or a value of a `fact`.

    `ticked` ones are proposed; a question that only some roles read, or that is sensitive, needs `restricted`.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: Words = {}
    form: str | None = None
    question: str | None = None
    fact: str | None = None
    ticked: bool = False
    restricted: bool = False


class Disclosure(Part):
    """The form of the consent, and for each kind of provider the CEL condition over its answers `a` that covers it."""

    form: str
    covers: dict[str, str]


class Referrals(Part):
    """Sending people to providers: whose consent is needed, what may be told, and how long a provider's link lasts."""

    consent: Disclosure
    link_days: int = Field(ge=1, le=366)
    shareable: tuple[Shareable, ...] = Field(min_length=1)


class Check(Part):
    """A screening check: the question, the rule behind it, and what its failure means."""

    id: str
    label: Words
    rule: Words | str = ""
    mandatory: bool = True
    reason_code: str = ""
    remedy: Words = {}
    help: Words = {}


class Screening(Part):
    """All checks of a programme, in order."""

    checks: tuple[Check, ...] = ()


class Criterion(Part):
    """A criterion of the score sheet; `weight` points of a hundred, `minimum` is the least mean that passes."""

    id: str
    label: Words
    help: Words = {}
    weight: int
    minimum: str | None = None


class Bonus(Part):
    """Points added after the pass mark is met, when a CEL condition holds."""

    id: str
    label: Words
    points: int
    when: str


class Moderation(Part):
    """How far reviews may lie apart: in points of a hundred, or in steps on one criterion; further asks the chair."""

    total: int | None = Field(default=None, ge=1, le=100)
    steps: int | None = Field(default=None, ge=1)


class Criteria(Part):
    """The grid: scale in whole steps, pass mark before bonus, and what decides between equal totals, in order.

    A tie is decided by a criterion's mean, by `least` or `most` of a CEL expression over the answers `a`, or by lot.
    """

    scale_least: int = 0
    scale_most: int = 5
    comment_required_on: tuple[int, ...] = ()
    pass_mark: int = 60
    bonus_cap: int = 0
    moderation: Moderation | None = None
    criteria: tuple[Criterion, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    ties: tuple[str | dict[Literal["least", "most"], str], ...] = ()


class Mail(Part):
    """A mail of the programme: subject and body per language."""

    subject: Words
    body: Words
    facts: tuple[str, ...] = ()


def _by_scope(value: Any) -> Any:
    return {"case": value} if isinstance(value, list) else value


class DuplicatePayments(Part):
    """Which payments are held when the same account or person was paid in another case within some months."""

    months: int = Field(ge=1, le=120)
    by: tuple[Literal["account", "person"], ...] = Field(min_length=1)
    across: Literal["programme", "office"] = "office"
    kinds: tuple[Literal["tranche", "purchase"], ...] = ("tranche",)


class ProgrammeFile(Part):
    """`programme.yaml`: who a programme is for, its figures, and where the rest of the system leans on its form."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]{1,58}$")
    kind: Literal["call", "caseload"]
    prefix: str = Field(pattern=r"^[A-Z]{2,6}$")
    country: str = Field(pattern=r"^[A-Z]{2}$")
    timezone: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    languages: tuple[str, ...]
    title: Words
    summary: Words
    application_form: str
    title_question: str | None = None
    summary_question: str | None = None
    amount_question: str | None = None
    language_question: str | None = None
    party_questions: dict[str, dict[str, str]] = {}
    sensitive: bool = False
    values: dict[str, Any] = {}
    eligibility_hint: tuple[HintQuestion, ...] = ()
    documents: tuple[RequiredDocument, ...] = ()
    headings: tuple[Heading, ...] = ()
    separation: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_by_scope)] = {}
    evaluation: Evaluation = Evaluation()
    tranches: tuple[TranchePlan, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    duplicate_payments: DuplicatePayments | None = None
    of_age: OfAge = OfAge()
    referrals: Referrals | None = None
    appeal: Term | None = None
    retention: dict[str, int] = {}
