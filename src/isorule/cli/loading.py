"""From an input to its rules, and back from a diagnostic to the text that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import isorule
from isorule.cli.exits import FAULT_NAME, fault_diagnostic
from isorule.cli.inputs import Input
from isorule.cli.texts import Texts
from isorule.diagnostics import Diagnostic, IsoruleError, ParseError, Severity, UnsupportedError
from isorule.documents import document_format, format_of_path
from isorule.ir.rule import Rule
from isorule.source import SourceFile, Span
from isorule.source.files import decode
from isorule.source.reading import SourceError

__all__ = ["Failure", "Texts", "at_detection", "format_of_text", "guarded", "load_bytes", "load_rules"]

Value = TypeVar("Value")


def load_rules(item: Input) -> list[Rule]:
    """The rules of a file or of standard input, whose format is told by its text.

    Raises IsoruleError where they cannot be read.
    """
    if item.data is None:
        return isorule.load(item.shown)
    text = _decoded(item).text
    return isorule.loads(text, format_of_text(text), path=item.shown)


def load_bytes(item: Input, data: bytes) -> list[Rule]:
    """The rules that the bytes of an input hold. Raises as `load_rules` does."""
    file = _decoded(replace(item, data=data))
    name = format_of_text(file.text) if item.data is not None else format_of_path(item.shown)
    return list(document_format(name).read(file))


def _decoded(item: Input) -> SourceFile:
    try:
        return decode(item.data or b"", item.shown)
    except SourceError as error:
        found = Diagnostic("SRC001", error.name, Severity.ERROR, error.message, hint=error.hint, span=error.span)
        raise ParseError(found.located(error.file or SourceFile(item.shown, ""))) from error


def format_of_text(text: str) -> str:
    """A rule in TOML has tables (`[rule]` at the start of a line), a rule in YAML has none."""
    return "elastic" if any(line.startswith("[") for line in text.splitlines()) else "sigma"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why work on a file or rule gave nothing; `refused` where the input is sound and the target cannot say it."""

    diagnostic: Diagnostic
    refused: bool = False


def guarded(path: str, work: Callable[[], Value]) -> Value | Failure:
    """The result of work on one file, or why there is none, so that a batch goes on.

    Bad input gives its own diagnostic; any other exception is a fault of isorule and is said to be one.
    """
    try:
        return work()
    except IsoruleError as error:
        found = error.diagnostic
        if found.path is None:
            found = replace(found, path=path, span=None)
        return Failure(found, refused=isinstance(error, UnsupportedError))
    except Exception as error:  # the one guard of all work on single files: a fault in one must not stop the others
        return Failure(fault_diagnostic(path, error))


def at_detection(found: Diagnostic, rule: Rule) -> Diagnostic:
    """The diagnostic itself, or, where it has no place, put at the detection of the rule: its query, or its block."""
    origin = rule.origin
    if found.line is not None or found.name == FAULT_NAME or origin is None:
        return found
    for query in origin.queries.values():
        return replace(found, span=Span(0, len(query.text.rstrip())), fix=None).located(query)
    block = origin.places.get(("detection",)) or origin.places.get(("correlation",))
    return replace(found, span=block.value if block is not None else Span(0, 0), fix=None).located(origin.file)
