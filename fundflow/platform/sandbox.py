"""Texts of programme files over plain values: Jinja without attributes, calls, assignments or files.

What an author may write: `{{ name.key }}`, a few filters, `{% if %}` and `{% for %}`. Everything else is
refused when the text is checked and once more before it is rendered.
Kinds of text: `plain` (mails), `inline` (one line of HTML) and `prose` (paragraphs of HTML: an empty line
begins a paragraph, a line break stays one). In both, `**words**` are strong and the rest is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from fundflow.platform import display

Kind = Literal["plain", "inline", "prose"]

LONGEST_TEXT = 20_000
LONGEST_OUTPUT = 400_000
MOST_ROUNDS = 20_000
MOST_NODES = 2_000
DEEPEST_LOOP = 2
_LOOP = frozenset({"index", "first", "last", "length"})
_TESTS = frozenset({"none", "defined", "odd", "even"})
FILTERS = frozenset(display.FILTERS) | {
    "upper",
    "lower",
    "capitalize",
    "trim",
    "length",
    "first",
    "last",
    "join",
}
_PARTS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.CondExpr, nodes.Concat, nodes.List, nodes.Tuple, nodes.Neg, nodes.Keyword,
)  # fmt: skip


class TextFault(ValueError):
    """A text asks for something that is not allowed, or for a value that is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a text, at a line of it (from 1)."""

    line: int
    message: str
    code: str


class _Prose(Extension):
    """Turns what the author wrote around the expressions into HTML; values are escaped as they come."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        strong = False
        for token in stream:
            if token.type == "data":
                text, strong = _as_html(token.value, strong=strong, prose=self.environment.kind == "prose")  # type: ignore[attr-defined]
                yield Token(token.lineno, "data", text)
            else:
                yield token


def _as_html(text: str, *, strong: bool, prose: bool) -> tuple[str, bool]:
    pieces = str(escape(text)).split("**")
    html = pieces[0]
    for piece in pieces[1:]:
        html += ("</strong>" if strong else "<strong>") + piece
        strong = not strong
    if prose:
        html = re.sub(r"\n[ \t]*\n\s*", "</p><p>", html)
        return html.replace("\n", "<br>"), strong
    return html.replace("\n", " "), strong


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment in which a dot means a key of a mapping, and nothing can be called."""

    def __init__(self, kind: Kind, language: str, timezone: str, **options: Any) -> None:
        self.kind = kind
        words = display.Wording(language, timezone)
        super().__init__(
            undefined=StrictUndefined,
            autoescape=kind != "plain",
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=words.display,
            extensions=[] if kind == "plain" else [_Prose],
            **options,
        )
        self.globals.clear()
        own = {name: getattr(words, name) for name in display.FILTERS}
        kept = {name: self.filters[name] for name in FILTERS if name in self.filters}
        self.filters = {**kept, **own, "counted": _counted}
        self.tests = {name: test for name, test in self.tests.items() if name in _TESTS | {"in", "eq", "ne"}}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, list | tuple) and type(argument) is int and -len(obj) <= argument < len(obj):
            return obj[argument]
        if isinstance(obj, Undefined):
            return obj
        return self.undefined(f"the value {argument!r} is missing")

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - the sandbox asks with the object
        return False


@pass_context
def _counted(context: Context, values: Any) -> Iterable[Any]:
    """The rounds of a loop, counted over the whole text so that no text runs for ever."""
    if isinstance(values, Undefined):
        raise TextFault(values._undefined_message)  # noqa: SLF001 - how jinja names what is missing
    if not isinstance(values, list | tuple):
        raise TextFault("a loop goes over a list")
    left = context["_rounds"]
    for value in values:
        left[0] -= 1
        if left[0] < 0:
            raise TextFault(f"the loops of a text make more than {MOST_ROUNDS} rounds")
        yield value


@lru_cache(maxsize=64)
def _environment(kind: Kind, language: str, timezone: str) -> Sandbox:
    return Sandbox(kind, language, timezone, cache_size=0)


def check(text: str, names: Collection[str], *, kind: Kind = "plain") -> list[Finding]:
    """Everything in a text that is not allowed when only `names` are in scope; empty for a good text."""
    if len(text) > LONGEST_TEXT:
        return [Finding(1, f"a text has at most {LONGEST_TEXT} characters", code="text_too_long")]
    try:
        tree = _environment(kind, "en", "UTC").parse(text)
    except TemplateError as fault:
        return [
            Finding(
                getattr(fault, "lineno", 1) or 1,
                f"this is not a template: {fault.message}",
                code="not_a_template",
            )
        ]
    except RecursionError:
        return [Finding(1, "the text nests too deeply", code="text_too_big")]
    found = list(_findings(tree, frozenset(names), 0))
    if sum(1 for _ in tree.find_all(nodes.Node)) > MOST_NODES:
        found.append(Finding(1, "the text has too many parts", code="text_too_big"))
    if kind != "plain" and text.count("**") % 2:
        found.append(Finding(1, "** is opened and never closed", code="strong_left_open"))
    return found


@lru_cache(maxsize=1024)
def parse(text: str, *, kind: Kind = "plain") -> nodes.Template:
    """The parts of a text, to be looked at; raises TextFault for one that is not a template."""
    try:
        return _environment(kind, "en", "UTC").parse(text)
    except (TemplateError, RecursionError) as fault:
        raise TextFault(f"this is not a template: {fault}") from fault


def _findings(node: nodes.Node, names: frozenset[str], depth: int) -> Iterator[Finding]:
    if fault := _fault_of(node, names):
        yield fault
        return
    if isinstance(node, nodes.For):
        if depth >= DEEPEST_LOOP:
            yield Finding(node.lineno, f"loops nest at most {DEEPEST_LOOP} deep", code="loops_too_deep")
        yield from _findings(node.iter, names, depth)
        inner = (
            names | {name.name for name in node.target.find_all(nodes.Name)} | _names(node.target) | {"loop"}
        )
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from _findings(child, inner, depth + 1)
        return
    for child in node.iter_child_nodes():
        yield from _findings(child, names, depth)


def _names(target: nodes.Node) -> set[str]:
    return {target.name} if isinstance(target, nodes.Name) else set()


def _fault_of(node: nodes.Node, names: frozenset[str]) -> Finding | None:
    line = node.lineno
    if isinstance(node, nodes.Call):
        return Finding(line, "nothing can be called in a text", code="call_in_text")
    if not isinstance(node, _PARTS):
        message = f"{type(node).__name__.lower()} is not available in a text"
        return Finding(line, message, code="not_in_texts")
    if isinstance(node, nodes.Name) and node.name not in names:
        message = f"unknown name {node.name!r}; in scope are {', '.join(sorted(names)) or 'none'}"
        return Finding(line, message, code="unknown_name")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return Finding(line, f"{node.attr!r} is not a key of a value", code="not_a_key")
    if isinstance(node, nodes.Getitem) and not _is_key(node):
        return Finding(line, "a key in brackets is a fixed word or number", code="not_a_key")
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.node is None):
        message = f"unknown filter {node.name!r}; there are {', '.join(sorted(FILTERS))}"
        return Finding(line, message, code="unknown_filter")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        return Finding(line, f"unknown test {node.name!r}", code="unknown_test")
    return None


def _is_key(node: nodes.Getitem) -> bool:
    key = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return (isinstance(key, str) and not key.startswith("_")) or type(key) is int


@lru_cache(maxsize=1024)
def _compile(text: str, names: frozenset[str], kind: Kind, language: str, timezone: str) -> Template:
    found = check(text, names, kind=kind)
    if found:
        raise TextFault("; ".join(f"line {finding.line}: {finding.message}" for finding in found))
    environment = _environment(kind, language, timezone)
    tree = environment.parse(text)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
    return environment.from_string(tree)


def render(
    text: str, values: Mapping[str, Any], *, language: str, timezone: str = "UTC", kind: Kind = "plain"
) -> str:
    """The text over plain values in a language; dates are shown in the time zone (IANA name).

    Raises TextFault when the text is not allowed, a value is missing or empty, or the result is endless.
    """
    template = _compile(text.strip(), frozenset(values), kind, language, timezone)
    pieces, size = [], 0
    try:
        for piece in template.generate({**values, "_rounds": [MOST_ROUNDS]}):
            size += len(piece)
            if size > LONGEST_OUTPUT:
                raise TextFault(f"the text grows beyond {LONGEST_OUTPUT} characters")
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as fault:
        raise TextFault(getattr(fault, "message", None) or str(fault)) from fault
    result = "".join(pieces)
    return _paragraphs(result) if kind == "prose" else result.strip()


def _paragraphs(html: str) -> str:
    whole = f"<p>{html}</p>"
    whole = re.sub(r"(<p>)(?:\s|<br>)+|(?:\s|<br>)+(</p>)", r"\1\2", whole)
    return whole.replace("<p></p>", "")
