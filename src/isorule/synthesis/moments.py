"""Times of events, and date math as dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from isorule.evaluation.dates import MILLISECOND, bound, moment_of
from isorule.ir.matchers import Bound, Equals, Matcher, Range
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import leaves, rewrite_matchers
from isorule.synthesis.setting import Setting

_DATES = (FieldType.DATE, FieldType.DATE_NANOS)


def written(moment: datetime) -> str:
    """A time in UTC as events have it, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def after(start: datetime, milliseconds: int) -> str:
    """The time so many milliseconds after another, as events have it."""
    return written(start + timedelta(milliseconds=milliseconds))


def counts_from_now(predicate: Predicate) -> bool:
    """Whether a predicate has a text that may be date math."""
    found: list[Matcher] = []

    def note(matcher: Matcher) -> Matcher:
        found.append(matcher)
        return matcher

    for test, _ in leaves(predicate):
        rewrite_matchers(test.matcher, note)
    return any(str(end.value).startswith("now") for one in found for end in _ends(one))


def _ends(matcher: Matcher) -> list[Bound | Equals]:
    match matcher:
        case Range(lower, upper):
            return [end for end in (lower, upper) if end is not None]
        case Equals():
            return [matcher]
        case _:
            return []


def without_date_math(test: Test, setting: Setting) -> Test:
    """The test with `now-30d` and the like as the dates that they are when the rule runs."""
    if not isinstance(test.subject, Field) or setting.schema.type_of(test.subject.path) not in _DATES:
        return test
    matcher = rewrite_matchers(test.matcher, lambda inner: _as_dates(inner, setting))
    return test if matcher is test.matcher else replace(test, matcher=matcher)


def _as_dates(matcher: Matcher, setting: Setting) -> Matcher:
    if not isinstance(matcher, Range):
        return matcher
    return replace(
        matcher,
        lower=_as_date(matcher.lower, False, setting),
        upper=_as_date(matcher.upper, True, setting),
    )


def _as_date(end: Bound | None, is_upper: bool, setting: Setting) -> Bound | None:
    if end is None or not isinstance(end.value, str) or not end.value.startswith("now"):
        return end
    at = bound(end.value, is_upper is end.inclusive, setting.present)
    return end if at is None else replace(end, value=written(moment_of(at // MILLISECOND * MILLISECOND)))
