"""Habits of the house: small files and functions, no settings read behind the settings' back, no lost templates."""

import ast
import re
from pathlib import Path

import pytest

from fundflow.platform.locate import locate

ROOT = Path(__file__).parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
MEDIAN_FILE = 110
GENERATED = {"migrations/versions"}
READS_ENVIRONMENT = {"config.py", "fundflow/platform/locate.py", "fundflow/platform/embedded.py"}
BY_LIBRARY = {"security", "security/email"}
NO_NAMES = {"utils", "helpers", "common", "misc"}


def sources(*folders):
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not any(part in str(path) for part in GENERATED)]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def functions(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_files_are_short():
    lines = {
        name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources("fundflow", "tests")
    }
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}
    own = sorted(count for name, count in lines.items() if name.startswith("fundflow/"))
    assert own[len(own) // 2] <= MEDIAN_FILE


def test_functions_are_short():
    found = {
        f"{name_of(path)}:{name}": count
        for path in sources("fundflow", "tests")
        for name, count in functions(path)
        if count > LONGEST_FUNCTION
    }
    assert found == {}


def test_every_module_says_what_it_is_for():
    silent = [
        name_of(p)
        for p in sources("fundflow", "tests")
        if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_no_drawer_for_odds_and_ends():
    assert [
        name_of(p) for p in sources("fundflow", "tests") if p.stem in NO_NAMES or p.parent.name in NO_NAMES
    ] == []


def test_settings_come_from_one_place():
    readers = {
        name_of(path)
        for path in [*sources("fundflow"), ROOT / "config.py", ROOT / "wsgi.py"]
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))
    }
    assert readers <= READS_ENVIRONMENT


def test_time_comes_from_one_clock():
    asking = {
        name_of(path)
        for path in sources("fundflow")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today"}
    }
    assert asking == {"fundflow/platform/clock.py"}


def test_money_is_never_a_float():
    asking = {
        f"{name_of(path)}:{node.lineno}"
        for path in sources("fundflow/ledger", "fundflow/disbursement", "fundflow/approval")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    }
    assert asking == set()


def templates():
    folder = locate("templates")
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.html"))}


def test_every_template_compiles(app):
    for name in templates():
        app.jinja_env.get_template(name)


def test_every_template_is_used():
    """By its name in a page, or by its place where a view chooses among the files of a folder."""
    code = "\n".join(path.read_text("utf-8") for path in sources("fundflow"))
    pages = "\n".join(path.read_text("utf-8") for path in templates().values())
    folders = {found.rstrip("/") for found in re.findall(r"f[\"']([\w/-]+/)\{", code)}
    lost = [
        name
        for name in templates()
        if Path(name).parent.as_posix() not in {*folders, *BY_LIBRARY} and Path(name).name not in code + pages
    ]
    assert lost == []


@pytest.mark.parametrize("name", sorted(templates()))
def test_templates_are_short(name):
    assert len(templates()[name].read_text("utf-8").splitlines()) <= 200
