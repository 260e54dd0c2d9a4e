"""All static checks of a programme: each room checks its own part, this one adds file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fundflow import documents, forms
from fundflow.platform.strict_yaml import locate_key
from fundflow.programmes.findings import Finding
from fundflow.programmes.loading import Parsed, parse


def check(files: Mapping[str, str]) -> list[Finding]:
    """Every finding of a programme's files, errors first, each at its place."""
    parsed, findings = parse(files)
    if parsed is None:
        return findings
    found = [*_forms(files, parsed), *_letters(files, parsed)]
    return sorted(found, key=lambda finding: (finding.severity, finding.file, finding.line))


def _forms(files: Mapping[str, str], parsed: Parsed) -> Iterator[Finding]:
    values = {**parsed.programme.values, "currency": parsed.programme.currency}
    for form_id, form in parsed.forms.items():
        name = f"forms/{form_id}.yaml"
        for path, severity, message in forms.check(form, values=values, languages=parsed.programme.languages):
            line, column = locate_key(files[name], tuple(path.split(".")))
            yield Finding(severity, name, line, column, f"{path}: {message}")


def _letters(files: Mapping[str, str], parsed: Parsed) -> Iterator[Finding]:
    for letter_id, letter in parsed.letters.items():
        name = f"letters/{letter_id}.yaml"
        for fault in documents.check(letter, languages=parsed.programme.languages):
            line, column = locate_key(files[name], fault.path)
            yield Finding(fault.level, name, line, column, fault.message)
