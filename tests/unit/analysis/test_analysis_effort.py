"""What an analysis of large conditions costs, and what it says of those that would cost too much."""

from __future__ import annotations

import pytest

import isorule
from isorule.analysis import Reach
from isorule.analysis.effort import Effort, TooLargeError


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(" or ".join(['user.id == "1"'] * 3_000), id="one condition again and again"),
        pytest.param(" or ".join(f"process.pid == {number}" for number in range(3_000)), id="numbers of one field"),
        pytest.param(" or ".join(f'f{number} == "x" and g == "y"' for number in range(3_000)), id="many fields"),
    ],
)
def test_a_condition_that_costs_too_much_is_not_analysed(query: str) -> None:
    (condition,) = isorule.analyse(isorule.parse(f"any where {query}", "eql")).conditions
    assert (condition.reach, condition.findings, condition.not_analysed) == (Reach.NOT_DECIDED, (), "too large")


def test_a_long_list_of_texts_is_analysed() -> None:
    texts = ", ".join(f'"a{number}"' for number in range(3_000))
    (condition,) = isorule.analyse(isorule.parse(f"any where user.id in ({texts})", "eql")).conditions
    assert (condition.reach, condition.findings, condition.not_analysed) == (Reach.SOME, (), None)


def test_effort_ends_at_its_limit() -> None:
    effort = Effort(3)
    effort.spend(3)
    with pytest.raises(TooLargeError):
        effort.spend(1)
