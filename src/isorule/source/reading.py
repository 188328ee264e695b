"""What reading a TOML or YAML file gives: its plain values and the place of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isorule.source.text import Embedded, KeyPath, Located, Segment, SourceFile, Span

MAX_DEPTH = 200
"""How deep values may be nested in a file; what lies deeper is refused, so that no walk over values can overflow."""


class SourceError(Exception):
    """A file is not well-formed; `span` says where. (The layers above make a diagnostic of it.)

    `related` names other places that explain the error (the first of two equal keys). `file` is set where the reader
    was not given the text by its caller, so that the span can be turned into line and column.
    """

    def __init__(
        self,
        name: str,
        message: str,
        span: Span,
        hint: str | None = None,
        *,
        related: tuple[tuple[str, Span], ...] = (),
        file: SourceFile | None = None,
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.span = span
        self.hint = hint
        self.related = related
        self.file = file


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a well-formed file that a check may want to report; `name` is kebab-case."""

    name: str
    message: str
    path: KeyPath
    span: Span


Segments = Callable[[str, Span, str], tuple[Segment, ...]]
"""Gives, for a file's text, the span of a string in it and the string's value, where the value's characters stand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file. Values are dict, list, str, int, float, bool and None only; dates stay texts.

    `places` has an entry for every key and list item, by key path from the top of the document; the empty path is the
    document itself. `notes` holds what is legal but read differently elsewhere. The place of an aliased
    YAML value is that of the value it stands for.
    """

    file: SourceFile
    values: Mapping[str, object]
    places: Mapping[KeyPath, Located] = field(repr=False)
    segments: Segments = field(repr=False, compare=False)
    notes: tuple[Note, ...] = ()

    def embedded(self, path: KeyPath) -> Embedded:
        """The text at a path, with the place in the file of each of its characters.

        Raises KeyError where there is no text at the path.
        """
        value: object = self.values
        for part in path:
            match value, part:
                case Mapping(), str() if part in value:
                    value = value[part]
                case list(), int() if 0 <= part < len(value):
                    value = value[part]
                case _:
                    raise KeyError(path)
        if not isinstance(value, str):
            raise KeyError(path)
        return Embedded(self.file, value, self.segments(self.file.text, self.places[path].value, value))
