"""What reading a TOML or YAML file gives: its plain values and the place of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isorule.source.text import Embedded, KeyPath, Located, SourceFile, Span


class SourceError(Exception):
    """A file is not well-formed; `span` says where. (The layers above make a diagnostic of it.)"""

    def __init__(self, name: str, message: str, span: Span, hint: str | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.span = span
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file. Values are dict, list, str, int, float, bool and None only; dates stay texts.

    `places` has an entry for every key and list item, by key path from the top of the document; the empty path is the
    document itself.
    """

    file: SourceFile
    values: Mapping[str, object]
    places: Mapping[KeyPath, Located] = field(repr=False)

    def embedded(self, path: KeyPath) -> Embedded:
        """The text at a path, with the place in the file of each of its characters.

        Raises KeyError where there is no text at the path.
        """
        raise NotImplementedError
