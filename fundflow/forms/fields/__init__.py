"""Question types, one class each; a new type is a model in `definition`, a module here and a line below."""

from __future__ import annotations

from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType, Line, Table
from fundflow.forms.fields.choices import ChoicesField
from fundflow.forms.fields.declaration import DeclarationField
from fundflow.forms.fields.file import FileField
from fundflow.forms.fields.heading import HeadingField
from fundflow.forms.fields.rows import RowsField
from fundflow.forms.fields.simple import SIMPLE

__all__ = ["BadInput", "Context", "FieldType", "Line", "RowsField", "Table", "of"]

_TYPES: dict[type[d.Base], type[FieldType[Any]]] = SIMPLE | {
    d.Choices: ChoicesField,
    d.File: FileField,
    d.Rows: RowsField,
    d.Declaration: DeclarationField,
    d.Heading: HeadingField,
}


def of(question: d.Base) -> FieldType[Any]:
    """The question with the behaviour of its type, made once per definition object."""
    return d.derived(question, "type", lambda: _TYPES[type(question)](question))
