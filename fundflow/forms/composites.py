"""Types of questions whose answer has parts: rows, groups of fields, a matrix, a signature."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from fundflow.forms import questions as q
from fundflow.forms.model import Base, Bound, Cel, Choice, Country, Id, Model, Words

Column = Annotated[
    q.Text | q.LongText | q.Number | q.Percentage | q.Money | q.Date | q.YesNo | q.YesNoNa | q.ChoiceOf | q.Code
    | q.Email | q.Url | q.Phone | q.Iban | q.TaxNumber,
    Field(discriminator="type"),
]  # fmt: skip
PersonPart = Literal["name", "birth_on", "role", "email", "phone"]
OrganisationPart = Literal["name", "tax_number", "register_number", "country", "website", "email", "phone"]
AddressPart = Literal["street", "postal_code", "place", "region", "country"]
Own = Annotated[
    bool,
    Field(description="Whether it is about the person who answers, so that browsers offer what they know."),
]


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
    """A table of repeating rows with columns that are worked out, and sums (`{total: cost}`)."""

    type: Literal["rows"]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)] = Field(
        description="The columns: questions of the types with a single answer."
    )
    computed: dict[Id, Computed] = Field(
        {}, description="Columns that are worked out: name -> label and value."
    )
    sums: dict[Id, SumOf] = Field(
        {}, description="Sums: name -> column, or `{of: column, where: condition, label: words}`."
    )
    min_rows: int = Field(0, ge=0, description="The fewest rows.")
    max_rows: int = Field(50, ge=1, le=200, description="The most rows.")

    @field_validator("sums", mode="before")
    @classmethod
    def _short_form(cls, sums: Any) -> Any:
        if isinstance(sums, dict):
            return {name: {"of": of} if isinstance(of, str) else of for name, of in sums.items()}
        return sums

    @property
    def sum_names(self) -> tuple[str, ...]:
        """The sums of the table."""
        return tuple(self.sums)


class Parts(Base):
    """What questions with labelled parts share."""

    labels: dict[Id, Words] = Field({}, description="Other words for parts: part -> label per language.")


class DateRange(Parts):
    """A first and a last day."""

    type: Literal["date_range"]
    min: q.FirstDay = None
    max: q.LastDay = None
    least_days: Bound | None = Field(None, description="The fewest days, both ends counted, or `v.<value>`.")
    most_days: Bound | None = Field(None, description="The most days, both ends counted, or `v.<value>`.")


class Person(Parts):
    """A person: name, and as asked date of birth, role, e-mail and telephone."""

    type: Literal["person"]
    ask: tuple[PersonPart, ...] = Field(
        ("name", "email", "phone"),
        description="The parts asked: `name`, `birth_on`, `role`, `email`, `phone`.",
    )
    need: tuple[PersonPart, ...] = Field(("name",), description="The parts that must be answered.")
    prefix: str | None = Field(None, description="The country code of telephone numbers (`+355`).")
    own: Own = True


class Organisation(Parts):
    """An organisation: name, and as asked its numbers, country, website, e-mail and telephone."""

    type: Literal["organisation"]
    ask: tuple[OrganisationPart, ...] = Field(
        ("name", "tax_number"),
        description="The parts asked: `name`, `tax_number`, `register_number`, `country`, `website`, `email`, "
        "`phone`.",
    )
    need: tuple[OrganisationPart, ...] = Field(("name",), description="The parts that must be answered.")
    tax_country: Country | None = Field(
        None, description="The country of the tax number; without it, any text."
    )
    prefix: str | None = Field(None, description="The country code of telephone numbers (`+355`).")
    own: Own = True


class Address(Parts):
    """A postal address."""

    type: Literal["address"]
    ask: tuple[AddressPart, ...] = Field(
        ("street", "postal_code", "place", "country"),
        description="The parts asked: `street`, `postal_code`, `place`, `region`, `country`.",
    )
    need: tuple[AddressPart, ...] = Field(("street", "place"), description="The parts that must be answered.")
    places: str | None = Field(
        None, description="A code list (`municipalities`) of which the place is chosen."
    )
    countries: tuple[str, ...] = Field(
        (), description="The countries that may be chosen; any, if none are named."
    )
    own: Own = True


class Score(Choice):
    """A step of a scale, with what it counts."""

    points: int | None = None


class Matrix(Parts):
    """The same scale for several things: one choice in each row, with a total where the steps have points."""

    type: Literal["matrix"]
    rows: Annotated[
        tuple[Choice, ...], Field(min_length=1, description="What is judged: id and label of each.")
    ]
    scale: Annotated[tuple[Score, ...], Field(min_length=2)] = Field(
        description="The steps of the scale: id, label and perhaps `points` of each."
    )

    @property
    def sum_names(self) -> tuple[str, ...]:
        """The total, where every step has points."""
        return ("total",) if all(step.points is not None for step in self.scale) else ()


class Signature(Parts):
    """A typed name with a day under a statement; who signed with which account and when is kept beside it."""

    type: Literal["signature"]
    statement: Words = Field(
        description="What is signed, per language; its words are kept with the signature."
    )
