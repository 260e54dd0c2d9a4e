"""The form format: what `forms/<id>.yaml` may say, as frozen models that refuse every unknown key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, field_validator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Words = Annotated[dict[Language, str], Field(min_length=1)]
Cel = Annotated[str, StringConstraints(min_length=1)]
Bound = int | str  # a decimal number, or `v.<name>`: a value of the programme
DayBound = str  # an ISO date, `today`, `today+10d`, `today-18y` (d, w, m, y), or `v.<name>`
T = TypeVar("T")


class Model(BaseModel):
    """A frozen part of a definition, with room for what others derive from it once."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    _derived: dict[Any, Any] = PrivateAttr(default_factory=dict)


def derived(model: Model, key: Any, make: Callable[[], T]) -> T:
    """What `make` gives, kept on the definition object for as long as that lives."""
    kept: dict[Any, Any] = model._derived  # noqa: SLF001 - this function is the attribute's only reader
    if key not in kept:
        kept[key] = make()
    found: T = kept[key]
    return found


class Choice(Model):
    """One thing to choose."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    label: Words
    help: Words | None = None


class Base(Model):
    """What all questions have."""

    id: Id
    label: Words
    help: Words | None = None
    required: bool = False
    show_if: Cel | None = None
    required_if: Cel | None = None


class Text(Base):
    """One line; `pattern` is a regular expression for all of it, `pattern_says` the words when it fails."""

    type: Literal["text"]
    min_length: int = 0
    max_length: int = 200
    pattern: str | None = None
    pattern_says: Words | None = None
    autocomplete: str | None = None


class LongText(Base):
    """Several lines, with a counter; the limit is told, never enforced while typing."""

    type: Literal["long_text"]
    min_length: int = 0
    max_length: int = 3000
    height: int = 6


class Number(Base):
    """A decimal number with at most `decimals` places."""

    type: Literal["number"]
    decimals: int = Field(0, ge=0, le=6)
    min: Bound | None = None
    max: Bound | None = None
    unit: Words | None = None


class Percentage(Base):
    """A share in percent, 0 to 100 unless told."""

    type: Literal["percentage"]
    decimals: int = Field(0, ge=0, le=4)
    min: Bound | None = 0
    max: Bound | None = 100


class Money(Base):
    """An amount; limits are minor units. Its currency, unless named, is the programme's value `currency`."""

    type: Literal["money"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    min_minor: Bound | None = 0
    max_minor: Bound | None = None


class Date(Base):
    """A calendar day."""

    type: Literal["date"]
    min: DayBound | None = None
    max: DayBound | None = None
    autocomplete: str | None = None


class YesNo(Base):
    """Stored as `yes` or `no`."""

    type: Literal["yes_no"]


class YesNoNa(Base):
    """Stored as `yes`, `no` or `na` (does not apply)."""

    type: Literal["yes_no_na"]


class ChoiceOf(Base):
    """One of a few; radio buttons up to seven, then a list."""

    type: Literal["choice"]
    choices: Annotated[tuple[Choice, ...], Field(min_length=1)]


class Choices(Base):
    """Any of a few, at most `most` of them."""

    type: Literal["choices"]
    choices: Annotated[tuple[Choice, ...], Field(min_length=1)]
    least: int = 0
    most: int | None = None


class Code(Base):
    """One of a code list of `fundflow.forms.codes`, perhaps cut down to `only` these codes."""

    type: Literal["code"]
    only: tuple[str, ...] = ()
    list: str


class Email(Base):
    """A mail address."""

    type: Literal["email"]


class Phone(Base):
    """A telephone number, kept as +digits; `prefix` (`+355`) completes one written without country code."""

    type: Literal["phone"]
    prefix: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,3}$")] | None = None


class Iban(Base):
    """A bank account, perhaps only of these countries."""

    type: Literal["iban"]
    countries: tuple[str, ...] = ()


class TaxNumber(Base):
    """A tax number with its check digit."""

    type: Literal["tax_number"]
    kind: Literal["al_nipt", "it_codicefiscale", "gr_vat"]


class File(Base):
    """One uploaded file. `accept` are name endings without a dot."""

    type: Literal["file"]
    accept: Annotated[tuple[str, ...], Field(min_length=1)] = ("pdf", "jpg", "jpeg", "png")
    max_mb: int = Field(10, ge=1, le=100)


class Declaration(Base):
    """A statement to confirm; stored as true. It must be confirmed unless `required: false`."""

    type: Literal["declaration"]
    required: bool = True


class Heading(Base):
    """No question: a heading (label) with a paragraph (help)."""

    type: Literal["heading"]


Column = Annotated[
    Text | LongText | Number | Percentage | Money | Date | YesNo | YesNoNa | ChoiceOf | Code | Email | Phone
    | Iban | TaxNumber,
    Field(discriminator="type"),
]  # fmt: skip


class Computed(Model):
    """A column that is worked out: exact arithmetic over `r.<column>`, rounded once, half up."""

    label: Words
    type: Literal["money", "number", "percentage"] = "money"
    value: Cel
    decimals: int = Field(0, ge=0, le=6)


class SumOf(Model):
    """The sum of a column over the rows for which `where` (CEL over `r` and `v`) holds."""

    of: Id
    where: Cel | None = None
    label: Words | None = None


class Rows(Base):
    """Repeating rows with computed columns and sums; `{total: cost}` is short for `{total: {of: cost}}`."""

    type: Literal["rows"]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    computed: dict[Id, Computed] = {}
    sums: dict[Id, SumOf] = {}
    min_rows: int = Field(0, ge=0)
    max_rows: int = Field(50, ge=1, le=200)

    @field_validator("sums", mode="before")
    @classmethod
    def _short_form(cls, sums: Any) -> Any:
        if isinstance(sums, dict):
            return {name: {"of": of} if isinstance(of, str) else of for name, of in sums.items()}
        return sums


AnyQuestion = Annotated[
    Text | LongText | Number | Percentage | Money | Date | YesNo | YesNoNa | ChoiceOf | Choices | Code | Email
    | Phone | Iban | TaxNumber | File | Rows | Declaration | Heading,
    Field(discriminator="type"),
]  # fmt: skip


class Rule(Model):
    """A condition over several answers that must hold; `at` is the question beside which `says` stands."""

    when: Cel
    at: Id
    says: Words


class Section(Model):
    """A page of questions."""

    id: Id
    title: Words
    help: Words | None = None
    sensitive: bool = False
    read_by: tuple[Id, ...] = ()
    show_if: Cel | None = None
    questions: tuple[AnyQuestion, ...]
    rules: tuple[Rule, ...] = ()


class Fill(Model):
    """Who fills the form in which stages; `many`: a record that repeats."""

    by: tuple[Id, ...] = ()
    stages: tuple[Id, ...] = Field((), alias="in")
    many: bool = False


class Form(Model):
    """A whole form; `id` is the name of its file."""

    id: str = ""
    title: Words
    help: Words | None = None
    fill: Fill = Fill()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    def questions(self) -> Iterator[AnyQuestion]:
        """All questions in order, headings included."""
        for section in self.sections:
            yield from section.questions

    def question(self, question_id: str) -> AnyQuestion:
        """The question of that id; raises KeyError."""
        index = derived(self, "questions", lambda: {question.id: question for question in self.questions()})
        return index[question_id]

    def section(self, section_id: str) -> Section:
        """The section of that id; raises KeyError."""
        index = derived(self, "sections", lambda: {section.id: section for section in self.sections})
        return index[section_id]

    def section_of(self, question_id: str) -> Section:
        """The section in which a question stands; raises KeyError."""
        index = derived(self, "homes", lambda: {q.id: s for s in self.sections for q in s.questions})
        return index[question_id]
