"""The lock file: every dependency pinned and hashed, no address, the tests' tools apart, no known holes."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
MARK = "# ==== tests and checks"
# Below these versions a hole is known that concerns what is done here.
LEAST = {
    "weasyprint": "70",  # its fetcher could be led to local files
    "jinja2": "3.1.6",  # the sandbox could be left
    "werkzeug": "3.0.6",  # multipart forms exhausted memory
    "gunicorn": "23",  # requests could be smuggled
    "pillow": "10.3",  # a buffer overflow in image data
}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text):
    return {
        canonical(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE)
    }


def locked():
    application, _, checks = (ROOT / "lock.txt").read_text().partition(MARK)
    return application, checks


def asked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return project["project"]["dependencies"], project["dependency-groups"]["dev"]


def test_what_is_asked_for_is_pinned_in_its_part():
    for wanted, part in zip(asked(), locked(), strict=True):
        versions = pinned(part)
        requirements = [Requirement(line) for line in wanted]
        assert [r.name for r in requirements if canonical(r.name) not in versions] == []
        assert [r.name for r in requirements if not r.specifier.contains(versions[canonical(r.name)])] == []


def test_the_tools_of_the_tests_stay_out_of_the_application():
    application, checks = map(pinned, locked())
    assert set(application) & set(checks) == set()
    assert {"pytest", "playwright", "mypy"} <= set(checks)


def test_each_version_carries_hashes_and_nothing_names_an_address():
    text = "".join(locked())
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url.*|--find-links.*", text) == []


def test_no_version_with_a_known_hole():
    versions = pinned(locked()[0])
    assert [name for name, least in LEAST.items() if Version(versions[name]) < Version(least)] == []
