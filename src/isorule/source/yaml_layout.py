"""Writes YAML the way SigmaHQ lays out its rules: four blanks, lists below their key, nothing folded.

Quoting as in that collection: texts are unquoted where every reader of YAML 1.1 and 1.2 gives them back as they are;
in a detection all texts but the condition stand in single quotes; text of several lines is a `|` block.
https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isorule.source.equality import same_values
from isorule.source.reading import MAX_DEPTH, Reading, SourceError
from isorule.source.text import KeyPath, SourceFile, path_text
from isorule.source.yaml_scalars import is_safe_plain
from isorule.source.yaml_values import read_yaml

_INDENT: Final = 4
_LONGEST_SIMPLE_KEY: Final = 1000
"""A key of more than 1024 characters must be written as `? key` (YAML 1.2, rule 154)."""

_PLAIN = re.compile(r"""(?![-?:](?:\s|$)|---|\.\.\.)[^\s,\[\]{}#&*!|>'"%@`](?:[^\n\t]*[^\s:])?""")
_ENDS_PLAIN = re.compile(r":(?=\s)|(?<=\s)#")
_SPECIAL = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ESCAPES: Final = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\0": "\\0",
    "\x1b": "\\e",
}
_ESCAPED = re.compile('[\\\\"\n\t\r]|' + _SPECIAL.pattern)


@dataclass(frozen=True, slots=True)
class YamlLayout:
    """What is particular to one kind of file.

    Texts below the top-level keys `quoted` stand in quotes, except those under a key of `unquoted`; ISO dates at the
    top-level keys `dates` stay unquoted, since every reader of these files takes a date for a text and back.
    """

    quoted: frozenset[str] = frozenset()
    unquoted: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()


SIGMA_LAYOUT: Final = YamlLayout(
    quoted=frozenset({"detection"}),
    unquoted=frozenset({"condition", "timeframe"}),
    dates=frozenset({"date", "modified"}),
)


def write_yaml(values: Mapping[str, object], layout: YamlLayout = SIGMA_LAYOUT) -> str:
    """One YAML document with the given values, which may be mappings, lists, texts, numbers, Booleans and None.

    The result is read again before it is given back. Raises TypeError where a key or value is of another type, and
    ValueError where values are nested deeper than `reading.MAX_DEPTH` or cannot be written (a lone surrogate).
    """
    return reread_yaml(values, layout).file.text


def reread_yaml(values: Mapping[str, object], layout: YamlLayout = SIGMA_LAYOUT, *, path: str = "<written>") -> Reading:
    """What reading the text of `write_yaml` gives, the text itself as its file; `path` is what diagnostics call it."""
    writer = YamlWriter(layout)
    if values:
        writer.mapping(values, (), 0)
    text = "".join(writer.out) if values else "{}\n"
    try:
        again = read_yaml(SourceFile(path, text))
    except SourceError as error:
        raise ValueError(f"the values cannot be written as YAML: {error}") from error
    if len(again) != 1 or not same_values(again[0].values, values):
        raise ValueError("the values cannot be written as YAML")
    return again[0]


class YamlWriter:
    """Writes parts of a document in a layout, into the list `out`."""

    def __init__(self, layout: YamlLayout) -> None:
        self._layout = layout
        self.out: list[str] = []

    def mapping(self, values: Mapping[str, object], path: KeyPath, indent: int, *, inline: bool = False) -> None:
        """A block mapping; `inline` where its first key stands behind the dash of a list item."""
        _check_depth(path)
        for index, (key, value) in enumerate(values.items()):
            if not isinstance(key, str):
                raise TypeError(f"a key of {path_text(path) or 'the document'} is not a text")
            here = (*path, key)
            self.out.append("" if inline and index == 0 else " " * indent)
            written = key_text(key)
            if len(written) > _LONGEST_SIMPLE_KEY:
                self.out.append(f"? {written}\n{' ' * indent}:")
            else:
                self.out.append(f"{written}:")
            self.entry_value(value, here, indent)

    def entry_value(self, value: object, path: KeyPath, indent: int) -> None:
        """A value behind the colon of its key, which stands at `indent`."""
        match value:
            case str():
                self.out.append(f" {self._text(value, path, indent + _INDENT)}\n")
            case Mapping() if value:
                self.out.append("\n")
                self.mapping(value, path, indent + _INDENT)
            case list() | tuple() if value:
                self.out.append("\n")
                self._list(value, path, indent + _INDENT)
            case _:
                self.out.append(f" {self._scalar(value, path)}\n")

    def _list(self, values: Sequence[object], path: KeyPath, indent: int, *, inline: bool = False) -> None:
        _check_depth(path)
        for index, value in enumerate(values):
            here = (*path, index)
            self.out.append("" if inline and index == 0 else " " * indent)
            self.out.append("- ")
            self.item_value(value, here, indent)

    def item_value(self, value: object, path: KeyPath, indent: int) -> None:
        """A value behind the dash of a list item, which stands at `indent`."""
        match value:
            case str():
                self.out.append(f"{self._text(value, path, indent + _INDENT)}\n")
            case Mapping() if value:
                self.mapping(value, path, indent + 2, inline=True)
            case list() | tuple() if value:
                self._list(value, path, indent + 2, inline=True)
            case _:
                self.out.append(f"{self._scalar(value, path)}\n")

    def _scalar(self, value: object, path: KeyPath) -> str:
        match value:
            case None:
                return "null"
            case bool():
                return str(value).lower()
            case int():
                return str(value)
            case float():
                return _float_text(value)
            case Mapping():
                return "{}"
            case list() | tuple():
                return "[]"
            case _:
                raise TypeError(f"{path_text(path)} is of the type {type(value).__name__}, which YAML does not have")

    def _text(self, value: str, path: KeyPath, indent: int) -> str:
        block = _block(value, indent) if "\n" in value else None
        if block is not None:
            return block
        if self._is_quoted(path):
            return quoted(value)
        if len(path) == 1 and path[0] in self._layout.dates and _ISO_DATE.fullmatch(value):
            return value
        return plain_or_quoted(value)

    def _is_quoted(self, path: KeyPath) -> bool:
        return path[0] in self._layout.quoted and not self._layout.unquoted.intersection(_names(path))


def _names(path: KeyPath) -> Iterable[str]:
    return (part for part in path if isinstance(part, str))


def _check_depth(path: KeyPath) -> None:
    if len(path) >= MAX_DEPTH:
        raise ValueError(f"values are nested deeper than {MAX_DEPTH} levels")


def key_text(key: str) -> str:
    """A key as it is written: unquoted where that is safe."""
    return plain_or_quoted(key)


def plain_or_quoted(value: str) -> str:
    """A text on one line: unquoted where every reader gives back the same text, else in quotes."""
    if (
        _PLAIN.fullmatch(value)
        and not _ENDS_PLAIN.search(value)
        and not _SPECIAL.search(value)
        and is_safe_plain(value)
    ):
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """A text in single quotes; in double quotes where that spares a doubled quote, or where it needs escapes."""
    if _SPECIAL.search(value) or "\n" in value:
        return _double(value)
    if "'" in value and '"' not in value and "\\" not in value and "\t" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _double(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _block(value: str, indent: int) -> str | None:
    """A text of several lines as a literal block; None where it cannot be one."""
    if _SPECIAL.search(value) or not value.strip("\n"):
        return None
    body = value.rstrip("\n")
    tail = len(value) - len(body)
    first = body.lstrip("\n").split("\n", 1)[0]
    if not first.strip() or (body.startswith("\n") and first.startswith(" ")):
        return None
    header = (
        "|" + (str(_INDENT) if first.startswith((" ", "\t")) else "") + ("-" if tail == 0 else "+" if tail > 1 else "")
    )
    margin = " " * indent
    lines = [margin + line if line else "" for line in body.split("\n")]
    return "\n".join([header, *lines]) + "\n" * (tail - 1 if tail > 1 else 0)


def _float_text(value: float) -> str:
    """A number that both versions of YAML read as a float: with a point, and a sign in the exponent."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    if not exponent:
        return text
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{power if power[0] in '+-' else '+' + power}"
