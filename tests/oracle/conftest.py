"""Lets the tests of this folder import `oracle_lane`, and prints at the end what they compared."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

TALLIES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tallies(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the run, one for each comparison."""
    return request.config.stash.setdefault(TALLIES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(TALLIES, [])
    if lines:
        terminalreporter.section("judged by real engines")
        for line in lines:
            terminalreporter.line(line)
