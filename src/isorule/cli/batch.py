"""Work on many files: on one core or several, with a progress bar where someone watches, in the order of the files."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import click

from isorule.cli.garbage import collect_rarely, rare_collections

Item = TypeVar("Item")
Result = TypeVar("Result")

_BAR_FROM = 20
"""Fewer files than this are done before a bar can be read."""
_WORTH_A_PROCESS = 150
"""Fewer files than this are done in the time that it takes to start a process."""


def run_batch(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int | None,
    label: str,
    prepare: Callable[[], object] = lambda: None,
) -> list[Result]:
    """The result for each item, in order. `jobs` is the number of processes, 0 for all cores; None decides by itself.

    With several processes `work`, the items and the results travel between them, so they must be picklable. `prepare`
    is called before they are started, so that what it loads is there in each of them where the system forks processes.
    """
    workers = min(available_cores() if jobs == 0 else jobs or _worthwhile(len(items)), len(items))
    with rare_collections():
        if workers <= 1:
            return _watched(map(work, items), len(items), label)
        from concurrent.futures import ProcessPoolExecutor  # most runs are too short for several processes

        prepare()
        with ProcessPoolExecutor(workers, initializer=_begin_worker) as pool:
            chunk = max(1, min(32, len(items) // (workers * 4)))
            return _watched(pool.map(work, items, chunksize=chunk), len(items), label)


def available_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _worthwhile(count: int) -> int:
    """How many processes so many files are worth."""
    return max(1, min(available_cores(), count // _WORTH_A_PROCESS))


def _begin_worker() -> None:
    """What is true of every process that works for this one: an interrupt is for the first process to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()


def _watched(results: Iterable[Result], length: int, label: str) -> list[Result]:
    hidden = length < _BAR_FROM or not sys.stderr.isatty()
    with click.progressbar(results, length=length, label=label, file=sys.stderr, hidden=hidden) as bar:
        return list(bar)
