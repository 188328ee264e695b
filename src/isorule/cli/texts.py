"""From a diagnostic back to the text that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from isorule.cli.inputs import Input
from isorule.source import SourceFile
from isorule.source.files import decode, read_file
from isorule.source.reading import SourceError


class Texts(Mapping[str, SourceFile]):
    """The texts of the files of a run by the path that diagnostics show, read when a diagnostic quotes them.

    The latest stays at hand: diagnostics come file by file.
    """

    def __init__(self, items: Iterable[Input]) -> None:
        self._items = {item.shown: item for item in items}
        self._latest: SourceFile | None = None

    def __getitem__(self, path: str) -> SourceFile:
        if self._latest is None or self._latest.path != path:
            self._latest = self._read(self._items[path])
        return self._latest

    def _read(self, item: Input) -> SourceFile:
        try:
            return read_file(item.shown) if item.data is None else decode(item.data, item.shown)
        except SourceError as error:
            return error.file or SourceFile(item.shown, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
