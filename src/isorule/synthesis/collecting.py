"""Collects the cases of a rule, and what could not be made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from isorule.diagnostics import Diagnostic, Severity
from isorule.ir.rule import Rule
from isorule.source import Embedded, KeyPath, Span
from isorule.synthesis.cases import Case, Condition, Gap, Kind, Synthesis
from isorule.synthesis.judging import Judge, Played, Stream
from isorule.synthesis.makers import Maker, Varied
from isorule.synthesis.questions import Leaf, Missed
from isorule.verification.cells import Values

CODE = "SYN001"
QUERY: KeyPath = ("rule", "query")
INDICATOR_QUERY: KeyPath = ("rule", "threat_query")

Place = Callable[[Values], Stream]
"""Puts one event, of the condition that is looked at, into the stream of a match."""

_WHY = {
    "redundant-condition": "the rule matches the same events without it",
    "implied-condition": "no event meets everything else that the rule asks and not this one",
    "no-near-miss": "no event was found that fails only because of it, and no proof that there is none",
    "masked-condition": "the events of the stream match without the changed one",
}


class Collector:
    """What one rule gives."""

    def __init__(self, rule: Rule, judge: Judge) -> None:
        self._rule = rule
        self._judge = judge
        self._cases: list[Case] = []
        self._seen: set[str] = set()
        self._conditions: list[Condition] = []
        self._gaps: list[Gap] = []
        self._problems: list[Diagnostic] = []

    def synthesis(self) -> Synthesis:
        """All of it, matches first."""
        return Synthesis(tuple(self._cases), tuple(self._conditions), tuple(self._gaps), tuple(self._problems))

    # --- matches ---

    def match(self, stream: Stream) -> bool:
        """Adds a match, unless the evaluator gives no alert for it."""
        played = self._judge.played(stream)
        if not played.alerts:
            return False
        self._add(Kind.MATCH, played, None, None)
        return True

    def cannot(self, name: str, message: str) -> None:
        """Says what was not made."""
        self._problems.append(self._located(Diagnostic(CODE, name, Severity.WARNING, message), None, QUERY))

    def refused(self, why: Diagnostic) -> None:
        """Says that the rule cannot be evaluated, for the reason that the evaluator gives."""
        found = replace(why, severity=Severity.WARNING)
        self._problems.append(found if found.path is not None else self._located(found, found.span, QUERY))

    def unmatched(self, missed: Missed | None, what: str) -> None:
        """Says that no match was made, and why."""
        if missed is Missed.NONE:
            self.cannot("matches-nothing", f"no {what} can match: the conditions of the rule exclude one another")
        elif missed is Missed.UNKNOWN:
            self.cannot("no-match-found", f"no {what} that matches was found")
        else:
            self.cannot("no-match-found", f"the evaluator gives no alert for the {what} that was made")

    # --- near misses ---

    def vary(
        self,
        maker: Maker,
        known: list[Values],
        place: Place,
        part: str | None,
        query: KeyPath = QUERY,
        at: Span | None = None,
    ) -> None:
        """For each condition of a maker, the variations of a match that fail because of it, or why there is none.

        `at` is the place of conditions that stand in another rule: where this one refers to it.
        """
        for leaf in maker.conditions:
            condition = self._of_leaf(leaf, part, query, at)
            self._conditions.append(condition)
            base = maker.base(leaf, known)
            if isinstance(base, Missed):
                name = "redundant-condition" if base is Missed.NONE else "no-near-miss"
                self._gap(condition, name)
            elif not self._judge.alerts(place(base)):
                self._gap(condition, "masked-condition")
            else:
                self._vary_one(maker, leaf, base, place, condition)

    def _vary_one(self, maker: Maker, leaf: Leaf, base: Values, place: Place, condition: Condition) -> None:
        found: dict[tuple[Kind, bool], Played] = {}
        for varied, played in self._answers(maker.varied(leaf, base), place):
            key = varied.kind, played.alerts > 0
            if key not in found and varied.matches is (played.alerts > 0):
                found[key] = played
        if all(matches or kind is Kind.SEVERAL for kind, matches in found):
            gap = self._from_nothing(maker, leaf, place, found)
            if gap is not None and all(matches for _, matches in found):
                self._gap(condition, gap)
        self._add_all(condition, found, base, place)

    def _from_nothing(
        self, maker: Maker, leaf: Leaf, place: Place, found: dict[tuple[Kind, bool], Played]
    ) -> str | None:
        """Adds an event that fails because of a leaf and is no variation of a match; or gives the name of the gap."""
        made = maker.against(leaf)
        if isinstance(made, Missed):
            return "implied-condition" if made is Missed.NONE else "no-near-miss"
        played = self._judge.played(place(made.values))
        if played.alerts:
            return "masked-condition"
        found[made.kind, False] = played
        return None

    def _answers(self, found: Iterator[Varied], place: Place) -> Iterator[tuple[Varied, Played]]:
        done: set[tuple[Kind, bool]] = set()
        for varied in found:
            if (varied.kind, varied.matches) in done:
                continue
            played = self._judge.played(place(varied.values))
            if varied.matches is (played.alerts > 0):
                done.add((varied.kind, varied.matches))
            yield varied, played

    def _add_all(
        self, condition: Condition, found: dict[tuple[Kind, bool], Played], base: Values, place: Place
    ) -> None:
        """Adds the cases that no other condition has given already; at least one near miss all the same."""
        index = self._index_of(self._judge.played(place(base)))
        new = [(kind, played) for (kind, _), played in found.items() if _text(played) not in self._seen]
        if not any(not played.alerts for _, played in new):
            new += [(kind, played) for (kind, matches), played in found.items() if not matches][:1]
        for kind, played in new:
            self._add(kind, played, condition, index)

    def _index_of(self, played: Played) -> int | None:
        for index, case in enumerate(self._cases):
            if case.kind is Kind.MATCH and case.events == played.events:
                return index
        return None

    def without_near_miss(self, words: str, name: str) -> None:
        """Says why a condition on the whole stream has no near miss."""
        condition = self._placed(Condition(words=words, query=QUERY))
        self._conditions.append(condition)
        self._gap(condition, name)

    def near_miss(self, kind: Kind, words: str, stream: Stream | None, part: str | None = None) -> None:
        """Adds a near miss of a condition on the whole stream, or says that none was made (None, or it matches)."""
        condition = self._placed(Condition(words=words, part=part, query=QUERY))
        self._conditions.append(condition)
        played = self._judge.played(stream) if stream is not None else None
        if played is None:
            self._gap(condition, "no-near-miss")
        elif played.alerts:
            self._gap(condition, "masked-condition")
        else:
            self._add(kind, played, condition, None)

    def _gap(self, condition: Condition, name: str) -> None:
        why = _WHY[name]
        self._gaps.append(Gap(condition, name, why))
        shown = condition.words or " ".join((condition.text or "a condition").split())
        where = f" of {condition.part}" if condition.part else ""
        found = Diagnostic(CODE, name, Severity.INFO, f"no near miss for `{shown}`{where}: {why}", span=condition.span)
        self._problems.append(self._located(found, condition.span, condition.query))

    def _add(self, kind: Kind, played: Played, condition: Condition | None, base: int | None) -> None:
        self._seen.add(_text(played))
        case = Case(kind, played.events, played.alerts, condition, played.history, played.indicators, base)
        self._cases.append(case)

    # --- places in the rule's file ---

    def _of_leaf(self, leaf: Leaf, part: str | None, query: KeyPath, at: Span | None) -> Condition:
        return self._placed(Condition(None, leaf.test, not leaf.wanted, part, at or leaf.test.span, query))

    def _placed(self, condition: Condition) -> Condition:
        """The condition with the text and the line at its span."""
        origin, span = self._rule.origin, condition.span
        if origin is None or span is None:
            return condition
        embedded = self._embedded(condition.query)
        whole = embedded.text if embedded is not None else origin.file.text
        start = embedded.outer(span.start) if embedded is not None else span.start
        return replace(condition, text=whole[span.start : span.end], line=origin.file.position(start).line)

    def _embedded(self, query: KeyPath | None) -> Embedded | None:
        origin = self._rule.origin
        return None if origin is None or query is None else origin.queries.get(query)

    def _located(self, found: Diagnostic, span: Span | None, query: KeyPath | None) -> Diagnostic:
        origin = self._rule.origin
        if origin is None:
            return found
        embedded = self._embedded(query)
        if span is None:
            if embedded is None:
                return replace(found, span=Span(0, 0)).located(origin.file)
            return replace(found, span=Span(0, len(embedded.text.rstrip()))).located(embedded)
        return replace(found, span=span).located(embedded if embedded is not None else origin.file)


def _text(played: Played) -> str:
    return json.dumps([played.events, played.history, played.indicators], sort_keys=True, default=str)
