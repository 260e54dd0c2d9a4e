"""The form format: what `forms/<id>.yaml` may say, as frozen models that refuse every unknown key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from fundflow.forms.composites import (
    Address,
    Column,
    Computed,
    DateRange,
    Matrix,
    Organisation,
    Parts,
    Person,
    Rows,
    Score,
    Signature,
    SumOf,
)
from fundflow.forms.model import Base, Bound, Cel, Choice, Id, Model, Words, derived
from fundflow.forms.questions import (
    ChoiceOf,
    Choices,
    Code,
    Codes,
    Date,
    Declaration,
    Email,
    File,
    Guidance,
    Heading,
    Iban,
    LongText,
    Money,
    Number,
    Percentage,
    Phone,
    TaxNumber,
    Text,
    Unasked,
    Url,
    YesNo,
    YesNoNa,
)

__all__ = [
    "Address", "AnyQuestion", "Base", "Bound", "Cel", "Choice", "ChoiceOf", "Choices", "Code", "Codes",
    "Column", "Computed", "Date", "DateRange", "Declaration", "Email", "File", "Fill", "Form", "Guidance",
    "Heading", "Iban", "Id", "LongText", "Matrix", "Model", "Money", "Number", "Organisation", "Parts",
    "Percentage", "Person", "Phone", "Rows", "Rule", "Score", "Section", "Signature", "SumOf", "TaxNumber",
    "Text", "Unasked", "Url", "Words", "YesNo", "YesNoNa", "derived", "part_model",
]  # fmt: skip

AnyQuestion = Annotated[
    Text | LongText | Number | Percentage | Money | Date | DateRange | YesNo | YesNoNa | ChoiceOf | Choices | Code
    | Codes | Person | Organisation | Address | Email | Url | Phone | Iban | TaxNumber | File | Rows | Matrix
    | Declaration | Signature | Heading | Guidance,
    Field(discriminator="type"),
]  # fmt: skip


_SIMPLE: dict[str, type[Base]] = {
    "text": Text, "date": Date, "choice": ChoiceOf, "code": Code, "email": Email, "url": Url, "phone": Phone,
    "tax_number": TaxNumber,
}  # fmt: skip


def part_model(kind: str) -> type[Base]:
    """The model of a type that may be a part of a question; raises KeyError."""
    return _SIMPLE[kind]


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

    def named(self, name: str) -> tuple[AnyQuestion, str] | None:
        """The question behind a name of conditions, and the sum if it is one (`budget_total`); None for no name."""
        index = derived(
            self,
            "names",
            lambda: (
                {q.id: (q, "") for q in self.questions()}
                | {f"{q.id}_{total}": (q, total) for q in self.questions() for total in q.sum_names}
            ),
        )
        return index.get(name)

    def section(self, section_id: str) -> Section:
        """The section of that id; raises KeyError."""
        index = derived(self, "sections", lambda: {section.id: section for section in self.sections})
        return index[section_id]

    def section_of(self, question_id: str) -> Section:
        """The section in which a question stands; raises KeyError."""
        index = derived(self, "homes", lambda: {q.id: s for s in self.sections for q in s.questions})
        return index[question_id]
