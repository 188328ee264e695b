"""Where the tests stand that tell two sides apart."""

from __future__ import annotations

from isorule.cli.pairing import Side
from isorule.diagnostics import Diagnostic, Severity
from isorule.ir.detections import Correlation, IndicatorMatch
from isorule.ir.predicates import Test
from isorule.ir.rule import Rule
from isorule.report.verdicts import Place
from isorule.source import Embedded, SourceFile, Span
from isorule.verification import Verdict


def deciding_places(first: Side, second: Side, verdict: Verdict) -> tuple[tuple[Place | None, Place | None], ...]:
    """For each witness the place of the deciding test on either side; None where there is no such single test."""
    return tuple((_place(first, found.first), _place(second, found.second)) for found in verdict.deciding)


def _place(side: Side, test: Test | None) -> Place | None:
    where = _text(side)
    if test is None or test.span is None or where is None:
        return None
    length = len(where.text)
    if test.span.end > length or where.text[test.span.start : test.span.end].strip() == "":
        return None
    file = where.file if isinstance(where, Embedded) else where
    said = Diagnostic("VERDICT", "deciding-test", Severity.INFO, "this decides", span=_trimmed(where.text, test.span))
    return Place(said.located(where), file)


def _text(side: Side) -> SourceFile | Embedded | None:
    """What the spans of a side count in; None where its tests may stand in several texts."""
    if side.query is not None:
        return side.query
    if not isinstance(side.subject, Rule) or isinstance(side.subject.detection, IndicatorMatch | Correlation):
        return None
    origin = side.subject.origin
    if origin is None:
        return None
    return next(iter(origin.queries.values()), origin.file)


def _trimmed(text: str, span: Span) -> Span:
    """The span without the blanks around its text."""
    inner = text[span.start : span.end]
    return Span(span.start + len(inner) - len(inner.lstrip()), span.end - len(inner) + len(inner.rstrip()))
