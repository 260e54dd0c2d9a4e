"""The WTForms field behind questions with parts: the controls of the parts under one name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fundflow.forms.fields.control import AnswerField

if TYPE_CHECKING:
    from fundflow.forms.fields.group import GroupField


class PartField(AnswerField):
    """A part as a control: names and streets are short, so nothing is counted."""

    @property
    def counter(self) -> int | None:
        """None: see above."""
        return None


class GroupAnswerField(AnswerField):
    """`q_home` is sent as a mark, and each part as `q_home-<part>`; a part not read leaves what stood there."""

    answer: GroupField[Any]
    cells: list[AnswerField]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the stored parts, then what was posted for each."""
        del extra_filters
        self.data = self.object_data = data
        self.sent = formdata is not None and self.name in formdata
        before = data if isinstance(data, dict) else {}
        self.cells = []
        for name, part in self.answer.parts.items():
            cell = PartField(
                part, self.context.language, name=f"{self.name}-{name}", path=f"{self.path}.{name}",
                context=self.context, _form=None,
            )  # fmt: skip
            cell.data = before.get(name)
            if self.sent:
                cell.take(formdata.getlist(cell.name))
            self.cells.append(cell)
        if self.sent:
            read = {cell.question.id: cell.data for cell in self.cells}
            self.data = self.answer.assemble(read, before, self.context)

    @property
    def process_messages(self) -> dict[str, str]:
        """Path -> what could not be read, for parts."""
        return {cell.path: cell.process_errors[0] for cell in self.cells if cell.process_errors}

    @property
    def signed(self) -> str:
        """Who signed and when, for signatures."""
        told = getattr(self.answer, "signed", None)
        return told(self.data, self.context.language) if told else ""
