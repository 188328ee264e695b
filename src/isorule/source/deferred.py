"""A mapping that is made when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Deferred(Mapping[Key, Value]):
    """The mapping that `make` gives, made once and only if it is needed.

    Most files are read without a look at the places of their values; finding those costs more than reading the values.
    """

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], Mapping[Key, Value]]) -> None:
        self._make = make
        self._found: Mapping[Key, Value] | None = None

    def _mapping(self) -> Mapping[Key, Value]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __getitem__(self, key: Key) -> Value:
        return self._mapping()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._mapping())

    def __len__(self) -> int:
        return len(self._mapping())

    def __contains__(self, key: object) -> bool:
        return key in self._mapping()

    def __reduce__(self) -> tuple[type[dict[Key, Value]], tuple[dict[Key, Value]]]:
        """A plain dict in another process: what makes it need not be carried there."""
        return dict, (dict(self._mapping()),)
