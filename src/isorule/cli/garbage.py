"""How often Python looks for unreachable objects while a command works."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_COLLECT_FROM: Final = 100_000
"""Python looks for unreachable objects when so many new ones are there; by default, 700."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Seldom looks for unreachable objects: results live until the end of a run, and looking through all of them again
    and again takes a fifth of the time. (Objects that are not referred to any more go at once, as ever.)"""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_FROM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def collect_rarely() -> None:
    """The same for the rest of a process; what is there already is never looked through."""
    gc.freeze()
    gc.set_threshold(_COLLECT_FROM)
