"""The WTForms fields behind questions: they read what was sent and leave each rule to the question's type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.fields.core import Label

from fundflow.forms.speech import gettext as _

if TYPE_CHECKING:
    from fundflow.forms.fields.base import Context, FieldType


class AnswerField(Field):
    """One question of a page: `data` is stored JSON, `path` its name in messages, `sent`: was it posted."""

    def __init__(
        self,
        answer: FieldType[Any],
        language: str,
        *,
        name: str = "",
        context: Context | None = None,
        path: str | None = None,
        _form: Any = None,
        **_binding: Any,
    ) -> None:
        # WTForms' own constructor prepares widgets, filters and validators, none of which are used here.
        self.answer = answer
        self.question = answer.question
        self.name = self.short_name = self.id = name
        self.path = path or answer.question.id
        self.label = Label(name, answer.label(language))
        self.control = answer.control
        self.context: Context = context or _form.context
        self.data: Any = None
        self.raw_data: list[str] | None = None
        self.errors: list[str] = []
        self.process_errors: list[str] = []
        self.faulty = ""  # the part of the answer that they are about
        self.sent = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the stored answer, then what was posted; what cannot be read is an error but stays."""
        del extra_filters
        self.data = self.object_data = data
        if formdata is not None and self.name in formdata:
            self.take(self.posted(formdata, self.name))

    def posted(self, formdata: Any, name: str) -> list[str]:
        """The texts that were sent for the controls of that name."""
        found: list[str] = formdata.getlist(name)
        return found

    def take(self, raw: list[str]) -> None:
        """Read posted texts."""
        self.sent, self.raw_data = True, raw
        try:
            self.data = self.answer.load(raw, self.context)
        except ValueError as bad:
            self.process_errors, self.faulty = [str(bad)], getattr(bad, "part", "")

    @property
    def faulty_path(self) -> str:
        """The path of what could not be read."""
        return f"{self.path}.{self.faulty}" if self.faulty else self.path

    @property
    def value(self) -> str:
        """What stands in the input: the posted text as it was, else the stored answer."""
        if self.raw_data is not None:
            return self.raw_data[-1] if self.raw_data else ""
        return self.answer.dump(self.data, self.context)

    @property
    def selected(self) -> list[str]:
        """The ids that are ticked."""
        if self.raw_data is not None:
            return self.raw_data
        return self.data if isinstance(self.data, list) else []

    # ------------------------------------------------------------------------------------- for templates
    @property
    def suffix(self) -> str:
        """What stands behind the input: a currency, a unit, a percent sign."""
        return self.answer.suffix(self.context)

    @property
    def counter(self) -> int | None:
        """Characters to count down from."""
        return self.answer.counter

    @property
    def options_markup(self) -> Markup:
        """The options of a list, the chosen one marked."""
        options, chosen = self.answer.options_html(self.context.language), self.value
        mark = f'<option value="{escape(chosen)}"'
        return Markup(options.replace(mark, f"{mark} selected", 1) if chosen else options)  # noqa: S704 - escaped

    def described(self, error: str | None) -> str:
        """The ids of what describes the control: help, message, unit, counter."""
        parts = ["help"] if self.question.help else []
        if self.control == "file":
            parts.append("hint")
        if self.control == "signature":
            parts.append("statement")
        if error:
            parts.append("error")
        if self.control == "input" and self.suffix:
            parts.append("unit")
        if self.control in ("input", "textarea") and self.counter:
            parts.append("count")
        return " ".join(f"{self.id}-{part}" for part in parts)


class FileAnswerField(AnswerField):
    """An upload beside the stored reference; the view stores it, and its reference becomes the answer."""

    upload: FileStorage | None = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the stored reference, a wish to remove it, and a new file."""
        del extra_filters
        self.data = self.object_data = data
        if formdata is not None and formdata.get(f"{self.name}-remove"):
            self.sent, self.data = True, None

    def offer(self, upload: FileStorage | None) -> None:
        """Look at an uploaded file: its name and its size."""
        if upload is None or not upload.filename:
            return
        self.upload, self.sent = upload, True
        upload.stream.seek(0, 2)
        size = upload.stream.tell()
        upload.stream.seek(0)
        self.process_errors = self.answer.upload_problems(upload.filename, size)  # type: ignore[attr-defined]

    @property
    def stored_text(self) -> str:
        """The stored file as a reader sees it."""
        return self.answer.display(self.data, self.context.language)

    @property
    def accept(self) -> str:
        """The endings for the browser's file dialog."""
        return ",".join(f".{ending}" for ending in self.question.accept)

    @property
    def hint(self) -> str:
        """Which files may be uploaded."""
        types, limit = ", ".join(self.question.accept), self.question.max_mb
        return _("%(types)s; at most %(limit)s MB.", types=types, limit=limit)
