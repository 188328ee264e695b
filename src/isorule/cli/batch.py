"""Work on many files: on one core or several, with a progress bar where someone watches, in the order of the files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import click

Item = TypeVar("Item")
Result = TypeVar("Result")

_BAR_FROM = 20
"""Fewer files than this are done before a bar can be read."""


def run_batch(work: Callable[[Item], Result], items: Sequence[Item], *, jobs: int, label: str) -> list[Result]:
    """The result for each item, in order. `jobs` is the number of processes, 0 for all cores.

    With several processes `work`, the items and the results travel between them, so they must be picklable.
    """
    workers = min(jobs or available_cores(), len(items))
    if workers <= 1:
        return _watched(map(work, items), len(items), label)
    with ProcessPoolExecutor(workers) as pool:
        chunk = max(1, min(32, len(items) // (workers * 4)))
        return _watched(pool.map(work, items, chunksize=chunk), len(items), label)


def available_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _watched(results: Iterable[Result], length: int, label: str) -> list[Result]:
    hidden = length < _BAR_FROM or not sys.stderr.isatty()
    with click.progressbar(results, length=length, label=label, file=sys.stderr, hidden=hidden) as bar:
        return list(bar)
