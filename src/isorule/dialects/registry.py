"""How dialects are found: by name, through entry points, imported only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from isorule.diagnostics import Diagnostic, Severity, UnknownNameError
from isorule.ir.capabilities import Capabilities
from isorule.ir.detections import Detection
from isorule.ir.losses import Emission
from isorule.ir.schema import FieldSchema

GROUP = "isorule.dialects"


class FieldVerifier(Protocol):
    """Says what the engine of a language refuses of a detection once it knows the types of the fields."""

    def __call__(
        self,
        detection: Detection,
        schema: FieldSchema,
        /,
        *,
        category_field: str,
        timestamp_field: str,
        tiebreaker_field: str | None,
    ) -> list[Diagnostic]:
        """Diagnostics in the order of the text, their spans in the text that the detection was read from."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A query language. `parse` raises `ParseError`, `emit` raises `UnsupportedError`; either may be None.

    `verify` is None where the engine takes every field for every value. `exact` gives a detection with the fields that
    the engine asks in place of those named, under the types of a schema; it is None where it asks those. `notes` gives
    diagnostics (severity INFO) for what a text says that does not count for which events match, and is None where every
    text says all that counts.

    Spans of what `parse` gives and of the diagnostics it raises count code points of the text it was given.
    """

    name: str
    title: str
    parse: Callable[[str], Detection] | None
    emit: Callable[[Detection], Emission] | None
    capabilities: Capabilities | None
    verify: FieldVerifier | None = None
    exact: Callable[[Detection, FieldSchema], Detection] | None = None
    notes: Callable[[str], tuple[Diagnostic, ...]] | None = None


@cache
def dialect_names() -> tuple[str, ...]:
    """The names of all installed dialects, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@cache
def dialect(name: str) -> Dialect:
    """The dialect of a name.

    Raises `UnknownNameError` for a name that nothing registers.
    """
    for point in entry_points(group=GROUP, name=name):
        found = point.load()
        if isinstance(found, Dialect):
            return found
    known = ", ".join(dialect_names())
    raise UnknownNameError(
        Diagnostic(
            "NAME001", "unknown-dialect", Severity.ERROR, f"no dialect is called {name!r}", hint=f"one of {known}"
        )
    )
