"""What `now` in a rule counts from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import isorule

RECENT = isorule.parse('@timestamp >= "now-5m"', "kuery")
EVENTS: list[Any] = [{"@timestamp": f"2024-05-01T{time}Z"} for time in ("09:54:59", "09:55:00", "10:00:00")]


@pytest.mark.parametrize(
    "now",
    [
        datetime(2024, 5, 1, 10, tzinfo=UTC),
        datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))),
        datetime(2024, 5, 1, 10),  # noqa: DTZ001 - a time without a zone is the case
    ],
    ids=["UTC", "+02:00", "no zone"],
)
def test_date_math_counts_from_a_moment(now: datetime) -> None:
    assert [alert.events[0] for alert in isorule.evaluate(RECENT, EVENTS, now=now)] == EVENTS[1:]


def test_date_math_counts_from_the_present_else() -> None:
    event = {"@timestamp": datetime.now(UTC).isoformat()}
    assert [alert.events for alert in isorule.evaluate(RECENT, [*EVENTS, event])] == [(event,)]


def test_now_is_a_moment() -> None:
    wrong: Any = "2024-05-01T10:00:00Z"
    with pytest.raises(TypeError, match="expected a datetime for now, found str"):
        isorule.evaluate(RECENT, EVENTS, now=wrong)
