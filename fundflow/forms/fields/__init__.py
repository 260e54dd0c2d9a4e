"""Question types, one class each; a new type is a model in `definition`, a module here and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType, Line, Table
from fundflow.forms.fields.choices import ChoicesField
from fundflow.forms.fields.codes import CodesField
from fundflow.forms.fields.date_range import DateRangeField
from fundflow.forms.fields.declaration import DeclarationField
from fundflow.forms.fields.file import FileField
from fundflow.forms.fields.group import GroupField
from fundflow.forms.fields.guidance import GuidanceField
from fundflow.forms.fields.heading import HeadingField
from fundflow.forms.fields.matrix import MatrixField
from fundflow.forms.fields.person import AddressField, OrganisationField, PersonField
from fundflow.forms.fields.rows import RowsField
from fundflow.forms.fields.signature import SignatureField
from fundflow.forms.fields.simple import SIMPLE

__all__ = [
    "BadInput",
    "Context",
    "FieldType",
    "GroupField",
    "Line",
    "RowsField",
    "Table",
    "of",
    "parts_of",
    "read_parts",
]

_TYPES: Mapping[type[d.Base], Callable[[Any], FieldType[Any]]] = {
    **SIMPLE,
    d.Choices: ChoicesField,
    d.Codes: CodesField,
    d.DateRange: DateRangeField,
    d.Person: PersonField,
    d.Organisation: OrganisationField,
    d.Address: AddressField,
    d.File: FileField,
    d.Rows: RowsField,
    d.Matrix: MatrixField,
    d.Declaration: DeclarationField,
    d.Signature: SignatureField,
    d.Heading: HeadingField,
    d.Guidance: GuidanceField,
}


def parts_of(question: d.Parts) -> tuple[str, ...]:
    """The names of a question's parts that are asked."""
    return tuple(of(question).parts)  # type: ignore[attr-defined]


def read_parts(question: d.Parts, texts: Mapping[str, str], context: Context) -> dict[str, Any]:
    """The stored answer from a text for each part; raises BadInput with the part's name."""
    return of(question).gather(texts, context)  # type: ignore[attr-defined, no-any-return]


def of(question: d.Base) -> FieldType[Any]:
    """The question with the behaviour of its type, made once per definition object."""
    return d.derived(question, "type", lambda: _TYPES[type(question)](question))
