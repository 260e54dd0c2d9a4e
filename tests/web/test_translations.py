"""The catalogues keep up with the sources: every message is worded in every language, placeholders included."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from fundflow.web.i18n import CATALOGUES, LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [code for code in LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@cache
def wanted() -> frozenset[str]:
    """Every message that the sources ask for; of a plural, its singular."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "N_": None}
    found = extract_from_dir(str(ROOT), methods, options, keywords, directory_filter=_ours)
    return frozenset(
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _notes, _context in found
    ) - {""}


def _ours(folder: str) -> bool:
    return Path(folder).name in {"fundflow", "templates"} or Path(folder).parent != ROOT


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return read_po(stream, locale=language)


def forms(message: Message) -> list[tuple[str, str]]:
    """Each wording with the original it stands for: the singular once, the plural for every plural form."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    originals = [message.id[0], *[message.id[1]] * (len(message.string) - 1)]
    return list(zip(originals, message.string, strict=True))


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_holds_what_the_sources_ask_for(language):
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(language)}
    assert sorted(wanted() - known) == []
    assert sorted(known - {""} - wanted()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_worded(language):
    messages = [message for message in catalogue(language) if message.id]
    assert [message.id for message in messages if message.fuzzy] == []
    assert [source for message in messages for source, text in forms(message) if not text.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_wording_keeps_the_placeholders_and_the_space_at_its_ends(language):
    pairs = [pair for message in catalogue(language) if message.id for pair in forms(message)]
    differ = [
        source
        for source, text in pairs
        if sorted(set(PLACEHOLDER.findall(source))) != sorted(set(PLACEHOLDER.findall(text)))
        or (source[0].isspace(), source[-1].isspace()) != (text[0].isspace(), text[-1].isspace())
    ]
    assert differ == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_plural_has_the_forms_of_its_language(language):
    plurals = [message for message in catalogue(language) if message.pluralizable and message.id]
    assert plurals
    assert {len(message.string) for message in plurals} == {catalogue(language).num_plurals}
