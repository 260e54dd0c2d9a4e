"""A machine drawn as an SVG picture: stages as boxes, moves as arrows with their names."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from fundflow.platform.wording import pick
from fundflow.workflow.definition import Machine
from fundflow.workflow.layout import Layout, Pair, lay_out

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 190, 46, 330, 128, 150
LINE, NARROW, WIDE, LETTER = 13, 24, 30, 6.2
_FILLS = ("#e8eef9", "#e6f4ea", "#fff4de", "#f3e8fb", "#e4f3f6", "#fbe9e7")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#14213d}.s{font-weight:600}.m{font-size:11px;fill:#333;"
    "paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".a{fill:none;stroke:#5b6577;stroke-width:1.4}.b{stroke-dasharray:5 3}.n{font-size:11px;fill:#555}"
)

Box = tuple[float, float, float, float]


@dataclass
class _Sheet:
    """The picture as it grows; labels that would cover one another move down."""

    layout: Layout
    machine: Machine
    language: str
    counts: Mapping[str, int]
    arrows: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    covered: list[Box] = field(default_factory=list)
    lowest: float = 0

    def corner(self, stage: str) -> tuple[float, float]:
        row, column = self.layout.places[stage]
        return EDGE + column * ACROSS, 50 + row * DOWN

    def name(self, move: str) -> str:
        return pick(self.machine.moves[move].label, self.language)


def drawing(machine: Machine, language: str, counts: Mapping[str, int] | None = None) -> str:
    """An SVG picture of the stages and the moves between them, in the words of a language.

    Moves that change no stage are left out; one that leads out of many stages is told below the stage it leads
    to. `counts` adds the number of cases in each stage.
    """
    sheet = _Sheet(lay_out(machine), machine, language, counts or {})
    for stage in machine.stages:
        _box(sheet, stage)
    for pair, moves in sheet.layout.drawn.items():
        _arrow(sheet, pair, [sheet.name(move) for move in moves])
    x, y = sheet.corner(machine.initial)
    sheet.arrows.append(
        _path(f"M{x + WIDTH / 2:.0f} {y - 32:.0f} L{x + WIDTH / 2:.0f} {y - 2:.0f}", back=False)
    )
    sheet.arrows.append(f'<circle cx="{x + WIDTH / 2:.0f}" cy="{y - 34:.0f}" r="6" fill="#14213d"/>')
    columns = max(column for _row, column in sheet.layout.places.values()) + 1
    width, height = EDGE + columns * ACROSS, sheet.lowest + 24
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" role="img"><title>{_safe(_title(sheet))}</title><style>{_STYLE}</style>'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#5b6577"/></marker></defs>'
        f'<rect width="{width}" height="{height:.0f}" fill="#fff"/>'
    )
    return "\n".join((head, *sheet.arrows, *sheet.boxes, *sheet.words, "</svg>\n"))


def _title(sheet: _Sheet) -> str:
    return ", ".join(pick(stage.label, sheet.language) for stage in sheet.machine.stages.values())


def _box(sheet: _Sheet, name: str) -> None:
    stage, (x, y) = sheet.machine.stages[name], sheet.corner(name)
    phases = list(dict.fromkeys(each.phase for each in sheet.machine.stages.values()))
    fill = "#eeeeee" if stage.final else _FILLS[phases.index(stage.phase) % len(_FILLS)]
    count = f" ({sheet.counts[name]})" if name in sheet.counts else ""
    lines = textwrap.wrap(pick(stage.label, sheet.language) + count, NARROW)[:2] or [name]
    border = ' stroke-width="3"' if stage.final else ""
    sheet.boxes.append(
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{fill}" stroke="#14213d"{border}/>'
    )
    top = y + HEIGHT / 2 + 4 - (len(lines) - 1) * 7
    sheet.boxes += [_text(x + WIDTH / 2, top + at * 14, line, "s") for at, line in enumerate(lines)]
    sheet.covered.append((x, y, x + WIDTH, y + HEIGHT))
    below = y + HEIGHT + 14
    for move in sheet.layout.told.get(name, ()):
        sources = len(sheet.machine.moves[move].from_)
        for line in textwrap.wrap(f"↳ {sheet.name(move)} ({sources} ▢)", WIDE):
            sheet.words.append(_text(x + WIDTH / 2, below, line, "m"))
            sheet.covered.append((x, below - LINE, x + WIDTH, below))
            below += LINE
    sheet.lowest = max(sheet.lowest, below)


def _arrow(sheet: _Sheet, pair: Pair, names: list[str]) -> None:
    """Down to the next row, round the right of what lies between, or back up along the left."""
    (x1, y1), (x2, y2) = sheet.corner(pair[0]), sheet.corner(pair[1])
    half, rows = WIDTH / 2, sheet.layout.places[pair[1]][0] - sheet.layout.places[pair[0]][0]
    if rows == 1:
        bend = (y2 - y1 - HEIGHT) / 2
        path = f"M{x1 + half} {y1 + HEIGHT} C{x1 + half} {y1 + HEIGHT + bend} "
        path += f"{x2 + half} {y2 - bend} {x2 + half} {y2 - 2}"
        at = ((x1 + x2) / 2 + half, (y1 + HEIGHT + y2) / 2)
    elif rows > 1:
        out = max(x1, x2) + WIDTH + 46
        path = f"M{x1 + WIDTH} {y1 + 32} C{out} {y1 + 50} {out} {y2} {x2 + WIDTH + 2} {y2 + 14}"
        at = (out - 12, (y1 + y2 + HEIGHT) / 2)
    elif rows == 0 and abs(x1 - x2) > ACROSS:
        path = f"M{x1 + half} {y1 + HEIGHT} C{x1 + half} {y1 + 96} {x2 + half} {y2 + 96} "
        path += f"{x2 + half} {y2 + HEIGHT + 2}"
        at = ((x1 + x2) / 2 + half, y1 + 84)
    elif rows == 0:
        left, right = (x1 + WIDTH, x2 - 2) if x1 < x2 else (x1, x2 + WIDTH + 2)
        path, at = (
            f"M{left} {y1 + HEIGHT / 2} L{right} {y2 + HEIGHT / 2}",
            ((left + right) / 2, y1 + HEIGHT / 2 - 6),
        )
    else:
        out = min(x1, x2) - 34 + 12 * rows
        path = f"M{x1} {y1 + 14} C{out} {y1} {out} {y2 + HEIGHT} {x2 - 2} {y2 + 32}"
        at = (out + 20, (y1 + y2 + HEIGHT) / 2)
    sheet.arrows.append(_path(path, back=rows < 0))
    _label(sheet, at, [line for name in names for line in textwrap.wrap(name, WIDE)])


def _label(sheet: _Sheet, at: tuple[float, float], lines: list[str]) -> None:
    """The names of the moves near the middle of their arrow, where nothing is written yet."""
    half = max(map(len, lines)) * LETTER / 2
    x, y = max(at[0], half + 4), at[1]
    high = len(lines) * LINE
    for shift in (0, 10, -10, 20, -20, 32, -32, 46, -46, 62, 80, 100):
        box = (x - half, y + shift - high / 2, x + half, y + shift + high / 2)
        if not any(_meet(box, other) for other in sheet.covered):
            break
    sheet.covered.append(box)
    sheet.lowest = max(sheet.lowest, box[3])
    sheet.words += [_text(x, box[1] + LINE * (row + 1) - 3, line, "m") for row, line in enumerate(lines)]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _path(way: str, *, back: bool) -> str:
    return f'<path class="{"a b" if back else "a"}" d="{way}" marker-end="url(#tip)"/>'


def _text(x: float, y: float, words: str, style: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" class="{style}">{_safe(words)}</text>'


def _safe(words: str) -> str:
    return escape("".join(each for each in words if each.isprintable()))
