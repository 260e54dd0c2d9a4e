"""Uploaded files: the answer is a reference, the bytes are somebody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import numbers
from fundflow.forms.fields.base import Context, FieldType
from fundflow.forms.fields.control import FileAnswerField
from fundflow.forms.speech import gettext as _

_KEYS = {"file_id", "name", "size", "sha256"}


class FileField(FieldType[d.File]):
    """Stored as {file_id, name, size, sha256}; whoever stores the upload looks at its content."""

    control = "file"

    def field(self, language: str) -> Any:
        return FileAnswerField(self, language)

    def load(self, raw: Sequence[str], context: Context) -> None:
        """A form sends no answer of this type, only an upload."""
        del raw, context

    def dump(self, stored: Any, context: Context) -> str:
        del context
        return str(stored["name"]) if isinstance(stored, Mapping) else ""

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        if not isinstance(stored, Mapping) or set(stored) != _KEYS or not isinstance(stored["size"], int):
            return [_("Upload the file again.")]
        return self.upload_problems(str(stored["name"]), stored["size"])

    def upload_problems(self, name: str, size: int) -> list[str]:
        """What is wrong with a file by its name and its size in bytes."""
        ending = name.rpartition(".")[2].lower()
        if ending not in self.question.accept:
            return [
                _("Upload a file of one of these types: %(types)s.", types=", ".join(self.question.accept))
            ]
        if size > self.question.max_mb * 1_000_000:
            return [_("Upload a file of at most %(limit)s MB.", limit=self.question.max_mb)]
        return [_("This file is empty.")] if size == 0 else []

    def missing(self) -> str:
        return _("Upload a file.")

    def display(self, stored: Any, language: str) -> str:
        if not isinstance(stored, Mapping):
            return ""
        return f"{stored['name']} ({size_text(int(stored['size']), language)})"

    def cel(self, stored: Any) -> str:
        return str(stored["name"]) if isinstance(stored, Mapping) else ""

    def sample(self) -> dict[str, Any]:
        return {"file_id": "1", "name": f"a.{self.question.accept[0]}", "size": 1, "sha256": "0"}

    def csv_values(self, stored: Any) -> list[str]:
        return [self.cel(stored)]

    def faults(self) -> list[str]:
        wrong = [ending for ending in self.question.accept if ending != ending.lower() or "." in ending]
        return [f"accept: write {ending!r} in small letters without a dot" for ending in wrong]


def size_text(size: int, language: str) -> str:
    """A size in bytes for a reader."""
    for unit, bytes_each in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= bytes_each:
            tenths = Decimal(size * 10 // bytes_each) / 10
            return f"{numbers.write(tenths, language)} {unit}"
    return f"{size} B"
