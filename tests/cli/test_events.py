"""Reading events: every container, and every way in which one can be broken."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from isorule.cli.events import EventFile

EVENTS = [{"a": 1}, {"a": {"b": ["ü", None]}}]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.ndjson", LINES.encode()),
        ("e.ndjson", b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n\r\n").encode()),
        ("e.ndjson", LINES.strip().encode()),
        ("e.jsonl.gz", gzip.compress(LINES.encode())),
        ("e.json", json.dumps(EVENTS, indent=2).encode()),
        ("e.json", "\n".join(json.dumps(event, indent=2) for event in EVENTS).encode()),
        ("e.json.gz", gzip.compress(json.dumps(EVENTS).encode())),
        ("named-wrongly.ndjson", gzip.compress(LINES.encode())),
    ],
)
def test_every_container_gives_the_events(write: Callable[..., Path], name: str, content: bytes) -> None:
    file = EventFile(str(write(name, content)))
    assert list(file) == EVENTS
    assert not file.problems


@pytest.mark.parametrize(
    ("name", "content", "problem", "place"),
    [
        ("e.ndjson", b'{"a": 1}\n{"a": }\n{"a": {"b": ["\xc3\xbc", null]}}\n', "invalid-json", (2, 7)),
        ("e.ndjson", LINES.encode() + b'"text"\n', "not-an-event", (3, 1)),
        ("e.ndjson", LINES.encode() + b'{"a": "\xff"}\n', "invalid-utf-8", (3, 1)),
        ("e.ndjson", LINES.encode() + b'{"a": NaN}\n', "invalid-json", (3, 1)),
        ("e.ndjson", LINES.encode() + b'{"a": -1e400}\n', "invalid-json", (3, 1)),
        ("e.ndjson", LINES.encode() + b'{"a": ' + b"1" * 5000 + b"}\n", "invalid-json", (3, 1)),
        ("e.ndjson", LINES.encode() + b"[" * 100_000, "invalid-json", (3, 1)),
        ("e.json", LINES.encode() + b"{", "invalid-json", (3, 2)),
        ("e.json", LINES.encode() + b"[" * 100_000, "invalid-json", (3, 1)),
        ("e.ndjson", gzip.compress(LINES.encode())[:-8], "unreadable-file", (None, None)),
        ("e.json", b'[{"a": 1},\n{"a": "\xff"}]', "invalid-utf-8", (2, 1)),
    ],
)
def test_what_is_broken_is_said_and_the_rest_is_read(
    write: Callable[..., Path], name: str, content: bytes, problem: str, place: tuple[int | None, int | None]
) -> None:
    write(name, content)
    file = EventFile(name)
    found = list(file)
    assert [(item.name, (item.line, item.column), item.path) for item in file.problems] == [(problem, place, name)]
    assert found == ([] if name == "e.json" and problem == "invalid-utf-8" else EVENTS)


@pytest.mark.usefixtures("folder")
def test_no_such_file_is_wrong_usage() -> None:
    with pytest.raises(click.UsageError, match=r"nothing\.ndjson"):
        list(EventFile("nothing.ndjson"))


def test_events_are_read_as_they_are_asked_for(write: Callable[..., Path]) -> None:
    """A broken last line is not looked at before it is reached: lines stream."""
    write("e.ndjson", LINES + "{")
    file = EventFile("e.ndjson")
    assert next(iter(file)) == EVENTS[0]
    assert not file.problems
