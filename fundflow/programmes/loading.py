"""From a programme's files to its compiled definition, with every fault at its file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from fundflow.documents import Letter
from fundflow.forms import Form
from fundflow.platform.errors import Invalid
from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import Places, YamlFault, load_with_places
from fundflow.programmes.definition import Criteria, Mail, ProgrammeFile, Screening
from fundflow.workflow import CompiledMachine, Finding, Machine, shape_findings, yaml_finding

LARGEST_TOTAL = 4_000_000
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Definition:
    """Everything a programme says, ready to run; one per published version, shared by all its cases."""

    sha256: str
    programme: ProgrammeFile
    machines: Mapping[str, CompiledMachine]
    forms: Mapping[str, Form]
    letters: Mapping[str, Letter]
    mails: Mapping[str, Mail]
    screening: Screening
    criteria: Criteria

    @property
    def values(self) -> dict[str, Any]:
        """The programme's named figures, with its currency, as forms and conditions see them."""
        return {**self.programme.values, "currency": self.programme.currency}

    def stage_label(self, kind: str, stage: str) -> Mapping[str, str]:
        """The words for a stage of a machine."""
        return self.machines[kind].definition.stages[stage].label


@dataclass(frozen=True)
class Parsed:
    """A programme's files as models, before machines are bound to the registered rules."""

    programme: ProgrammeFile
    machines: Mapping[str, Machine]
    forms: Mapping[str, Form]
    letters: Mapping[str, Letter]
    mails: Mapping[str, Mail]
    screening: Screening
    criteria: Criteria
    data: Mapping[str, Any] = field(repr=False)
    places: Mapping[str, Places] = field(repr=False)


@dataclass
class Reader:
    """Reads a programme's files one by one and collects what is wrong with them, each at its place."""

    files: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Places] = field(default_factory=dict)

    def read(self, name: str, shape: Any, default: Any = None) -> Any:
        """One file as a model; a fault becomes a finding at its line, and None."""
        text = self.files.get(name)
        if text is None:
            if default is None:
                self.findings.append(
                    Finding("error", name, 1, 1, f"the file {name} is missing", code="missing_file")
                )
            return default
        try:
            data, places = load_with_places(text, name)
        except YamlFault as fault:
            self.findings.append(yaml_finding(fault))
            return None
        self.data[name], self.places[name] = data, places
        try:
            return TypeAdapter(shape).validate_python(data)
        except ValidationError as error:
            self.findings += shape_findings(error, shape, name, places)
            return None

    def folder(self, folder: str, shape: type[M]) -> dict[str, M]:
        """All YAML files of a folder as models, by their names without the ending."""
        names = sorted(name for name in self.files if PurePosixPath(name).parent.as_posix() == folder)
        read = {PurePosixPath(name).stem: self.read(name, shape) for name in names}
        return {stem: model for stem, model in read.items() if model is not None}


def read_folder(path: Path) -> dict[str, str]:
    """The YAML files below a programme's folder, by path inside it; refuses links and oversized folders."""
    files: dict[str, str] = {}
    for item in sorted(path.rglob("*.yaml")):
        if item.is_symlink() or not item.is_file():
            raise Invalid({item.name: "links are not read"})
        files[item.relative_to(path).as_posix()] = item.read_text(encoding="utf-8", errors="surrogateescape")
    if sum(map(len, files.values())) > LARGEST_TOTAL:
        raise Invalid({path.name: "the programme's files are too large"})
    return files


def folders() -> dict[str, Path]:
    """The programmes that lie under `workflows/`, by slug."""
    return {
        path.name: path
        for path in sorted(locate("workflows").iterdir())
        if (path / "programme.yaml").is_file()
    }


def parse(files: Mapping[str, str]) -> tuple[Parsed | None, list[Finding]]:
    """The files as models, and everything that is wrong with their shape."""
    reader = Reader(files)
    programme = reader.read("programme.yaml", ProgrammeFile)
    machines = reader.folder("machines", Machine)
    forms = reader.folder("forms", Form)
    letters = reader.folder("letters", Letter)
    mails = reader.read("mails.yaml", dict[str, Mail], default={})
    screening = reader.read("screening.yaml", Screening, default=Screening())
    criteria = reader.read("criteria.yaml", Criteria, default=Criteria())
    if reader.findings or programme is None:
        return None, reader.findings
    parsed = Parsed(
        programme, machines, forms, letters, mails, screening, criteria, reader.data, reader.places
    )
    return parsed, []


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over the files as canonical JSON; the name of a version's content."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _in_order(machines: Mapping[str, Machine]) -> list[str]:
    """The case itself before its parts, so that whoever looks at a programme meets it first."""
    return sorted(machines, key=lambda kind: (kind != "application", kind))


def compile_definition(files: Mapping[str, str]) -> Definition:
    """A definition ready to run; raises Invalid with every fault when the files do not hold together."""
    parsed, findings = parse(files)
    if parsed is None:
        raise Invalid({f"{f.file}:{f.line}": f.message for f in findings})
    return Definition(
        sha256=digest(files),
        programme=parsed.programme,
        machines={kind: CompiledMachine(parsed.machines[kind]) for kind in _in_order(parsed.machines)},
        forms=parsed.forms,
        letters=parsed.letters,
        mails=parsed.mails,
        screening=parsed.screening,
        criteria=parsed.criteria,
    )


@lru_cache(maxsize=64)
def _compiled(frozen: tuple[tuple[str, str], ...]) -> Definition:
    return compile_definition(dict(frozen))


def compiled(files: Mapping[str, str]) -> Definition:
    """Like `compile_definition`, cached by content."""
    return _compiled(tuple(sorted(files.items())))
