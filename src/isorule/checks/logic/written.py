"""How a test is written in a query: its operator, the values with their places, and edits of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from isorule.checks.detection import QUERY, Condition
from isorule.checks.edits import SAFE
from isorule.diagnostics import Applicability, Fix, TextEdit
from isorule.ir.matchers import Complement, InNetwork, Matcher, OneOf, Present
from isorule.ir.predicates import Field, Subject, Test
from isorule.source import Span

_OPERATOR: Final = re.compile(r"(?:\bnot\s+in~?|\bin~?|\blike~?|\bregex~?|==|!=|[<>]=?|:)\s*\(?\s*$", re.IGNORECASE)

_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def values(matcher: Matcher) -> Iterator[Matcher]:
    """The single values of a matcher, in the order of the text."""
    match matcher:
        case OneOf(options):
            for option in options:
                yield from values(option)
        case Complement(inner):
            yield from values(inner)
        case _:
            yield matcher


def place_of(matcher: Matcher) -> Span | None:
    """The place of a matcher in its query."""
    return None if isinstance(matcher, Present) else matcher.span


def operator_span(condition: Condition, test: Test) -> Span | None:
    """The place in the query of a test's operator (`==`, `!=`, `in`, `not in`, `like`, `regex`, `:`), its bracket left
    out; None where the test has no such operator (a function), or no place."""
    first = next((span for value in values(test.matcher) if (span := place_of(value)) is not None), None)
    if condition.text is None or test.span is None or first is None or isinstance(test.matcher, InNetwork):
        return None
    start = test.span.start
    before = condition.text.text[start : first.start]
    if "/" in before:
        before = _COMMENT.sub(lambda comment: " " * len(comment[0]), before)
    found = _OPERATOR.search(before)
    if found is None:
        return None
    return Span(start + found.start(), start + len(before.rstrip("( \t\r\n")))


def operator(condition: Condition, test: Test) -> str | None:
    """The operator of a test, with single blanks and in lower case (see `operator_span`)."""
    span = operator_span(condition, test)
    if span is None or condition.text is None:
        return None
    return " ".join(condition.text.text[span.start : span.end].lower().split())


def path_of(subject: Subject) -> str | None:
    """The path of a field; None for other subjects."""
    return subject.path if isinstance(subject, Field) else None


def query_fix(
    condition: Condition, edits: list[tuple[Span, str]], title: str, safety: Applicability = SAFE
) -> Fix | None:
    """Edits of a query as a fix; their spans count in the query."""
    if condition.text is None:
        return None
    moved = [TextEdit(condition.text.span(span), text) for span, text in sorted(edits)]
    return Fix(title, tuple(moved), safety, (QUERY,))
