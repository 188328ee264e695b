"""How document formats are found: by name or by a file's suffix, through entry points, imported only when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from isorule.diagnostics import Diagnostic, Effect, Severity, UnknownNameError, UnsupportedError
from isorule.documents.problems import parse_error
from isorule.ir.losses import Emission
from isorule.ir.rule import Rule
from isorule.source import SourceFile
from isorule.source.files import read_file
from isorule.source.reading import SourceError

GROUP = "isorule.documents"


@dataclass(frozen=True, slots=True)
class DocumentFormat:
    """A format of rule files.

    `read` gives the rules of a file in their order and raises `ParseError` for a file that is not well-formed or not a
    rule, `UnsupportedError` for a kind of document that isorule does not read. `emit` gives a rule's text and what
    writing it changed; `write` gives the text alone and raises `UnsupportedError` where that would hide a loss. Both
    keep the text of the file that the rule came from, as far as its values are still the same. `reread` emits a rule
    and gives, besides, the rule that `read` makes of the text; its second argument is what diagnostics call the text.
    `suffixes` are the endings of the names of its files, with their dot.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[SourceFile], tuple[Rule, ...]]
    write: Callable[[Rule], str]
    emit: Callable[[Rule], Emission]
    reread: Callable[[Rule, str], tuple[Emission, Rule]]

    def load(self, path: str | os.PathLike[str]) -> tuple[Rule, ...]:
        """The rules of the file at a path.

        Raises as `read` does, and `ParseError` where the file cannot be opened or is not UTF-8.
        """
        try:
            file = read_file(path)
        except SourceError as error:
            raise parse_error(error, SourceFile(str(path), "")) from error
        return self.read(file)


def lossless(emission: Emission) -> str:
    """The text of an emission that changed nothing but looks.

    Raises UnsupportedError with the first loss otherwise.
    """
    for loss in emission.losses:
        if loss.effect is not Effect.COSMETIC:
            raise UnsupportedError(loss)
    return emission.text


@cache
def document_names() -> tuple[str, ...]:
    """The names of all installed document formats, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@cache
def document_format(name: str) -> DocumentFormat:
    """The document format of a name.

    Raises `UnknownNameError` for a name that nothing registers.
    """
    for point in entry_points(group=GROUP, name=name):
        found = point.load()
        if isinstance(found, DocumentFormat):
            return found
    raise _unknown(f"no document format is called {name!r}", f"one of {', '.join(document_names())}")


def format_of_path(path: str | os.PathLike[str]) -> str:
    """The name of the format that files with the suffix of a path have.

    Raises `UnknownNameError` where no format claims the suffix.
    """
    suffix = Path(path).suffix.lower()
    for name in document_names():
        if suffix in document_format(name).suffixes:
            return name
    known = sorted({known for name in document_names() for known in document_format(name).suffixes})
    raise _unknown(f"no document format has files that end with {suffix!r}: {path}", f"one of {', '.join(known)}")


def _unknown(message: str, hint: str) -> UnknownNameError:
    return UnknownNameError(Diagnostic("NAME002", "unknown-document-format", Severity.ERROR, message, hint=hint))
