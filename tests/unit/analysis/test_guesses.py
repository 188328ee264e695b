"""Conditions of which an event is seen at once: they are decided although nothing may be spent on a decision."""

from __future__ import annotations

import pytest

import isorule
from isorule.analysis import Reach
from isorule.analysis.analyse import analyse
from isorule.mappings import ecs_schema
from isorule.verification.budget import Budget

NOTHING = Budget(steps=0, states=0, rounds=0, seconds=None)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('process.name == "a"', id="a value"),
        pytest.param('process.name like "*a*" and process.name like "*b" and process.name like "c*"', id="one text"),
        pytest.param('process.args == "a" and process.args == "b"', id="a field that holds lists"),
        pytest.param('process.name == "a" and not process.parent.name == "b"', id="a negation"),
        pytest.param('process.name == "a" and (process.pid == 1 or process.parent.name == "b")', id="an alternative"),
        pytest.param('process.name != null and process.parent.name == "b"', id="any value"),
        pytest.param('(process.name == "a" or process.name == "b") and not process.name == "a"', id="the second value"),
    ],
)
def test_an_event_is_seen_at_once(query: str) -> None:
    detection = isorule.parse(f"any where {query}", "eql")
    (found,) = analyse(detection, ecs_schema(), budget=NOTHING).conditions
    assert found.reach is Reach.SOME


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('process.name == "a" and process.name == "b"', id="two values of one"),
        pytest.param('process.name == "a" and not process.name like "a*"', id="a value that is shut out"),
    ],
)
def test_no_event_is_guessed_that_does_not_match(query: str) -> None:
    detection = isorule.parse(f"any where {query}", "eql")
    (found,) = analyse(detection, ecs_schema(), budget=NOTHING).conditions
    assert found.reach is Reach.NOT_DECIDED
