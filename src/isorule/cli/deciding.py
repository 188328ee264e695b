"""Where the tests stand that tell two sides apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from isorule.cli.pairing import Side
from isorule.diagnostics import Diagnostic, Severity
from isorule.ir.detections import Correlation, Detection, IndicatorMatch
from isorule.ir.predicates import Predicate, Test
from isorule.ir.rule import Rule
from isorule.ir.walk import leaves, predicates
from isorule.report.verdicts import Place
from isorule.source import Embedded, SourceFile, Span
from isorule.verification import Verdict

QUERY: Final = ("rule", "query")
INDICATOR_QUERY: Final = ("rule", "threat_query")
"""Where an indicator rule has its two queries."""


def deciding_places(first: Side, second: Side, verdict: Verdict) -> tuple[tuple[Place | None, Place | None], ...]:
    """For each witness the place of the deciding test on either side; None where there is no such single test."""
    return tuple((_place(first, found.first), _place(second, found.second)) for found in verdict.deciding)


def _place(side: Side, test: Test | None) -> Place | None:
    if test is None or test.span is None:
        return None
    where = side.query if side.query is not None else _text(side.subject, test)
    if where is None:
        return None
    length = len(where.text)
    if test.span.end > length or where.text[test.span.start : test.span.end].strip() == "":
        return None
    file = where.file if isinstance(where, Embedded) else where
    said = Diagnostic("VERDICT", "deciding-test", Severity.INFO, "this decides", span=_trimmed(where.text, test.span))
    return Place(said.located(where), file)


def _text(subject: Rule | Detection, test: Test) -> SourceFile | Embedded | None:
    """What the span of a test counts in: a query of the rule, or its file; None where that cannot be told."""
    if not isinstance(subject, Rule):
        return None
    match subject.detection:
        case IndicatorMatch(where, indicators):
            found = [path for path, part in ((QUERY, where), (INDICATOR_QUERY, indicators)) if _has(part, test)]
            return subject.origin.queries.get(found[0]) if found and subject.origin is not None else None
        case Correlation():
            texts = [
                _text(part, test)
                for part in _plain(subject)
                if any(_has(one, test) for one in predicates(part.detection))
            ]
            return texts[0] if texts else None
        case _:
            origin = subject.origin
            return origin.queries.get(QUERY, origin.file) if origin is not None else None


def _plain(rule: Rule) -> Iterator[Rule]:
    """The rules that a correlation refers to, also by way of other correlations, without these."""
    for part in rule.references:
        if isinstance(part.detection, Correlation):
            yield from _plain(part)
        else:
            yield part


def _has(predicate: Predicate, test: Test) -> bool:
    """Whether a test stands in a condition; an equal one of another text has another span."""
    return any(leaf is test or (leaf.span == test.span and leaf == test) for leaf, _ in leaves(predicate))


def _trimmed(text: str, span: Span) -> Span:
    """The span without the blanks around its text."""
    inner = text[span.start : span.end]
    return Span(span.start + len(inner) - len(inner.lstrip()), span.end - len(inner) + len(inner.rstrip()))
