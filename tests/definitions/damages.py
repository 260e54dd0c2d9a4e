"""Damages a good programme in one place, in many ways, and says where and in what words that must be found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from random import Random

Files = Mapping[str, str]
MACHINES, FORMS, LETTERS, ANY = "machines/*.yaml", "forms/*.yaml", "letters/*.yaml", "*.yaml"
TEXTS = ("letters/*.yaml", "mails.yaml")


@dataclass(frozen=True)
class Damage:
    """A pattern whose group is replaced; the finding stands `below` lines under it, or at the line of `at`.

    `at` is a pattern looked for upwards from the damaged line; `severity` is what the checker calls it.
    """

    name: str
    files: str | tuple[str, ...]
    pattern: str
    change: str | Callable[[str], str]
    says: str
    below: int = 0
    at: str = ""
    severity: str = "error"


@dataclass(frozen=True)
class Fault:
    """A programme with one damage, and where the checker must find it."""

    damage: Damage
    files: Files
    file: str
    line: int


def misspelt(name: str) -> str:
    """The name with two letters in the wrong order, or one too many."""
    for at in range(1, len(name) - 1):
        if name[at] != name[at + 1] and "_" not in name[at : at + 2]:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name + "x"


def faults(damage: Damage, files: Files) -> list[Callable[[], Fault]]:
    """Each place of a programme at which this damage can be done."""
    wanted = (damage.files,) if isinstance(damage.files, str) else damage.files
    return [
        lambda name=name, found=found: _fault(damage, files, name, found)  # type: ignore[misc]
        for name in sorted(files)
        if any(fnmatch(name, each) for each in wanted)
        for found in re.finditer(damage.pattern, files[name], re.MULTILINE)
    ]


def _fault(damage: Damage, files: Files, name: str, found: re.Match[str]) -> Fault:
    text, (start, end) = files[name], found.span(1)
    new = damage.change if isinstance(damage.change, str) else damage.change(found.group(1))
    changed = text[:start] + new + text[end:]
    line = changed.count("\n", 0, start) + 1 + damage.below
    if damage.at:
        above = [m for m in re.finditer(damage.at, changed, re.MULTILINE) if m.start() < max(start, 1)]
        line = changed.count("\n", 0, above[-1].start()) + 1
    return Fault(damage, {**files, name: changed}, name, line)


def drawn(programmes: Mapping[str, Files], seed: int, many: int) -> Iterator[tuple[str, Fault]]:
    """So many different faults, the kinds in turn, the programme and the place by lot."""
    lots, seen, kinds = Random(seed), set[tuple[str, str, str, int]](), list(DAMAGES)
    while len(seen) < many:
        for damage in kinds:
            places = [(slug, each) for slug, files in programmes.items() for each in faults(damage, files)]
            assert places, f"no programme has a place for: {damage.name}"
            slug, make = lots.choice(places)
            fault = make()
            key = (damage.name, slug, fault.file, fault.line)
            if key not in seen and len(seen) < many:
                seen.add(key)
                yield slug, fault


def _stages(_old: str) -> str:
    return "\n" + "\n".join(f"  extra_{n}: {{label: {{en: X}}, phase: end, final: true}}" for n in range(201))


LIMBO = '  limbo:\n    label: {en: "Limbo"}\n    phase: end\n    final: true\n'
STAGE = r"^(  \w{6,}:\n)    label: "


def _twice(other: Callable[[str], str]) -> Callable[[str], str]:
    """A stage of nearly the same name before the one that is there."""
    return lambda old: LIMBO.replace("limbo", other(old.strip()[:-1])) + old


def _one_less(name: str) -> str:
    """The name without a letter inside a word that differs from its neighbours."""
    at = next(n for n in range(1, len(name) - 1) if "_" not in name[n - 1 : n + 2])
    return name[:at] + name[at + 1 :]


def _same_label(old: str) -> str:
    return re.sub(r"^  \w+:", "  limbo:", old) + "    phase: end\n    final: true\n" + old


MOVE = r"^  \w+:$"
DAMAGES = (
    Damage("a guard misspelt", MACHINES, r"guards: \[(\w{6,})(?=[,\]])", misspelt, "unknown guard"),
    Damage("an effect misspelt", MACHINES, r"effects: \[(\w{6,})(?=[,\]])", misspelt, "unknown effect"),
    Damage("a letter misspelt", MACHINES, r"letter: (\w+)", misspelt, "unknown letter"),
    Damage("a mail misspelt", MACHINES, r"mail: \{id: (\w+)", misspelt, "unknown mail"),
    Damage("a form misspelt", MACHINES, r"^    form: (\w+)$", misspelt, "unknown form"),
    Damage("a role misspelt", MACHINES, r"^    by: \[(\w+)", misspelt, "unknown role"),
    Damage("a target misspelt", MACHINES, r"^    to: (\w+)$", misspelt, "unknown stage"),
    Damage("a source misspelt", MACHINES, r"^    from: (\w+)$", misspelt, "unknown stage"),
    Damage("a queue misspelt", MACHINES, r"^    waits_for: \[(\w+)", misspelt, "unknown role"),
    Damage("a first stage misspelt", MACHINES, r"^initial: (\w+)$", misspelt, "unknown stage"),
    Damage("a move's key misspelt", MACHINES, r"^    (tone|guards|effects|duty|approvals):", misspelt,
           "unknown key"),
    Damage("a stage's key misspelt", MACHINES, r"^    (waits_for|deadline|final):", misspelt, "unknown key"),
    Damage("a key twice", MACHINES, r"^(    to: \w+\n)", lambda old: old * 2, "is already given", below=1),
    Damage("a list left open", MACHINES, r"^    by: \[\w+(\])$", "", "this is not YAML", below=1),
    Damage("a tab", MACHINES, r"^(    )to:", "\t", "this is not YAML"),
    Damage("an anchor", ANY, r"^    label: ()\{", "&same ", "anchors and aliases are not allowed"),
    Damage("a tag", ANY, r"^    label: ()\{", "!!python/object:os.system ", "are not allowed"),
    Damage("a merge key", MACHINES, r"^    (label): ", "<<", "merge keys"),
    Damage("Python as a guard", MACHINES, r"guards: \[()", "os.system, ", "unknown guard"),
    Damage("Python as an effect", MACHINES, r"effects: \[()", "fundflow.ledger.service.post, ",
           "unknown effect"),
    Damage("a parameter misspelt", MACHINES, r"\{(letter): ", misspelt, "unknown parameter"),
    Damage("a parameter missing", MACHINES, r"(\{reason_given: \{least: \d+\}\})", "reason_given",
           "is missing"),
    Damage("a parameter of a wrong kind", MACHINES, r"least: (\d+)\}", "twenty", "parameter 'least'"),
    Damage("a label missing", MACHINES, r"^    to: \w+\n    by: .*\n(    label: .*\n)", "",
           "'label' is missing", at=MOVE),
    Damage("a stage without a way out", MACHINES, r"(    final: true\n)", "", "no move leads out", at=MOVE),
    Damage("a stage nobody reaches", MACHINES, r"^stages:\n()", LIMBO, "no way leads to the stage 'limbo'"),
    Damage("a stage in two spellings", "machines/application.yaml", r"^()\nmoves:", LIMBO.replace("limbo",
           "clo_sed"),
           "are spelled alike"),
    Damage("a stage with letters swapped", MACHINES, STAGE, _twice(misspelt), "are spelled alike", below=4),
    Damage("a stage with a letter less", MACHINES, STAGE, _twice(_one_less), "are spelled alike", below=4),
    Damage("a stage in the plural", MACHINES, STAGE, _twice(lambda name: f"{name}s"), "are spelled alike",
           below=4, severity="warning"),
    Damage("a stage with its words turned round", MACHINES, STAGE.replace(r"\w{6,}", "[a-z]+_[a-z]+"),
           _twice(lambda name: "_".join(reversed(name.split("_")))), "are spelled alike", below=4,
           severity="warning"),
    Damage("a stage in capitals", MACHINES, r"^  (\w+):\n    label: .*\n.*\n?    phase: ", str.title,
           "has other signs than small letters"),
    Damage("two stages of one label", MACHINES, r"^(  \w+:\n    label: \{.*\n)", _same_label,
           "the same label in", below=5, severity="warning"),
    Damage("a move nobody may make", MACHINES, r"^    by: (\[\w+\])$", "[]", "nobody may make", at=MOVE),
    Damage("too many stages", MACHINES, r"^stages:()$", _stages, "200 items"),
    Damage("a deadline that leads nowhere", MACHINES, r"deadline: \{\w+: [^{}]*?(, then: \{[^}]*\})", "",
           "leads to nothing"),
    Damage("a deadline's mail misspelt", MACHINES, r"then: \{mail: (\w+)", misspelt, "unknown mail"),
    Damage("a deadline's move misspelt", MACHINES, r"then: \{move: (\w+)", misspelt, "unknown move"),
    Damage("a deadline on an unknown fact", MACHINES, r"at: call\.(closes_at)", misspelt, "unknown field"),
    Damage("a condition on an unknown name", MACHINES, r"when: \"[^\"\n]*\b[fvm]\.(\w{5,})", misspelt,
           "unknown name"),
    Damage("a condition that does not parse", (MACHINES, FORMS), r"when: \"()", "(",
           "in the condition|CEL|Syntax|syntax|condition"),
    Damage("a condition that walks lists", (MACHINES, FORMS), r"when: \"()", "[1].all(x, x > 0) && ", "all"),
    Damage("a condition too long", (MACHINES, FORMS), r"when: \"()", "true && " * 80,
           "at most 500 characters"),
    Damage("a condition on an unknown answer", FORMS, r"(?:show_if|when): \"a\.(\w{5,})", misspelt,
           "unknown"),
    Damage("a condition on itself", FORMS, r"^      - \{id: (\w+, )type: text,(?!.*show_if)",
           lambda old: f"{old}show_if: \"a.{old[:-2]} == ''\", ", "waits for its own"),
    Damage("a question twice", FORMS, r"^(      - \{id: .*\n)", lambda old: old * 2, "stands twice", below=1),
    Damage("a question's key misspelt", FORMS, r"(max_length|required): ", misspelt, "unknown key"),
    Damage("a question's type misspelt", FORMS, r"type: (long_text|money|choice|file)\b", misspelt, "type"),
    Damage("a column of a type that has parts", FORMS, r"^          - \{id: \w+, type: (text|number|date),", "person",
           "the type 'person' cannot stand here"),
    Damage("a limit without its currency", FORMS, r"^      - \{id: \w+, type: money,()(?=.* max_minor: )",
           " currencies: [EUR, ALL],", "a limit is in one currency"),
    Damage("a currency in small letters", FORMS, r"currencies: (any)\b", "[eur]", "in three capital letters"),
    Damage("a currency that does not exist", FORMS, r"currencies: (any)\b", "[EUX]", "not in the code list"),
    Damage("a form's filler misspelt", FORMS, r"^fill: \{by: \[(\w+)", misspelt, "unknown role"),
    Damage("a form's stage misspelt", FORMS, r"^fill: .*in: \[(\w+)", misspelt, "unknown stage"),
    Damage("a text on an unknown fact", TEXTS, r"\{\{ (application)\.", misspelt, "unknown name"),
    Damage("a text on an unknown field", TEXTS, r"\{\{ application\.(reference|title)", misspelt,
           "unknown field"),
    Damage("a text that calls", TEXTS, r"\{\{ application\.title()", ".upper()", "nothing can be called"),
    Damage("a text that reads an attribute", TEXTS, r"\{\{ application()\.", ".__class__", "is not a key"),
    Damage("a text that reads a file", TEXTS, r"(?:text|body): \{en: \"()[A-Z]",
           "{% include '/etc/passwd' %}", "include is not available"),
    Damage("a text with an unknown filter", LETTERS, r"\| (money|lines)", misspelt, "unknown filter"),
    Damage("a letter's fact misspelt", LETTERS, r"^facts: \[(\w+)", misspelt, "unknown fact"),
    Damage("a letter's block misspelt", LETTERS, r"^  - (text|heading): ", misspelt, "block"),
    Damage("an unknown country", "programme.yaml", r"^country: (\w+)$", "XX", "unknown country"),
    Damage("an unknown time zone", "programme.yaml", r"^timezone: (\S+)", misspelt, "unknown time zone"),
    Damage("an unknown currency", "programme.yaml", r"^currency: (\w+)$", "EUX", "unknown currency"),
    Damage("a prefix in small letters", "programme.yaml", r"^prefix: (\w+)", str.lower, "prefix"),
    Damage("an unknown application form", "programme.yaml", r"^application_form: (\w+)", misspelt,
           "unknown form"),
    Damage("an unknown question", "programme.yaml", r"^\w+_question: (\w+)", misspelt, "unknown question"),
    Damage("an unknown duty kept apart", "programme.yaml", r"^separation: \[(\w+)", misspelt, "unknown duty"),
    Damage("a share too many", "programme.yaml", r"share: (\d+)", lambda old: str(int(old) + 1),
           "add up to", at="^tranches:"),
    Damage("a weight too many", "criteria.yaml", r"weight: (\d+)", lambda old: str(int(old) + 1),
           "add up to", at="^criteria:"),
    Damage("a check without its reason", "screening.yaml", r"^(    reason_code: .*\n)", "",
           "no reason_code", at="^  - id"),
    Damage("a ceiling taken for the amount", (MACHINES, FORMS), r"(?:a\.\w+ )(<=) v\.\w*ceiling", "==",
           "takes a ceiling",
           severity="warning"),
    Damage("a file of over a megabyte", ANY, r"\A()", "#" + "x" * 1_000_001 + "\n",
           "is larger than", at=r"\A"),
    Damage("nesting beyond twenty", ANY, r"\A()", "deep: " + "[" * 25 + "]" * 25 + "\n",
           "the nesting is deeper"),
)  # fmt: skip
