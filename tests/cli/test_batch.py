"""How work on many files is shared out."""

from __future__ import annotations

import gc
import os

import pytest

from isorule.cli import batch
from isorule.cli.batch import run_batch


def who(item: int) -> tuple[int, int]:
    """An item, and the process that worked on it."""
    return item, os.getpid()


@pytest.mark.parametrize(
    ("count", "jobs", "cores", "processes"),
    [
        pytest.param(20, None, 2, 1, id="few files stay in one process"),
        pytest.param(299, None, 2, 1, id="a second process for less than twice its worth does not pay"),
        pytest.param(300, None, 2, 2, id="many files go to all cores"),
        pytest.param(3_000, None, 1, 1, id="there is one core"),
        pytest.param(3_000, 1, 2, 1, id="one process is asked for"),
        pytest.param(4, 2, 1, 2, id="two processes are asked for"),
        pytest.param(4, 0, 2, 2, id="all cores are asked for"),
    ],
)
def test_processes(monkeypatch: pytest.MonkeyPatch, count: int, jobs: int | None, cores: int, processes: int) -> None:
    monkeypatch.setattr(batch, "available_cores", lambda: cores)
    found = run_batch(who, range(count), jobs=jobs, label="")
    assert [item for item, _ in found] == list(range(count))
    here = {process for _, process in found} == {os.getpid()}
    assert here is (processes == 1)
    assert len({process for _, process in found}) <= processes


def test_what_all_processes_need_is_loaded_before_they_start() -> None:
    called: list[int] = []
    run_batch(who, range(4), jobs=2, label="", prepare=lambda: called.append(os.getpid()))
    assert called == [os.getpid()]


def test_a_run_leaves_the_garbage_collector_as_it_was() -> None:
    before = gc.get_threshold()
    run_batch(who, range(4), jobs=1, label="")
    assert gc.get_threshold() == before
