"""Writes TOML the way Elastic's detection-rules repository lays out its rules.

What is particular to these files (order of keys, forms of strings) is data below; everything else is written as plain
right TOML, so documents with unknown keys come out well, too.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import Final

import tomli

from isorule.source.equality import same_values
from isorule.source.reading import MAX_DEPTH
from isorule.source.text import path_text

WIDTH: Final = 120
"""Lists that fit into a line of this many columns are written on one line."""

_INDENT: Final = "    "
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f]')
_ESCAPED_LONG = re.compile('\\\\|"(?="")|"\\Z|[\x00-\x08\x0b-\x1f\x7f]')
_NOT_LITERAL = re.compile("'''|'\\Z|[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}

Names = tuple[str, ...]
"""A key path without the indexes of lists."""


@unique
class TextForm(Enum):
    """How a text is written. LONG_TIGHT has its first line right behind the quotes."""

    SHORT = "short"
    LONG = "long"
    LONG_TIGHT = "long, text at once"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class TableOrder:
    """The order of a table's keys: those of `first`, the others by the alphabet, those of `last`."""

    first: Names = ()
    last: Names = ()


@dataclass(frozen=True, slots=True)
class TomlLayout:
    """What is particular to one kind of file, by key path without list indexes.

    `forms` holds texts that always have a form, `long_forms` the form of texts with line breaks (others: LONG).
    `headed` are the tables that have a header even where they hold nothing but tables. `indents` holds the step of
    indentation of lists that do not use four blanks.
    """

    order: Mapping[Names, TableOrder] = field(default_factory=dict)
    forms: Mapping[Names, TextForm] = field(default_factory=dict)
    long_forms: Mapping[Names, TextForm] = field(default_factory=dict)
    headed: frozenset[Names] = frozenset()
    indents: Mapping[Names, str] = field(default_factory=dict)


ELASTIC_LAYOUT: Final = TomlLayout(
    order={
        (): TableOrder(first=("metadata", "transform", "rule")),
        ("metadata",): TableOrder(),
        ("rule",): TableOrder(
            last=(
                "query",
                "exceptions_list",
                "risk_score_mapping",
                "severity_mapping",
                "alert_suppression",
                "filters",
                "threat_filters",
                "threat_mapping",
                "threat",
                "investigation_fields",
                "new_terms",
                "threshold",
                "meta",
            )
        ),
        ("rule", "threat"): TableOrder(first=("framework", "technique", "tactic")),
        ("rule", "threat", "technique"): TableOrder(last=("subtechnique",)),
        ("transform",): TableOrder(first=("osquery", "investigate")),
        ("transform", "investigate"): TableOrder(first=("label", "description", "providers")),
    },
    forms={("rule", "query"): TextForm.LITERAL},
    long_forms={
        ("rule", "note"): TextForm.LONG_TIGHT,
        ("rule", "setup"): TextForm.LONG_TIGHT,
    },
    headed=frozenset({("transform",)}),
    indents={("transform", "investigate", "providers"): "  "},
)


def write_toml(document: Mapping[str, object], layout: TomlLayout = ELASTIC_LAYOUT, *, keep_order: bool = False) -> str:
    """A TOML document with the given values: tables, lists, texts, numbers, Booleans, dates and times.

    `keep_order` leaves the keys in the order of the document instead of the layout's (plain keys still come before
    tables). The result is read again and compared before it is given back. Raises TypeError for values that TOML does
    not have (None), ValueError for what it cannot hold (a lone surrogate, nesting beyond `reading.MAX_DEPTH`).
    """
    writer = TomlWriter(layout, keep_order=keep_order)
    text = "\n".join(writer.table((), document, header=False)).lstrip("\n") + "\n"
    if not _reads_as(text, document):
        raise ValueError("the values cannot be written as TOML")
    return text


def _reads_as(text: str, document: Mapping[str, object]) -> bool:
    try:
        text.encode("utf-8")
        return same_values(tomli.loads(text), document)
    except (tomli.TOMLDecodeError, UnicodeEncodeError):
        return False


@dataclass(frozen=True, slots=True)
class TomlWriter:
    """Writes parts of a document in a layout."""

    layout: TomlLayout = ELASTIC_LAYOUT
    keep_order: bool = False

    def table(self, path: Names, values: Mapping[str, object], *, header: bool, array: bool = False) -> Iterator[str]:
        """The lines of a table: its header, its plain keys, then the tables in it, each after a blank line."""
        if len(path) >= MAX_DEPTH:
            raise ValueError(f"values are nested deeper than {MAX_DEPTH} levels")
        plain = {key: value for key, value in values.items() if not _is_table(value) and not _is_table_array(value)}
        if array:
            yield f"[[{dotted(path)}]]"
        elif header and (plain or not values or path in self.layout.headed):
            yield f"[{dotted(path)}]"
        for key in self.ordered(path, values):
            if key in plain:
                yield f"{key_text(key)} = {self.value((*path, key), plain[key], len(key_text(key)) + 3)}"
        first = not plain
        for key in self.ordered(path, values):
            if key in plain:
                continue
            for lines in self.tables((*path, key), values[key]):
                if not (first and path in self.layout.headed):
                    yield ""
                first = False
                yield from lines

    def tables(self, path: Names, value: object) -> Iterator[Iterator[str]]:
        """The lines of a table, or of each table of an array of tables."""
        if isinstance(value, Mapping):
            lines = list(self.table(path, value, header=True))
            yield iter(lines[1:] if lines and lines[0] == "" else lines)
        elif isinstance(value, list | tuple):
            for item in value:
                yield self.table(path, item, header=True, array=True)

    def ordered(self, path: Names, values: Mapping[str, object]) -> list[str]:
        """The keys of a table in the order in which they are written."""
        for key in values:
            if not isinstance(key, str):
                raise TypeError(f"a key of {path_text(path) or 'the document'} is not a text")
        if self.keep_order:
            return list(values)
        order = self.layout.order.get(path)
        if order is None:
            return list(values) if path[:1] != ("rule",) else sorted(values)
        return sorted(values, key=lambda key: _rank(order, key))

    def value(self, path: Names, value: object, column: int = 0, margin: str = "") -> str:
        """A value as it stands behind its key; `column` is where it begins, `margin` the indentation of its line."""
        match value:
            case bool():
                return str(value).lower()
            case int():
                return str(value)
            case float():
                return _float_text(value)
            case str():
                return self.text(path, value)
            case datetime.datetime() | datetime.date() | datetime.time():
                return value.isoformat()
            case Mapping():
                return self._inline_table(path, value)
            case list() | tuple():
                return self._list(path, value, column, margin)
            case _:
                raise TypeError(f"{path_text(path)} is of the type {type(value).__name__}, which TOML does not have")

    def text(self, path: Names, value: str) -> str:
        """A text in the form that the layout gives to its key."""
        form = self.layout.forms.get(path)
        if form is None:
            form = self.layout.long_forms.get(path, TextForm.LONG) if "\n" in value else TextForm.SHORT
        if form is TextForm.LITERAL and not _NOT_LITERAL.search(value):
            return f"'''\n{value}'''"
        match form:
            case TextForm.SHORT:
                return '"' + _ESCAPED.sub(_escape, value) + '"'
            case TextForm.LONG_TIGHT if not value.startswith("\n"):
                return f'"""{_ESCAPED_LONG.sub(_escape, value)}"""'
            case _:
                return f'"""\n{_ESCAPED_LONG.sub(_escape, value)}"""'

    def _list(self, path: Names, values: Sequence[object], column: int, margin: str) -> str:
        if len(margin) >= MAX_DEPTH * len(_INDENT):  # a margin grows with every list around
            raise ValueError(f"values are nested deeper than {MAX_DEPTH} levels")
        inner = margin + self.layout.indents.get(path, _INDENT)
        items = [self.value(path, item, len(inner), inner) for item in values]
        line = f"[{', '.join(items)}]"
        if "\n" not in line and column + len(line) <= WIDTH and not any(isinstance(item, Mapping) for item in values):
            return line
        return "\n".join(["[", *(f"{inner}{item}," for item in items), f"{margin}]"])

    def _inline_table(self, path: Names, values: Mapping[str, object]) -> str:
        """A table between braces, on one line, with short texts only, as TOML 1.0 asks."""
        parts = []
        for key in self.ordered(path, values):
            part = values[key]
            written = (
                '"' + _ESCAPED.sub(_escape, part) + '"'
                if isinstance(part, str)
                else self._on_one_line((*path, key), part)
            )
            parts.append(f"{key_text(key)} = {written}")
        return f"{{ {', '.join(parts)} }}" if parts else "{}"

    def _on_one_line(self, path: Names, value: object) -> str:
        if isinstance(value, list | tuple):
            items = (
                '"' + _ESCAPED.sub(_escape, item) + '"' if isinstance(item, str) else self._on_one_line(path, item)
                for item in value
            )
            return f"[{', '.join(items)}]"
        return self.value(path, value)


def _rank(order: TableOrder, key: str) -> tuple[int, int, str]:
    if key in order.first:
        return (0, order.first.index(key), key)
    if key in order.last:
        return (2, order.last.index(key), key)
    return (1, 0, key)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_table_array(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def key_text(key: str) -> str:
    """A key as it is written: bare, or in double quotes."""
    return key if _BARE_KEY.fullmatch(key) else '"' + _ESCAPED.sub(_escape, key) + '"'


def dotted(path: Names) -> str:
    """A key path as a table's header has it."""
    return ".".join(key_text(key) for key in path)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)
