"""Collects where the characters of a string stand in a file."""

from __future__ import annotations

from isorule.source.text import Segment


class Runs:
    """Runs of value characters that stand side by side in the file, made into segments."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._inner = 0
        self._next = -1

    def add(self, count: int, outer: int) -> None:
        """The next `count` characters of the value stand at `outer` and after."""
        if count <= 0:
            return
        if outer != self._next:
            self._segments.append(Segment(self._inner, outer))
        self._inner += count
        self._next = outer + count

    def add_one(self, count: int, outer: int) -> None:
        """The next `count` characters of the value all come from what stands at `outer` (an escape, a fold)."""
        for _ in range(count):
            self._segments.append(Segment(self._inner, outer))
            self._inner += 1
        if count:
            self._next = -1

    def finish(self, end: int) -> tuple[Segment, ...]:
        """All segments, and one for the place right behind the value, so that its end is the string's end."""
        if end != self._next or not self._segments:
            self._segments.append(Segment(self._inner, end))
        return tuple(self._segments)
