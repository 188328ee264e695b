"""Gives a TOML text other values by editing it, so that comments, order and quoting of everything else stay."""

from __future__ import annotations

from collections.abc import Mapping

import tomli

from isorule.source.changes import Change, ChangeKind, Edits, NoRewriteError, changes, line_end, line_start
from isorule.source.equality import same_values
from isorule.source.text import KeyPath, Located, Span, value_at
from isorule.source.toml_layout import ELASTIC_LAYOUT, Names, TomlLayout, TomlWriter, key_text, write_toml


def rewrite_toml(
    text: str,
    values: Mapping[str, object],
    places: Mapping[KeyPath, Located],
    document: Mapping[str, object],
    layout: TomlLayout = ELASTIC_LAYOUT,
) -> str:
    """The text with the values of `document`, given its present values and their places (see `toml_values`).

    Equal values give the text as it is. Where the text cannot be edited the document is written anew in the order of
    its keys. Raises as `write_toml` does.
    """
    if same_values(values, document):
        return text
    rewriter = _Rewriter(text, values, places, document, layout)
    try:
        edited = rewriter.run()
        if same_values(tomli.loads(edited), document):
            return edited
    except (NoRewriteError, tomli.TOMLDecodeError):
        pass
    return write_toml(document, layout, keep_order=True)


def toml_edits(
    text: str,
    values: Mapping[str, object],
    places: Mapping[KeyPath, Located],
    document: Mapping[str, object],
    layout: TomlLayout = ELASTIC_LAYOUT,
) -> tuple[tuple[int, int, str], ...]:
    """The replacements (start, end, text) by which `rewrite_toml` edits a text.

    Raises NoRewriteError where the text cannot be edited, TypeError or ValueError for values that cannot be written.
    """
    rewriter = _Rewriter(text, values, places, document, layout)
    rewriter.run()
    return rewriter.edits.asked()


class _Rewriter:
    def __init__(
        self,
        text: str,
        values: Mapping[str, object],
        places: Mapping[KeyPath, Located],
        document: Mapping[str, object],
        layout: TomlLayout,
    ) -> None:
        self._text = text
        self._values = values
        self._places = places
        self._document = document
        self._writer = TomlWriter(layout)
        self.edits = Edits(text)

    def run(self) -> str:
        """The edited text.

        Raises NoRewriteError where there is a change that cannot be made in place.
        """
        for change in changes(self._values, self._document):
            match change.kind:
                case ChangeKind.SET:
                    self._set(change)
                case ChangeKind.ADD:
                    self._add(change.path, change.value)
                case ChangeKind.REMOVE:
                    self._remove(change.path)
        return self.edits.applied()

    def _set(self, change: Change) -> None:
        path, value = change.path, change.value
        if self._is_header(path) or _is_tables(value):
            self._remove(path)
            self._add(path, value)
            return
        span = self._places[path].value
        column = span.start - line_start(self._text, span.start)
        margin = self._margin(span.start)
        written = self._writer.value(_names(path), value, column, margin)
        self.edits.replace(span.start, span.end, written)

    def _add(self, path: KeyPath, value: object) -> None:
        table = path[:-1]
        key = path[-1]
        if not isinstance(key, str) or (table and not self._is_header(table)):
            raise NoRewriteError
        names = _names(path)
        if _is_tables(value):
            lines = [line for part in self._writer.tables(names, value) for line in ("", *part)]
            at = line_end(self._text, self._places[table].value.end)
        else:
            lines = [f"{key_text(key)} = {self._writer.value(names, value, len(key_text(key)) + 3)}"]
            at = self._after_predecessor(table, key)
        before = "" if at == 0 or self._text[at - 1] == "\n" else "\n"
        self.edits.replace(at, at, before + "\n".join(lines) + "\n")

    def _after_predecessor(self, table: KeyPath, key: str) -> int:
        """Where a plain key goes: behind the one before it in the layout's order, or right below the table's header."""
        present = value_at(self._values, table)
        order = self._writer.ordered(_names(table), {**present, key: None})
        for earlier in reversed(order[: order.index(key)]):
            path = (*table, earlier)
            if earlier in present and not self._is_header(path):
                return line_end(self._text, self._places[path].value.end)
        if not table:
            return 0
        return line_end(self._text, self._places[table].value.start)

    def _remove(self, path: KeyPath) -> None:
        place = self._places[path]
        if self._is_header(path):
            self._check_contiguous(path, place.value)
            start = line_start(self._text, place.value.start)
            while start > 1 and self._text[:start].endswith("\n\n"):
                start -= 1
        elif place.key is not None and not self._in_braces(path):
            start = line_start(self._text, place.key.start)
            if self._text[start : place.key.start].strip():
                raise NoRewriteError  # a dotted key
        else:
            raise NoRewriteError
        self.edits.replace(start, line_end(self._text, place.value.end), "")

    def _is_header(self, path: KeyPath) -> bool:
        """Whether an entry is a table with a header, or an array of such tables."""
        value = value_at(self._values, path)
        if not _is_tables(value):
            return False
        span = self._places[path].value
        return self._text[line_start(self._text, span.start) : span.start + 1].strip() == "["

    def _in_braces(self, path: KeyPath) -> bool:
        place = self._places[path[:-1]]
        return self._text[place.value.start : place.value.start + 1] == "{"

    def _check_contiguous(self, path: KeyPath, span: Span) -> None:
        for other, place in self._places.items():
            if other[: len(path)] != path and span.start < place.value.start < span.end:
                raise NoRewriteError

    def _margin(self, at: int) -> str:
        line = self._text[line_start(self._text, at) : at]
        return line[: len(line) - len(line.lstrip())]


def _names(path: KeyPath) -> Names:
    return tuple(part for part in path if isinstance(part, str))


def _is_tables(value: object) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)
