"""A machine as a Mermaid state diagram, in the words of a language."""

from __future__ import annotations

from collections.abc import Mapping

from fundflow.platform.wording import pick
from fundflow.workflow.definition import Machine

_MARKS = str.maketrans({"#": "#35;", '"': "#quot;", ";": "#59;", ":": "#58;", "<": "#lt;", ">": "#gt;"})


def diagram(machine: Machine, language: str, counts: Mapping[str, int] | None = None) -> str:
    """Mermaid text of the stages and the moves between them; `counts` adds the number of cases in each stage.

    Moves that change no stage are left out. Stage names are prefixed, because some are words of Mermaid.
    """
    lines = ["stateDiagram-v2"]
    for name, stage in machine.stages.items():
        count = f" ({counts[name]})" if counts and name in counts else ""
        lines.append(f'    state "{_plain(pick(stage.label, language))}{count}" as s_{name}')
    lines.append(f"    [*] --> s_{machine.initial}")
    for move in machine.moves.values():
        label = _plain(pick(move.label, language))
        lines += [f"    s_{source} --> s_{move.to}: {label}" for source in move.from_ if move.to is not None]
    lines += [f"    s_{name} --> [*]" for name, stage in machine.stages.items() if stage.final]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """One line without the characters that Mermaid reads as its own."""
    return " ".join(text.translate(_MARKS).split())
