"""Code lists: countries and currencies by Babel in every language, places, sectors and goals from the CSV files here.

A file has one `name` for all languages, or a column for each. Its `group` is a name, or the list of which the group
is the entry before the point in the code: target 8.3 stands under goal 8.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from babel import Locale
from babel.core import get_global

# The short names that definitions use for lists of one country.
_FILES = {"municipalities": "municipalities_al", "counties": "counties_al"}
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with its name and, where the list has groups (the county of a municipality), its group."""

    code: str
    name: str
    group: str = ""


@lru_cache(maxsize=128)
def entries(name: str, language: str) -> tuple[Entry, ...]:
    """All entries of a list in reading order; raises KeyError for a list that does not exist."""
    if name == "countries":
        places = {str(code): str(place) for code, place in Locale.parse(language).territories.items()}
        return _by_name((code, place) for code, place in places.items() if _is_country(code))
    if name == "currencies":
        names = Locale.parse(language).currencies
        return _by_name((code, f"{code} – {names.get(code, code)}") for code in _live_currencies())
    return _from_file(_FILES.get(name, name), language)


@lru_cache(maxsize=128)
def names(name: str, language: str) -> dict[str, str]:
    """Code -> name; raises KeyError for a list that does not exist."""
    return {entry.code: entry.name for entry in entries(name, language)}


def exists(name: str) -> bool:
    """Whether there is a list of that name."""
    try:
        entries(name, "en")
    except KeyError:
        return False
    return True


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


def _by_name(pairs: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
    return tuple(sorted((Entry(code, name) for code, name in pairs), key=lambda entry: entry.name.casefold()))


@lru_cache(maxsize=1)
def _live_currencies() -> frozenset[str]:
    """The currencies that are money somewhere today."""
    by_country = get_global("territory_currencies").values()
    return frozenset(code for uses in by_country for code, _, end, tender in uses if end is None and tender)


@lru_cache(maxsize=64)
def _from_file(name: str, language: str) -> tuple[Entry, ...]:
    source = files(__package__) / f"{name}.csv"
    if not name.isidentifier() or not source.is_file():
        raise KeyError(name)
    with source.open(encoding="utf-8") as lines:
        return tuple(
            Entry(row["code"], _name(row, language), _group(row, language)) for row in csv.DictReader(lines)
        )


def _name(row: dict[str, str], language: str) -> str:
    """The one name, or that of the language with the code, by which people know such entries."""
    return row["name"] if "name" in row else f"{row['code']} – {row.get(language) or row['en']}"


def _group(row: dict[str, str], language: str) -> str:
    """The group's own name, or that of the entry of another list, with its number."""
    if not (files(__package__) / f"{row['group']}.csv").is_file():
        return row["group"]
    number = row["code"].partition(".")[0]
    return names(row["group"], language)[number]
