"""The author's guide: its reference is what the program says of itself, and its examples are sound."""

from __future__ import annotations

import os
import re

import pytest
from pydantic import TypeAdapter

from fundflow.app import create_app
from fundflow.documents.definition import Block
from fundflow.forms import Section, question_types
from fundflow.platform import cel, embedded
from fundflow.platform.db import db
from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import load
from fundflow.programmes import check, folders, guide, read_folder
from fundflow.programmes.cli import group
from fundflow.programmes.untranslated import untranslated
from fundflow.workflow import Move, RuleRef, Stage, default_registry
from fundflow.workflow.definition import Rule
from tests.conftest import migrated, settings
from tests.definitions.walker import Walk

TEXT = (locate("workflows") / "README.md").read_text("utf-8")
PROSE = TEXT[: TEXT.index(guide.BEGIN)]
FENCES = re.findall(r"^```(yaml|cel)\n(?:# ([^\n]*)\n)?(.*?)^```", PROSE, flags=re.MULTILINE | re.DOTALL)
SHAPES = {"a stage": Stage, "a move": Move, "a section": Section, "a block": Block}
FILE = "file: "
SCOPES = {
    "in a form": {"a", "v", "today"},
    "in a move": {"m", "f", "v", "today"},
    "in a letter": set(default_registry.facts),
}


def worked_example():
    return {title.removeprefix(FILE): body for kind, title, body in FENCES if title.startswith(FILE)}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The named rules are known once the rooms are imported, the commands once they are asked for."""
    app = create_app(settings("postgresql://nobody@localhost/none", tmp_path_factory.mktemp("guide")))
    assert app.test_cli_runner().invoke(args=["programmes", "--help"]).exit_code == 0
    return app


def test_the_reference_does_not_lag(rules):
    assert guide.written(TEXT, group.commands) == TEXT, "write it anew: flask --app wsgi programmes guide"


def test_a_guide_without_its_markers_is_refused(rules):
    with pytest.raises(ValueError, match="lacks the lines"):
        guide.written("# A guide", {})


def test_every_key_has_its_words(rules):
    described = {model.__name__: model for found in guide.models().values() for model in found}
    missing = [
        f"{name}.{key}"
        for name, model in described.items()
        for key, field in guide.keys(model).items()
        if not (field.description or guide.words().get(name, {}).get(key) or f"`{key}`" in str(model.__doc__))
    ]
    strange = [
        f"{name}.{key}"
        for name, keys in guide.words().items()
        for key in keys
        if name not in described or key not in guide.keys(described[name])
    ]
    assert (missing, strange) == ([], [])


def test_everything_that_can_be_named_stands_in_the_reference(rules):
    reference = guide.reference(group.commands)
    named = [*default_registry.guards, *default_registry.effects, *default_registry.facts]
    named += [each.name for each in question_types()]
    assert [name for name in group.commands if f"| `{name}" not in reference] == []
    assert [name for name in named if f"`{name}`" not in reference] == []


@pytest.mark.parametrize(
    ("title", "body"), [(t, b) for k, t, b in FENCES if k == "yaml" and not t.startswith(FILE)]
)
def test_a_small_example_is_sound(rules, title, body):
    data = load(body, "example")
    if title == "an effect":
        assert isinstance(TypeAdapter(Rule).validate_python(data), RuleRef)
        default_registry.bind_effect(TypeAdapter(Rule).validate_python(data))
        return
    read = TypeAdapter(SHAPES[title]).validate_python(data)
    if isinstance(read, Move):
        assert [default_registry.bind_guard(ref).rule.name for ref in read.guards] == [
            r.name for r in read.guards
        ]
        assert [default_registry.bind_effect(ref).rule.name for ref in read.effects] == [
            r.name for r in read.effects
        ]


def test_every_condition_of_the_guide_can_be_read(rules):
    lines = [line for kind, _title, body in FENCES if kind == "cel" for line in body.splitlines()]
    place, read = "", 0
    for line in lines:
        if line.startswith("// "):
            place = line.removeprefix("// ")
        else:
            cel.compile(line, frozenset(SCOPES[place]))
            read += 1
    assert read == 9


def test_the_worked_example_has_no_fault(rules):
    assert check(worked_example()) == []


@pytest.mark.parametrize("slug", folders())
def test_no_declared_language_lacks_a_wording(slug):
    files = read_folder(folders()[slug])
    declared = load(files["programme.yaml"], slug)["languages"]
    assert [str(gap) for gap in untranslated(files, declared)] == []


def test_what_lacks_a_language_is_listed_with_its_place():
    gaps = list(untranslated(worked_example(), ["sq"]))
    assert {gap.language for gap in gaps} == {"sq"}
    title = next(gap for gap in gaps if gap.file == "programme.yaml")
    lines = worked_example()["programme.yaml"].splitlines()
    assert (title.words, lines[title.line - 1][:6]) == ("Books for reading groups", "title:")


STORY = {
    "currency": "EUR",
    "line_minor": 100000,
    "closes_in_days": 30,
    "people": ["reader", "late"],
    "answers": {},
    "changes": {},
    "sequences": {},
    "cases": {
        "golden": {
            "steps": [
                {"start": True, "as": "reader"},
                {
                    "fill": "application",
                    "as": "reader",
                    "with": {
                        "group_name": "Thursday readers", "contact": "Ana Kola", "email": "reader@walk.example",
                        "readers": "7",
                        "books": [{"title": "The Siege", "copies": "7", "price": {"minor": 2200, "currency": "EUR"}}],
                        "requested": {"minor": 15400, "currency": "EUR"},
                    },
                },
                {"move": "submit", "as": "reader"},
                {
                    "move": "award",
                    "as": "programme_manager",
                    "form": {"amount": {"minor": 15000, "currency": "EUR"}, "reason": "Seven readers, one good book."},
                },
            ]
        },
        "late": {"steps": [{"start": True, "as": "late"}, {"wait": "close"}, {"deadlines": True}]},
    },
}  # fmt: skip


@pytest.mark.slow
def test_the_worked_example_leads_to_an_award(server_url, tmp_path_factory, app):
    folder = tmp_path_factory.mktemp("book_grant")
    for name, text in worked_example().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    name = f"guide_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("guide_walk"))
    with own.app_context():
        walked = Walk(folder, STORY).run()
        golden = walked["golden"]
        assert (golden.stages, golden.papers) == (["draft", "submitted", "awarded"], {"award": b"%PDF-"})
        assert golden.money == {"reserved": 15000}
        assert walked["late"].stages == ["draft", "expired"]
        db.session.remove()
        db.engine.dispose()
    embedded.drop_database(server_url, name)
