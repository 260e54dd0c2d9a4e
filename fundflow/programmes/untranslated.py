"""Which wordings of a programme lack a language: for translators, and for a programme that is to speak one more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fundflow.platform.strict_yaml import load_with_places
from fundflow.programmes.wordings import worded

REFERENCE = "en"


@dataclass(frozen=True, slots=True)
class Gap:
    """A wording that lacks a language: where its map begins, and the words there are, English first."""

    file: str
    line: int
    language: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.language}: {' '.join(self.words.split())}"


def untranslated(files: Mapping[str, str], languages: Collection[str]) -> Iterator[Gap]:
    """Every gap in every file, in the order of the files; raises YamlFault for a file that is not YAML."""
    for name, text in sorted(files.items()):
        data, places = load_with_places(text, name)
        for path, words in worded(data, (), {REFERENCE, *languages}):
            line, _column = places.at(path)
            shown = words.get(REFERENCE) or next(iter(words.values()))
            yield from (Gap(name, line, each, shown) for each in languages if not words.get(each))
