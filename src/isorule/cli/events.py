"""Events from a file or from standard input: NDJSON, JSON, either of them compressed with gzip."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import click

from isorule.cli.inputs import STDIN, STDIN_NAME
from isorule.diagnostics import Diagnostic, Severity
from isorule.source.files import shown_path

Event = dict[str, object]

_GZIP_MAGIC = b"\x1f\x8b"


class EventFile:
    """A file of events, read one after the other. What is wrong with it is collected in `problems`.

    A name that ends in `.json` (or `.json.gz`) is read as JSON: a list of events, or events one after the other. Every
    other file, and standard input, is read line by line, so that events can stream.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = STDIN_NAME if name == STDIN else shown_path(name)
        self.problems: list[Diagnostic] = []

    def __iter__(self) -> Iterator[Event]:
        try:
            with _opened(self._name) as stream:
                yield from self._whole(stream) if self._is_json() else self._lines(stream)
        except (OSError, EOFError, zlib.error) as error:
            self._problem("unreadable-file", f"the events cannot be read: {error}", None, None)

    def _is_json(self) -> bool:
        return self._name.removesuffix(".gz").endswith(".json")

    def _lines(self, stream: IO[bytes]) -> Iterator[Event]:
        for number, data in enumerate(stream, start=1):
            if data.isspace():
                continue
            try:
                value = _decoder.decode(data.decode("utf-8-sig").strip())
            except UnicodeDecodeError:
                self._problem("invalid-utf-8", "this line is not UTF-8", number, 1)
            except (ValueError, RecursionError) as error:
                self._problem("invalid-json", f"no JSON: {_reason(error)}", number, getattr(error, "colno", 1))
            else:
                yield from self._checked(value, number)

    def _whole(self, stream: IO[bytes]) -> Iterator[Event]:
        data = stream.read()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._problem("invalid-utf-8", "this line is not UTF-8", data.count(b"\n", 0, error.start) + 1, 1)
            return
        at = 0
        while (at := _blank_end(text, at)) < len(text):
            line = text.count("\n", 0, at) + 1
            try:
                value, at = _decoder.raw_decode(text, at)
            except json.JSONDecodeError as error:
                self._problem("invalid-json", f"no JSON: {error.msg}", error.lineno, error.colno)
                return
            except (ValueError, RecursionError) as error:
                self._problem("invalid-json", f"no JSON: {_reason(error)}", line, 1)
                return
            for event in value if isinstance(value, list) else [value]:
                yield from self._checked(event, line)

    def _checked(self, value: object, line: int) -> Iterator[Event]:
        if isinstance(value, dict):
            yield value
        else:
            self._problem("not-an-event", f"an event is a JSON object, this is {json.dumps(value)[:40]}", line, 1)

    def _problem(self, name: str, message: str, line: int | None, column: int | None) -> None:
        found = Diagnostic("EVENT001", name, Severity.ERROR, message, path=self._shown, line=line, column=column)
        self.problems.append(found)


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text} is too great")
    return number


_decoder = json.JSONDecoder(parse_constant=_reject_constant, parse_float=_finite)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).partition("; use ")[0]


def _blank_end(text: str, at: int) -> int:
    """The offset of the first character from `at` on that is no white space."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == STDIN:
        yield _decompressed(sys.stdin.buffer)
        return
    if not Path(name).is_file():
        raise click.UsageError(f"no such file of events: {name}")
    with Path(name).open("rb") as stream:
        yield _decompressed(stream)


def _decompressed(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or what it holds where it starts as gzip does."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))
    if buffered.peek(2)[:2] != _GZIP_MAGIC:
        return buffered
    return cast("IO[bytes]", gzip.GzipFile(fileobj=buffered))
