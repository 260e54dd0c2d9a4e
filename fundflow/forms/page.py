"""The WTForms form behind a page: a section of a definition, its stored answers and what was posted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Form

from fundflow.forms import browser, fields
from fundflow.forms import definition as d
from fundflow.forms.fields import Context
from fundflow.forms.fields.control import AnswerField, FileAnswerField
from fundflow.forms.fields.group_control import GroupAnswerField
from fundflow.forms.fields.rows_control import RowsAnswerField
from fundflow.forms.reading import Reading
from fundflow.forms.speech import gettext as _
from fundflow.forms.validation import Problems, question_problems, rule_problems
from fundflow.forms.wording import fill


class PageForm(Form):
    """Questions as `q_<id>` fields; `problems` (path -> sentence) is filled by `validate`."""

    form_def: d.Form
    sections: tuple[d.Section, ...]

    def __init__(
        self,
        formdata: Any,
        *,
        context: Context,
        answers: Mapping[str, Any],
        files: Mapping[str, FileStorage] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        self.context = context
        self.stored = answers
        self.only = only
        self.problems: Problems = {}
        self._trees: dict[str, str] = {}
        self.posted = formdata is not None
        self._files = files or {}
        super().__init__(formdata)

    def process(self, formdata: Any = None, *_args: Any, **_kwargs: Any) -> None:
        """Give each field its stored answer and what was posted for it; a locked question takes nothing."""
        for field in self:
            posted = formdata if self.open(field.question.id) else None
            field.process(posted, self.stored.get(field.question.id))
            if isinstance(field, FileAnswerField) and posted is not None:
                field.offer(self._files.get(field.name))

    def open(self, question_id: str) -> bool:
        """Whether the question may be answered on this page."""
        return self.only is None or question_id in self.only

    def answers(self) -> dict[str, Any]:
        """All answers of the form with what was posted; text that could not be read leaves the old answer."""
        merged = dict(self.stored)
        for field in self:
            if field.sent and not field.process_errors:
                merged[field.question.id] = field.data
        return merged

    def uploads(self) -> dict[str, FileStorage]:
        """Question id -> a new file that passed the checks of name and size."""
        files = (field for field in self if isinstance(field, FileAnswerField))
        return {
            field.question.id: field.upload for field in files if field.upload and not field.process_errors
        }

    @cached_property
    def reading(self) -> Reading:
        """The answers as conditions see them."""
        return Reading(self.form_def, self.answers(), self.context.values, self.context.today)

    def validate(self, extra_validators: Any = None, *, partial: bool = False) -> bool:
        """Check what is on the page by the same rules as stored answers; `partial`: a draft may have gaps."""
        del extra_validators
        found: Problems = {}
        for field in self:
            if self.reading.shows(field.question.id) and self.open(field.question.id):
                found |= self._field_problems(field, partial=partial)
        if not partial:
            found |= rule_problems(self.sections, self.reading, self.context, found)
        self.problems = found
        for field in self:
            field.errors = [found[path] for path in found if path.partition(".")[0] == field.question.id]
        return not found

    def _field_problems(self, field: AnswerField, *, partial: bool) -> Problems:
        if field.process_errors:
            return {field.faulty_path: field.process_errors[0]}
        if isinstance(field, FileAnswerField) and field.upload:
            return {}
        problems = question_problems(field.question, field.data, self.reading, self.context, partial=partial)
        if isinstance(field, RowsAnswerField):
            unread = field.process_messages
            told = {field.on_page(path): message for path, message in problems.items()}
            missed = {path for path in told if any(each.startswith(f"{path}.") for each in unread)}
            problems = {path: message for path, message in told.items() if path not in missed} | unread
        if isinstance(field, GroupAnswerField):
            problems |= field.process_messages
        return problems

    # ------------------------------------------------------------------------------------- for templates
    def drawn(self, field: AnswerField, errors: Mapping[str, str], draw: Callable[..., str]) -> str:
        """A question as HTML; what nobody has answered yet looks the same for all, and is kept with the definition."""
        question = field.question
        if self.posted or errors or not field.answer.empty(field.data):
            return draw(self, field, errors)
        asked = (self.optional(question), self.reveals(question), self.requires(question))
        key = (field.name, self.context.language, *asked)
        asked_of = (self.context.values, self.context.today)
        kept: dict[Any, Any] = d.derived(self.form_def, "drawn", dict)
        if key not in kept or kept[key][0] != asked_of:
            kept[key] = (asked_of, draw(self, field, errors))
        html: str = kept[key][1]
        return html

    def shown(self, section: d.Section) -> Iterator[AnswerField]:
        """The fields of a section to draw: those asked, and those that the browser may reveal."""
        for question in section.questions:
            field = self[f"q_{question.id}"]
            if self.open(question.id) and (self.reading.shows(question.id) or self.reveals(question)):
                yield field

    def reveals(self, question: d.Base) -> str:
        """When the question is asked, as JSON for the browser when it can follow that here; empty otherwise."""
        section = self.form_def.section_of(question.id)
        texts = [text for text in (section.show_if, question.show_if) if text]
        return self._tree(" && ".join(f"({text})" for text in texts)) if texts else ""

    def requires(self, question: d.Base) -> str:
        """When the question must be answered, as JSON for the browser when it can follow that here."""
        return self._tree(question.required_if) if question.required_if and not question.required else ""

    def rules(self, section: d.Section) -> str:
        """The section's rules that the browser can follow, as JSON; those whose words name answers are left out."""
        found = []
        for rule in section.rules:
            says = self.words(rule.says)
            if "{{" not in says and f"q_{rule.at}" in self and (tree := self._tree(rule.when)):
                found.append({"at": rule.at, "when": json.loads(tree), "says": says})
        return json.dumps(found) if found else ""

    def _tree(self, text: str) -> str:
        if text not in self._trees:
            found = browser.tree(
                text, self.form_def, here=lambda name: f"q_{name}" in self, scope=self.reading.scope,
                context=self.context,
            )  # fmt: skip
            self._trees[text] = "" if found is None else json.dumps(found, separators=(",", ":"))
        return self._trees[text]

    @cached_property
    def optional_text(self) -> str:
        """The word beside questions that may stay open."""
        return _("(optional)")

    @staticmethod
    def anchor(path: str) -> str:
        """The id of the control that a message is about."""
        return "q_" + path.replace(".", "-")

    def name_of(self, path: str) -> str:
        """The question that a message is about, and for a cell its row and column."""
        question_id, _dot, rest = path.partition(".")
        try:
            question = self.form_def.question(question_id)
        except KeyError:
            return path
        label = self.words(question.label)
        answer = fields.of(question)
        if isinstance(answer, fields.GroupField) and rest in answer.parts:
            return f"{label}, {answer.parts[rest].label(self.context.language)}"
        if rest and not isinstance(answer, fields.RowsField):
            return f"{label}, {answer.part_label(rest, self.context.language)}"
        if not rest or not isinstance(answer, fields.RowsField):
            return label
        row, _dot, column = rest.partition(".")
        named = answer.column_name(column, self.context.language)
        return _("%(question)s (row %(row)s, %(column)s)", question=label, row=int(row) + 1, column=named)

    def notice(self, field: AnswerField) -> str:
        """What the person should know of an answer that is taken all the same; empty for nothing."""
        if field.process_errors:
            return ""
        return " ".join(field.answer.notices(field.data, self.context))

    def optional(self, question: d.Base) -> bool:
        """Whether to say that the question may stay open."""
        return not question.required and not (question.required_if and self.reading.requires(question))

    def words(self, words: Mapping[str, str] | None) -> str:
        """Words of the definition in the page's language, placeholders filled."""
        return fill(words, self.context.language, self.context.values)
