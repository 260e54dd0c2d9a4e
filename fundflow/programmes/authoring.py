"""What an author asks of a folder: its findings as plain values, its definition, what publishing would change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fundflow.platform.errors import Invalid, NotFound
from fundflow.programmes.checking import check
from fundflow.programmes.differences import Change, differences
from fundflow.programmes.loading import Definition, compiled, folders, read_folder
from fundflow.programmes.service import latest_definition
from fundflow.workflow import Finding


def folder_of(name: str) -> Path:
    """The folder of a programme, by its slug under `workflows/` or by its path; raises NotFound with what there is."""
    known = folders()
    path = known.get(name) or Path(name)
    if not (path / "programme.yaml").is_file():
        raise NotFound(f"There is no programme {name!r}; known are: {', '.join(known)}.")
    return path


def check_folder(path: Path) -> list[Finding]:
    """Every finding of a folder; one that cannot be read as a whole is a finding too."""
    try:
        return check(read_folder(path))
    except Invalid as fault:
        return [
            Finding("error", place, 1, 1, str(message), code="unreadable_folder")
            for place, message in fault.errors.items()
        ]


def errors_of(findings: Iterable[Finding]) -> int:
    """How many findings bar publication."""
    return sum(finding.severity == "error" for finding in findings)


def report(path: Path, findings: list[Finding]) -> dict[str, object]:
    """A folder's findings as plain values, for editors and pages."""
    errors = errors_of(findings)
    return {
        "programme": path.name,
        "folder": str(path),
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [finding.plain() for finding in findings],
    }


def sound(path: Path) -> Definition:
    """The definition of a folder; raises Invalid with place and sentence of each error."""
    errors = [finding for finding in check_folder(path) if finding.severity == "error"]
    if errors:
        raise Invalid({f"{each.file}:{each.line}:{each.column}": each.message for each in errors})
    return compiled(read_folder(path))


def changes(new: Definition) -> tuple[int, list[Change]]:
    """Number of the published version, and what publishing would change; NotFound while nothing is published."""
    number, old = latest_definition(new.programme.slug)
    return number, differences(old, new)
