"""Types of questions with one answer each."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from fundflow.forms.model import Base, Bound, Choice, Country, DayBound, Words

Choosing = Annotated[
    tuple[Choice, ...], Field(min_length=1, description="The options: id, label and perhaps help of each.")
]
Autocomplete = Annotated[
    str | None,
    Field(
        description="What the browser may offer of the person who answers (`name`, `bday`, `organization`)."
    ),
]
Shortest = Annotated[int, Field(description="The fewest characters.")]
Longest = Annotated[int, Field(description="The most characters; more is refused.")]
Advised = Annotated[
    int | None, Field(description="The advised most characters; more is said to be long, and taken.")
]
Smallest = Annotated[Bound | None, Field(description="The smallest number: a figure or `v.<value>`.")]
Largest = Annotated[Bound | None, Field(description="The largest number: a figure or `v.<value>`.")]
Places = Annotated[int, Field(description="How many decimal places may be written.")]
FirstDay = Annotated[
    DayBound | None,
    Field(description="The first day: `2026-12-31`, `today`, `today-18y`, `today+10d` or `v.<value>`."),
]
LastDay = Annotated[DayBound | None, Field(description="The last day, written like the first.")]
Least = Annotated[int, Field(description="The fewest that must be chosen.")]
Most = Annotated[int | None, Field(description="The most that may be chosen.")]
ListName = Annotated[
    str,
    Field(
        description="The code list: `countries`, `currencies`, `municipalities`, `counties`, `regions_it`, "
        "`sectors`, `sdg_goals` or `sdg_targets`."
    ),
]
Only = Annotated[tuple[str, ...], Field(description="The codes that may be chosen; all, if none are named.")]
TaxKind = Literal["al_nipt", "it_codicefiscale", "gr_vat"]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_CODE = re.compile("[A-Z]{3}")


class Text(Base):
    """One line of text."""

    type: Literal["text"]
    min_length: Shortest = 0
    max_length: Longest = 200
    soft_max_length: Advised = None
    pattern: str | None = Field(None, description="A regular expression for all of the text.")
    pattern_says: Words | None = Field(None, description="The words when the pattern does not fit.")
    autocomplete: Autocomplete = None


class LongText(Base):
    """Several lines of text with a counter; nothing is cut off while typing."""

    type: Literal["long_text"]
    min_length: Shortest = 0
    max_length: Longest = 3000
    soft_max_length: Advised = None
    height: int = Field(6, description="How many lines the box shows.")


class Number(Base):
    """A decimal number."""

    type: Literal["number"]
    decimals: Places = Field(0, ge=0, le=6)
    min: Smallest = None
    max: Largest = None
    unit: Words | None = Field(None, description="The unit behind the number, per language.")


class Percentage(Base):
    """A share in percent, from 0 to 100 unless told otherwise."""

    type: Literal["percentage"]
    decimals: Places = Field(0, ge=0, le=4)
    min: Smallest = 0
    max: Largest = 100


class Money(Base):
    """An amount of money, in one currency or, with `currencies`, in one that the person chooses."""

    type: Literal["money"]
    currency: Currency | None = Field(
        None, description="The currency (ISO 4217); without it, that of the programme."
    )
    currencies: Literal["any"] | Annotated[tuple[Currency, ...], Field(min_length=1)] | None = Field(
        None,
        description="The currencies of which the person chooses one, or `any`; that of the programme, else the "
        "first, is chosen to begin with. Such amounts have no limits, do not add up in `rows`, and no rule takes them.",
    )
    min_minor: Bound | None = Field(0, description="The smallest amount in cents, or `v.<value>`.")
    max_minor: Bound | None = Field(None, description="The largest amount in cents, or `v.<value>`.")

    @field_validator("currencies", mode="before")
    @classmethod
    def _any_or_codes(cls, given: Any) -> Any:
        """One sentence, where each way to write it would have its own."""
        listed = isinstance(given, list | tuple) and given and all(isinstance(each, str) for each in given)
        if given in (None, "any") or (listed and all(_CODE.fullmatch(each) for each in given)):
            return given
        raise ValueError("a list of currencies, each in three capital letters, or `any`")


class Date(Base):
    """A calendar day."""

    type: Literal["date"]
    min: FirstDay = None
    max: LastDay = None
    autocomplete: Autocomplete = None


class YesNo(Base):
    """Yes or no."""

    type: Literal["yes_no"]


class YesNoNa(Base):
    """Yes, no, or does not apply."""

    type: Literal["yes_no_na"]


class ChoiceOf(Base):
    """One of a few options: radio buttons up to seven, then a list."""

    type: Literal["choice"]
    choices: Choosing


class Choices(Base):
    """Any of a few options."""

    type: Literal["choices"]
    choices: Choosing
    least: Least = 0
    most: Most = None


class Code(Base):
    """One entry of a code list."""

    type: Literal["code"]
    list: ListName
    only: Only = ()


class Codes(Base):
    """Any entries of a code list."""

    type: Literal["codes"]
    list: ListName
    only: Only = ()
    least: Least = 0
    most: Most = None


class Email(Base):
    """An e-mail address."""

    type: Literal["email"]


class Url(Base):
    """The address of a page in the web."""

    type: Literal["url"]


class Phone(Base):
    """A telephone number."""

    type: Literal["phone"]
    prefix: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,3}$")] | None = Field(
        None, description="The country code (`+355`) that completes a number written without one."
    )


class Iban(Base):
    """A bank account (IBAN) with its check digits."""

    type: Literal["iban"]
    countries: tuple[str, ...] = Field(
        (), description="The countries in which the account may be; any, if none."
    )


class TaxNumber(Base):
    """A tax number with its check digit, of a country or of one kind."""

    type: Literal["tax_number"]
    kind: TaxKind | None = Field(None, description="A number of one kind, where a country has several.")
    country: Country | None = Field(
        None, description="The country of the number (ISO 3166), instead of a kind."
    )


class File(Base):
    """One uploaded file."""

    type: Literal["file"]
    accept: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        ("pdf", "jpg", "jpeg", "png"), description="The endings of names that are taken, without a dot."
    )
    max_mb: int = Field(10, ge=1, le=100, description="The largest file, in megabytes.")


class Declaration(Base):
    """A statement to confirm; it must be confirmed unless `required: false`."""

    type: Literal["declaration"]
    required: bool = Field(default=True, description="Whether it must be confirmed.")


class Unasked(Base):
    """What stands between questions and has no answer."""


class Heading(Unasked):
    """No question: a heading (label) with a paragraph (help)."""

    type: Literal["heading"]


class Guidance(Unasked):
    """No question: advice (help) that opens below its title (label); an empty line begins a paragraph."""

    type: Literal["guidance"]

    def model_post_init(self, context: Any, /) -> None:
        """Advice without words would be a door to an empty room."""
        super().model_post_init(context)
        if not self.help:
            raise ValueError("guidance needs its words under `help`")
