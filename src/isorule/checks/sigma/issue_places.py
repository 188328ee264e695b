"""Where in a file an issue of pySigma's validators is: pySigma names rules, fields and values, and no places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from isorule.checks.check import CheckedDocument
from isorule.checks.sigma.items import items
from isorule.checks.sigma.tables import texts
from isorule.source import KeyPath, Span

if TYPE_CHECKING:
    from isorule.backends.validators import Issue

Place = tuple[KeyPath | Span, bool]
"""A place of a finding, and whether it is the key rather than the value."""

_KEYS: Final = (
    "title", "description", "modified", "date", "status", "level", "author", "falsepositives", "references", "tags",
    "logsource", "fields", "related", "correlation",
)  # fmt: skip
"""Keys that names of validators speak of (`sigmahq_title_end`), the more telling first."""

_FILE: Final = ("filename",)
_WORDS: Final = {"link": "references", "mitre": "references", "identifier": "id", "condition": "condition"}
_FIELDS: Final = {"provider_name": ("Provider_Name",), "event_id": ("EventID",), "hash_kv": ("Hashes", "Hash")}
"""Fields that validators look at and do not name."""

_SEARCHES: Final = ("detection_name", "condition_name", "selection")
_LISTED: Final = {"tag": "tags", "reference": "references", "link": "references", "word": "falsepositives"}
_VALUES: Final = ("string", "value", "unsupported_regexp", "user", "event_id")


def place_of(document: CheckedDocument, issue: Issue) -> Place:
    """The place that an issue's parts lead to; else that of the key which its validator is named for, or the title."""
    for found in _candidates(document, issue):
        return found
    return ("title",), True


def _candidates(document: CheckedDocument, issue: Issue) -> Iterator[Place]:
    details = issue.details
    if any(part in details for part in _FILE):
        yield Span(0, 0), False
    for part, key in _LISTED.items():
        for index, text in texts(document.get(key)) if part in details else ():
            if details[part][:1] == (text,) or (part == "word" and details[part][0] in text):
                yield (key, index), False
    yield from _in_detection(document, details)
    for part in ("fieldname", "field"):
        for name in details.get(part, ()):
            for path in ((name,), ("logsource", name)):
                if path in document.places:
                    yield path, True
    for word, fields in _FIELDS.items():
        for item in items(document) if word in issue.validator else ():
            if item.field in fields:
                yield item.path, True
    for key in _named(issue.validator):
        path = ("detection", "condition") if key == "condition" else (key,)
        if path in document.places:
            yield path, key not in ("condition", "title")


def _in_detection(document: CheckedDocument, details: Mapping[str, tuple[str, ...]]) -> Iterator[Place]:
    for part in _SEARCHES:
        for name in details.get(part, ()):
            if ("detection", name) in document.places:
                yield ("detection", name), True
    if "detection_item" in details:
        field, *values = details["detection_item"]
        for item in items(document):
            if item.field == field and [_plain(str(value)) for _, value in item.values] == [_plain(v) for v in values]:
                yield item.path, True
    wanted = {_plain(value) for part in _VALUES for value in details.get(part, ()) if value}
    fields = details.get("field", ())
    for item in items(document):
        if fields and item.field not in fields:
            continue
        for path, value in item.values:
            if _plain(str(value)) in wanted:
                yield path, False
    for item in items(document):
        for path, value in item.values if not fields or item.field in fields else ():
            if any(len(text) > 1 and text in _plain(str(value)) for text in wanted):
                yield path, False
        if item.field in fields and not wanted:
            yield item.path, True


def _plain(text: str) -> str:
    """A value without what its escapes and the wildcards of its modifiers add, to compare both tools' spellings."""
    return text.replace("\\", "").strip("*").lower()


def _named(validator: str) -> Iterator[str]:
    for word, key in _WORDS.items():
        if word in validator:
            yield key
    for key in _KEYS:
        if key.removesuffix("s") in validator:
            yield key
