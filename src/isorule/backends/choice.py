"""What a caller asks of a backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PREFIX: Final = "pysigma:"
"""Before the name of a backend, where one of our own targets has the same name (`pysigma:eql`)."""

OptionValue = str | int | bool | tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """A backend by pySigma's name for it, one of its output formats (None for its own default), and what goes with it.

    `pipelines` are names of installed processing pipelines, or paths of YAML files or folders with them. `options` are
    those of the backend itself, `method` is its way to write correlations.
    """

    name: str
    format: str | None = None
    pipelines: tuple[str, ...] = ()
    options: tuple[tuple[str, OptionValue], ...] = ()
    method: str | None = None
