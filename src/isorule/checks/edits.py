"""Fixes as edits of the text: a value, an entry, a list item, with everything around left as it is written.

Each function gives None where the text cannot be edited in place (a key between braces, an aliased value); the finding
then has no fix. The engine reads every edited file again and drops a fix that changes more than it says.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from isorule.checks.check import ELASTIC, CheckedDocument
from isorule.diagnostics import Applicability, Fix, TextEdit
from isorule.source import KeyPath, Span
from isorule.source.changes import NoRewriteError, line_end, line_start
from isorule.source.toml_rewrite import toml_edits
from isorule.source.yaml_layout import plain_or_quoted
from isorule.source.yaml_rewrite import yaml_edits

SAFE: Final = Applicability.SAFE
UNSAFE: Final = Applicability.UNSAFE

_AFTER_ITEM = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?(?:\n|\Z)")


def respelled(
    document: CheckedDocument, path: KeyPath, value: object, title: str, safety: Applicability = SAFE
) -> Fix | None:
    """Another value in the place of the one at a path; a text keeps the kind of its quotes where it can."""
    place = document.places.get(path)
    if place is None:
        return None
    span = _trimmed(document, place.value)
    old = document.file.text[span.start : span.end]
    if isinstance(value, str):
        written = _toml_text(old, value) if document.format == ELASTIC else _yaml_text(old, value)
        return None if written is None else Fix(title, (TextEdit(span, written),), safety, (path,))
    if isinstance(value, bool | int):
        return Fix(title, (TextEdit(span, json.dumps(value)),), safety, (path,))
    return changed(document, path, value, title, safety)


def replaced_within(
    document: CheckedDocument, path: KeyPath, start: int, end: int, text: str, title: str, safety: Applicability = SAFE
) -> Fix | None:
    """Other characters in the place of those from `start` to `end` of the text at a path; None where an escape stands
    there or would be needed."""
    inner = document.embedded(path)
    if inner is None:
        return None
    span = inner.span(Span(start, end))
    if document.file.text[span.start : span.end] != inner.text[start:end] or re.search(r"[\\'\"\n]", text):
        return None
    return Fix(title, (TextEdit(span, text),), safety, (path,))


def changed(
    document: CheckedDocument, path: KeyPath, value: object, title: str, safety: Applicability = SAFE
) -> Fix | None:
    """The value at a path set, or a new key of a table added in the place where its format puts it."""
    new: Any = copy.deepcopy(dict(document.values))
    table = new
    for part in path[:-1]:
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            return None
    match table, path[-1]:
        case dict(), str() as key:
            table[key] = value
        case list(), int() as index if index < len(table):
            table[index] = value
        case _:
            return None
    return _by_values(document, new, path, title, safety)


def removed(document: CheckedDocument, path: KeyPath, title: str, safety: Applicability = SAFE) -> Fix | None:
    """The entry at a path taken away: a key with its value, a table with its header, or an item of a list."""
    if not path or path not in document.places:
        return None
    if isinstance(path[-1], int):
        span = _item_span(document, path[:-1], path[-1])
        return None if span is None else Fix(title, (TextEdit(span, ""),), safety, (path[:-1],))
    new: Any = copy.deepcopy(dict(document.values))
    table = new
    for part in path[:-1]:
        table = table[part]
    del table[path[-1]]
    return _by_values(document, new, path, title, safety)


def added_item(
    document: CheckedDocument, path: KeyPath, value: str, title: str, safety: Applicability = SAFE
) -> Fix | None:
    """A text put behind the last item of the list at a path."""
    items = document.get(*path)
    if not isinstance(items, list) or not items:
        return None
    text = document.file.text
    last = _trimmed(document, document.places[(*path, len(items) - 1)].value)
    old = text[last.start : last.end]
    written = _toml_text(old, value) if document.format == ELASTIC else _yaml_text(old, value)
    if written is None:
        return None
    line = line_start(text, last.start)
    margin = text[line : last.start]
    if document.format == ELASTIC or _in_flow(document, path):
        joint = (
            f",\n{margin}"
            if "\n" in text[document.places[path].value.start : last.start] and not margin.strip()
            else ", "
        )
    elif margin.strip() == "-":
        joint = f"\n{margin}"
    else:
        return None
    return Fix(title, (TextEdit(Span(last.end, last.end), joint + written),), safety, (path,))


def _by_values(
    document: CheckedDocument, new: Mapping[str, object], path: KeyPath, title: str, safety: Applicability
) -> Fix | None:
    make = toml_edits if document.format == ELASTIC else yaml_edits
    try:
        found = make(document.file.text, document.values, document.places, new)
    except (NoRewriteError, TypeError, ValueError, KeyError):
        return None
    edits = tuple(TextEdit(Span(start, end), text) for start, end, text in found)
    return Fix(title, edits, safety, (path,)) if edits else None


def _trimmed(document: CheckedDocument, span: Span) -> Span:
    """A value's place without the line break that ends a block of YAML."""
    text = document.file.text[span.start : span.end]
    return Span(span.start, span.start + len(text.rstrip()))


def _toml_text(old: str, value: str) -> str | None:
    if old.startswith(("'''", '"""')):
        return None
    if old.startswith("'") and not re.search(r"['\x00-\x08\x0a-\x1f\x7f]", value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def _yaml_text(old: str, value: str) -> str | None:
    if old.startswith(("|", ">", "&", "*", "!")) or "\n" in value or "\n" in old:
        return None
    if old.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False) if old.startswith('"') else plain_or_quoted(value)


def _in_flow(document: CheckedDocument, path: KeyPath) -> bool:
    start = document.places[path].value.start
    return document.file.text[start : start + 1] in ("[", "{")


def _item_span(document: CheckedDocument, path: KeyPath, index: int) -> Span | None:
    """What to take away of a list so that an item is gone: its line, or the item with one comma."""
    items = document.get(*path)
    if not isinstance(items, list):
        return None
    text = document.file.text
    places = [_trimmed(document, document.places[(*path, number)].value) for number in range(len(items))]
    here = places[index]
    start = line_start(text, here.start)
    if document.format == ELASTIC and text.startswith("[[", here.start):
        while text[:start].endswith("\n\n"):
            start -= 1
        return Span(start, line_end(text, here.end))
    if document.format != ELASTIC and not _in_flow(document, path):
        alone = len(items) == 1 or text[start : here.start].strip() != "-"
        return None if alone else Span(start, line_end(text, here.end))
    behind = _AFTER_ITEM.match(text, here.end)
    if not text[start : here.start].strip() and behind is not None:
        return Span(start, behind.end())
    if index + 1 < len(places):
        return Span(here.start, places[index + 1].start)
    return Span(places[index - 1].end, here.end) if index else here
