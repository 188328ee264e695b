"""What was read by hand of the findings in the corpora still holds: nothing right is lost, no error is wrong."""

from __future__ import annotations

import pytest
from check_counts import CORPUS, HOMES, findings, place, places
from readings import NEEDED, Reading, readings

from isorule.checks import all_checks
from isorule.diagnostics import Severity

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]


def of(corpus: str) -> list[Reading]:
    return [reading for reading in readings().values() if reading.corpus == corpus]


def test_every_reading_is_of_a_check_and_a_corpus() -> None:
    names = {check.about.name for check in all_checks()}
    assert [item.check for item in readings().values() if item.check not in names or item.corpus not in HOMES] == []


@pytest.mark.parametrize("corpus", HOMES)
def test_enough_findings_of_every_check_are_read(corpus: str) -> None:
    read = {reading.check: reading.read for reading in of(corpus)}
    needed = {name: min(NEEDED, len(found)) for name, found in places(corpus).items()}
    missing = {name: number for name, number in needed.items() if read.get(name, 0) < number}
    assert missing == {}


@pytest.mark.parametrize("corpus", HOMES)
def test_what_was_read_is_still_found(corpus: str) -> None:
    lost = {
        reading.check: sorted({*reading.right, *reading.wrong} - places(corpus).get(reading.check, frozenset()))
        for reading in of(corpus)
    }
    assert {check: gone for check, gone in lost.items() if gone} == {}


@pytest.mark.parametrize("corpus", HOMES)
def test_every_error_was_read_and_is_right(corpus: str) -> None:
    right = {(reading.check, at) for reading in of(corpus) for at in reading.right}
    errors = [item for item in findings(corpus) if item.severity is Severity.ERROR]
    unread = [(item.name, place(item, corpus)) for item in errors if (item.name, place(item, corpus)) not in right]
    assert unread == []


@pytest.mark.parametrize("corpus", HOMES)
def test_each_finding_stands_at_a_place(corpus: str) -> None:
    assert [(item.path, item.message) for item in findings(corpus) if not item.line or not item.column] == []
