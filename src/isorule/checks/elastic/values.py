"""Values of an Elastic rule in the shape that checks ask for; what has another shape is for the schema check to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from isorule.checks.check import CheckedDocument, Finding
from isorule.checks.edits import removed
from isorule.source import KeyPath

_SECONDS: Final[Mapping[str, int]] = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "H": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "M": 30 * 86400,
    "y": 365 * 86400,
}
_MOST_SECONDS: Final = 10**12
_DURATION: Final = re.compile(r"(\d{1,12})([smhd])")
_DATE_MATH: Final = re.compile(r"now((?:[+-]\d{1,12}[yMwdhHms])*)")
_STEP: Final = re.compile(r"([+-])(\d+)([yMwdhHms])")

DEFAULT_INTERVAL: Final = "5m"
DEFAULT_FROM: Final = "now-6m"
DEFAULT_TO: Final = "now"
"""What Kibana takes for a rule that does not say: https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule"""


def text(document: CheckedDocument, *path: str | int) -> str | None:
    """The text at a path, None for anything else."""
    found = document.get(*path)
    return found if isinstance(found, str) else None


def texts(document: CheckedDocument, *path: str | int) -> list[tuple[KeyPath, str]]:
    """The texts of the list at a path, each with its own path; a single text counts as a list of one."""
    found = document.get(*path)
    if isinstance(found, str):
        return [(path, found)]
    items = enumerate(found) if isinstance(found, list) else ()
    return [((*path, index), item) for index, item in items if isinstance(item, str)]


def tables(document: CheckedDocument, *path: str | int) -> Iterator[tuple[KeyPath, Mapping[str, object]]]:
    """The tables of the list at a path, each with its own path."""
    found = document.get(*path)
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, Mapping):
            yield (*path, index), item


def repeated(document: CheckedDocument, items: Iterable[tuple[KeyPath, str]], message: str) -> Iterator[Finding]:
    """A finding for every text that stood before, taken away by its fix; `message` has a place for the text."""
    first: dict[str, KeyPath] = {}
    for path, item in items:
        before = first.setdefault(item, path)
        if before is not path:
            fix = removed(document, path, "remove the second one")
            yield Finding(path, message.format(item), fix=fix, related=(("the first one", before),))


def duration(written: str) -> timedelta | None:
    """The length of `5m`; None where it cannot be read."""
    found = _DURATION.fullmatch(written)
    return _span(int(found[1]) * _SECONDS[found[2]]) if found else None


def since_now(written: str) -> timedelta | None:
    """How far date math is from now, negative for the past: `now-9m` is -9 minutes.

    A month counts 30 days and a year 365. None for rounded times (`now/d`) and for what cannot be read.
    """
    found = _DATE_MATH.fullmatch(written)
    if found is None:
        return None
    total = sum(int(sign + number) * _SECONDS[unit] for sign, number, unit in _STEP.findall(found[1]))
    return _span(total)


def _span(seconds: int) -> timedelta | None:
    """A length; None where it is beyond thirty thousand years, which no time can be moved by."""
    return timedelta(seconds=seconds) if abs(seconds) < _MOST_SECONDS else None


def span_text(span: timedelta) -> str:
    """A length in the largest unit that gives a whole number: `90m`, `2h`."""
    seconds = int(span.total_seconds())
    for unit in "dhm":
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def versions(document: CheckedDocument) -> tuple[int, ...] | None:
    """The oldest version of the stack that the rule is for, as numbers; None where it does not say."""
    found = text(document, "metadata", "min_stack_version")
    parts = found.split(".") if found else []
    return tuple(int(part) for part in parts) if parts and all(part.isdigit() for part in parts) else None
