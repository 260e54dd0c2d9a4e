"""All static checks of a programme: each room checks its own part, this one adds file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from fundflow import documents, forms
from fundflow.accounts import role_names
from fundflow.forms import Form
from fundflow.programmes.ages import coming_of_age
from fundflow.programmes.appeals import appeals
from fundflow.programmes.coherence import coherence
from fundflow.programmes.currencies import currencies
from fundflow.programmes.figures import figures
from fundflow.programmes.loading import Parsed, parse
from fundflow.programmes.omissions import omissions
from fundflow.programmes.openings import openings
from fundflow.programmes.providers import ACTS_AS
from fundflow.programmes.reasons import explained
from fundflow.programmes.references import CASE, PARTY_KINDS, Place, references
from fundflow.programmes.sharing import sharing
from fundflow.programmes.wordings import languages, letter_wordings, mail_wordings
from fundflow.workflow import Finding, Known, MachineFile, Registry, check_machines, default_registry

OWNER = "owner"
"""The one person whom a sub-object belongs to, such as the writer of a review."""


def check(files: Mapping[str, str], registry: Registry = default_registry) -> list[Finding]:
    """Every finding of a programme's files, errors first, each at its place.

    The rules that machines name must be registered by then: importing the rooms does that.
    """
    parsed, findings = parse(files)
    if parsed is None:
        return sorted(map(explained, findings), key=_order)
    parts: tuple[Callable[[Parsed, Registry], Iterator[Finding]], ...] = (
        _machines,
        _forms,
        _fillers,
        _letters,
        letter_wordings,
        mail_wordings,
        references,
        figures,
        coherence,
        currencies,
        coming_of_age,
        appeals,
        omissions,
        openings,
        sharing,
        languages,
    )
    found = {explained(each): None for part in parts for each in part(parsed, registry)}
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[str, str, int, int]:
    return finding.severity, finding.file, finding.line, finding.column


def _machines(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    if CASE not in parsed.machines:
        name = f"machines/{CASE}.yaml"
        yield Finding("error", name, 1, 1, f"the file {name} is missing", code="missing_file")
    known = Known(
        roles={*role_names(), *PARTY_KINDS, OWNER, ACTS_AS},
        forms={name: answer_names(form) for name, form in parsed.forms.items()},
        letters=parsed.letters,
        mails=parsed.mails,
        values={*parsed.programme.values, "currency"},
        clock_moves=parsed.programme.of_age.clock_moves(),
    )
    machines = [
        MachineFile(kind, name, machine, parsed.places[name])
        for kind, machine in parsed.machines.items()
        for name in (f"machines/{kind}.yaml",)
    ]
    yield from check_machines(machines, known, registry)


def answer_names(form: Form) -> frozenset[str]:
    """The names that conditions may read in a form's answers: its questions and the sums of its rows."""
    sums = {f"{each.id}_{name}" for each in form.questions() for name in getattr(each, "sums", ())}
    return frozenset({each.id for each in form.questions()} | sums)


def _forms(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    values = {**parsed.programme.values, "currency": parsed.programme.currency}
    for form_id, form in parsed.forms.items():
        place = Place(parsed, f"forms/{form_id}.yaml")
        for each in forms.check(form, values=values, languages=parsed.programme.languages):
            path, message = tuple(each.path.split(".")), f"{each.path}: {each.message}"
            yield place.finding(path, message, code=each.code, severity=each.severity)


def _fillers(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """Who fills or reads a form, and in which stages of the case."""
    roles = {*role_names(), *PARTY_KINDS, OWNER}
    stages = parsed.machines[CASE].stages if CASE in parsed.machines else {}
    for form_id, form in parsed.forms.items():
        place = Place(parsed, f"forms/{form_id}.yaml")
        for role in form.fill.by:
            if role not in roles:
                yield place.unknown(("fill", "by"), "role", role, roles, code="unknown_role")
        for stage in form.fill.stages:
            if stage not in stages:
                yield place.unknown(("fill", "in"), "stage", stage, stages, code="unknown_stage")
        for number, section in enumerate(form.sections):
            for role in section.read_by:
                if role not in roles:
                    path = ("sections", number, "read_by")
                    yield place.unknown(path, "role", role, roles, code="unknown_role")


def _letters(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    for letter_id, letter in parsed.letters.items():
        place = Place(parsed, f"letters/{PurePosixPath(letter_id)}.yaml")
        for fault in documents.check(letter, languages=parsed.programme.languages):
            yield place.finding(
                fault.path, fault.message, code=fault.code, severity=fault.level, line=fault.line
            )
        for number, fact in enumerate(letter.facts):
            if fact not in registry.facts:
                yield place.unknown(("facts", number), "fact", fact, registry.facts, code="unknown_fact")
