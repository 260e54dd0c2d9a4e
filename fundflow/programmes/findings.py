"""One fault of a programme's files: where it stands, what is wrong, what was meant, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """An error bars publication, a warning does not."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    why: str = ""

    def __str__(self) -> str:
        extra = " ".join(part for part in (self.hint, self.why) if part)
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}" + (f" {extra}" if extra else "")
