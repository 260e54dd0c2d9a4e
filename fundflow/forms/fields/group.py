"""Questions with labelled parts: each part is a question of a simple type with its own control and message."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType, Line, Q
from fundflow.forms.fields.group_control import GroupAnswerField
from fundflow.forms.fields.simple import simple
from fundflow.forms.speech import gettext as _

Part = tuple[str, Any, dict[str, Any]]  # type, the product's words, parameters


class GroupField(FieldType[Q]):
    """Stored as a map part -> answer of the part, in the order in which the parts are asked."""

    control = "group"
    grouped = True

    def __init__(self, question: Q) -> None:
        super().__init__(question)
        made = {name: self._part(name, *part) for name, part in self.described().items()}
        self.parts: dict[str, FieldType[Any]] = made
        self.needed: Collection[str] = tuple(made)

    def described(self) -> dict[str, Part]:
        """The parts in order: name -> type, words, parameters."""
        raise NotImplementedError

    def _part(self, name: str, kind: str, words: Any, given: dict[str, Any]) -> FieldType[Any]:
        own: Mapping[str, Any] = (
            getattr(self.question, "labels", {}).get(name) or given.pop("label", None) or {}
        )
        model = d.part_model(kind).model_validate(
            {"id": name, "type": kind, "label": own or {"en": name}} | given
        )
        part = simple(model)
        part.words = None if own else words
        return part

    def autocomplete_of(self, name: str, token: str) -> None:
        """Let browsers offer what they know of the person who answers, where the question is about him."""
        if name in self.parts:
            self.parts[name].autocomplete = token if getattr(self.question, "own", False) else "off"

    def field(self, language: str) -> Any:
        return GroupAnswerField(self, language)

    def blank(self) -> dict[str, Any]:
        return {}

    def empty(self, stored: Any) -> bool:
        if not isinstance(stored, Mapping):
            return stored in (None, "", [])
        return all(value in (None, "", [], {}) for value in stored.values())

    # ------------------------------------------------------------------------------------------- reading
    def load(self, raw: Sequence[str], context: Context) -> dict[str, Any]:
        """The parts from JSON text, as people write them (a spreadsheet sends this)."""
        text = raw[-1].strip() if raw else ""
        try:
            given = json.loads(text) if text else {}
        except ValueError as bad:
            raise BadInput(_("These parts cannot be read.")) from bad
        if not isinstance(given, dict):
            raise BadInput(_("These parts cannot be read."))
        return self.gather({name: str(said) for name, said in given.items() if said is not None}, context)

    def gather(self, said: Mapping[str, str], context: Context) -> dict[str, Any]:
        """The answer from a text for each part; raises BadInput for the first that cannot be read."""
        read = {}
        for name, part in self.parts.items():
            try:
                read[name] = part.load([said.get(name, "")], context)
            except BadInput as bad:
                raise BadInput(f"{part.label(context.language)}: {bad}") from bad
        return self.assemble(read, {}, context)

    def assemble(self, parts: Mapping[str, Any], before: Any, context: Context) -> dict[str, Any]:
        """The stored form of parts that were read; `before` is what stood there. Empty parts are left out."""
        del before, context
        return {name: parts[name] for name, part in self.parts.items() if not part.empty(parts.get(name))}

    def dump(self, stored: Any, context: Context) -> str:
        del context
        return json.dumps(stored or {}, ensure_ascii=False)

    # ------------------------------------------------------------------------------------------- checks
    def problems_at(self, stored: Any, context: Context, *, partial: bool = False) -> dict[str, str]:
        if self.empty(stored):
            return {}
        if not isinstance(stored, Mapping) or set(stored) - set(self.parts) - self.beside:
            return {"": _("These parts cannot be read.")}
        found: dict[str, str] = {}
        for name, part in self.parts.items():
            problems = part.check(stored.get(name), context)
            if not partial and name in self.needed and part.empty(stored.get(name)):
                problems = [part.missing()]
            if problems:
                found[name] = problems[0]
        return found or self.together(stored, context)

    @property
    def beside(self) -> set[str]:
        """What else may stand in the stored answer."""
        return set()

    def together(self, stored: Mapping[str, Any], context: Context) -> dict[str, str]:
        """What is wrong with parts that are right by themselves."""
        del stored, context
        return {}

    def problems(self, stored: Any, context: Context) -> list[str]:
        return [
            f"{self.parts[name].label(context.language)}: {message}" if name else message
            for name, message in self.problems_at(stored, context).items()
        ]

    def missing_at(self) -> dict[str, str]:
        return {name: self.parts[name].missing() for name in self.parts if name in self.needed}

    def faults(self) -> list[str]:
        found = [f"{name}: {fault}" for name, part in self.parts.items() for fault in part.faults()]
        asked = {key: set(getattr(self.question, key, ())) - set(self.parts) for key in ("need", "labels")}
        return found + [
            f"{key}: {', '.join(sorted(names))} is not asked" for key, names in asked.items() if names
        ]

    # ------------------------------------------------------------------------------------------- readers
    def shown(self, stored: Any, language: str) -> list[tuple[str, str]]:
        """Label and text of each part that was answered."""
        given = stored if isinstance(stored, Mapping) else {}
        texts = [(p.label(language), p.display(given.get(name), language)) for name, p in self.parts.items()]
        return [(label, text) for label, text in texts if text]

    def display(self, stored: Any, language: str) -> str:
        return "\n".join(f"{label}: {text}" for label, text in self.shown(stored, language))

    def cel(self, stored: Any) -> dict[str, Any]:
        given = stored if isinstance(stored, Mapping) else {}
        return {name: part.cel(given.get(name, part.blank())) for name, part in self.parts.items()}

    def sample(self) -> dict[str, Any]:
        return {name: part.sample() for name, part in self.parts.items()}

    def csv_columns(self) -> list[str]:
        return [
            f"{self.question.id}_{column}" for part in self.parts.values() for column in part.csv_columns()
        ]

    def csv_values(self, stored: Any) -> list[str]:
        given = stored if isinstance(stored, Mapping) else {}
        return [cell for name, part in self.parts.items() for cell in part.csv_values(given.get(name))]

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """A line for each part that was answered, or one empty line."""
        label = self.label(language)
        lines = [Line(f"{label} – {part}", text) for part, text in self.shown(stored, language)]
        return lines or [Line(label, "")]
