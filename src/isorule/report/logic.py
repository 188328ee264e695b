"""What an analysis found in a rule, in words and as JSON: examples of its branches, and what it could do without."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from isorule.analysis import Analysis, Example, Finding, FindingKind, Part, Reach, Scope, branch_at
from isorule.ir.detections import IndicatorMatch
from isorule.ir.predicates import Not, Predicate, Test
from isorule.ir.printing import show
from isorule.ir.rule import Rule
from isorule.report.plain import explain
from isorule.report.plain_tests import sentence
from isorule.source import Embedded, SourceFile, Span

_LONGEST = 80
_MOST_NAMED = 4
_MOST_EVENTS = 8


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule of the file that output calls `path`, what its analysis found, and events for its branches.

    `stream` are events that together give an alert, of a rule that is not on single events.
    """

    path: str
    rule: Rule
    analysis: Analysis
    examples: tuple[tuple[Example, ...], ...]
    stream: tuple[Mapping[str, object], ...] = ()


def explained_text(explained: Explained) -> str:
    """The rule as a tree, an event below every branch, then what it could do without."""
    remarks = _remarks(explained)
    tree = explain(explained.rule.detection, lambda predicate: remarks.get(id(predicate), ()))
    whole = "".join(_whole_lines(explained))
    findings = "".join(f"  {line}\n" for line in finding_lines(explained))
    stream = "".join(f"  {line}\n" for line in _stream_lines(explained.stream))
    together = f"gives an alert on these events together:\n{stream}" if stream else ""
    return f"{tree}{whole}{together}" + (f"could do without, or never comes true:\n{findings}" if findings else "")


def _stream_lines(stream: Sequence[Mapping[str, object]]) -> Iterator[str]:
    yield from map(_event, stream[:_MOST_EVENTS])
    if len(stream) > _MOST_EVENTS:
        yield f"and {len(stream) - _MOST_EVENTS} more"


def _remarks(explained: Explained) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, condition in enumerate(explained.examples):
        for example in condition:
            if example.path:
                node = branch_at(explained.rule.detection, number, example.path)
                lines = found.setdefault(id(node), [])
                if not lines:  # a text that is used several times is told several times, with one event each
                    lines.append(f"{_lead(example)} {_event(example.event)}")
    return found


def _whole_lines(explained: Explained) -> Iterable[str]:
    """An event for each condition of which no branch has one; conditions are numbered where there are several."""
    several = len(explained.examples) > 1
    for number, condition in enumerate(explained.examples, 1):
        whole = [example for example in condition if not example.path]
        if whole and not any(example.path and not example.kept_out for example in condition):
            yield f"e.g.{f' for {number}.' if several else ''} {_event(whole[0].event)}\n"


def _lead(example: Example) -> str:
    return "kept out:" if example.kept_out else "e.g." if example.alone else "e.g. (another branch matches it, too)"


def _event(event: Mapping[str, object]) -> str:
    return json.dumps(event, ensure_ascii=False)


def finding_lines(explained: Explained) -> list[str]:
    """Each finding as one line, with its place in the file where that is known."""
    lines: list[str] = []
    for number, condition in enumerate(explained.analysis.conditions):
        text = _Text.of(explained.rule, number)
        if condition.not_analysed is not None:
            lines.append(f"not analysed: {condition.not_analysed}")
        elif condition.reach is Reach.NOT_DECIDED:
            lines.append("not decided whether any event matches this")
        for finding in condition.findings:
            place = text.position(finding.part) if text is not None else None
            lead = f"{place[0]}:{place[1]}: " if place is not None else ""
            lines.append(f"{lead}{finding_sentence(finding, text)}")
    return lines


@dataclass(frozen=True, slots=True)
class _Text:
    """What the spans of a condition count in."""

    inner: SourceFile | Embedded

    @classmethod
    def of(cls, rule: Rule, number: int) -> _Text | None:
        """The text of the condition with that number; None for a rule that comes from no file."""
        if rule.origin is None:
            return None
        if rule.origin.format == "sigma":
            return cls(rule.origin.file)
        key = "threat_query" if number and isinstance(rule.detection, IndicatorMatch) else "query"
        found = rule.origin.queries.get(("rule", key))
        return cls(found) if found is not None else None

    def quoted(self, span: Span) -> str:
        """What stands at a span, on one line."""
        return " ".join(self.inner.text[span.start : span.end].split())

    def outer(self, span: Span) -> Span:
        """The span in the file."""
        return self.inner.span(span) if isinstance(self.inner, Embedded) else span

    def position(self, part: Part) -> tuple[int, int] | None:
        """Line and column of a part in the file."""
        if part.span is None:
            return None
        file = self.inner.file if isinstance(self.inner, Embedded) else self.inner
        return file.position(self.outer(part.span).start)


def finding_sentence(finding: Finding, text: _Text | None = None) -> str:
    """What a finding says, in one sentence."""
    what, by = _name(finding.part, text), _names(finding.by, text)
    said = _said(finding, what, by)
    return said if finding.scope is Scope.ALL_EVENTS else f"{said} (unless a field has several values)"


def _said(finding: Finding, what: str, by: str) -> str:
    match finding.kind:
        case FindingKind.NEVER_TRUE:
            return f"{what} is never true" + (f": {by} exclude each other" if finding.by else "")
        case FindingKind.ALWAYS_TRUE:
            return f"{what} is always true"
        case FindingKind.DEAD if finding.part.negated:
            return f"{what} excludes nothing, because of {by}"
        case FindingKind.DEAD:
            return f"{what} is never true here, because of {by}"
        case FindingKind.DUPLICATE:
            return f"{what} says again what {by} says"
        case FindingKind.SUBSUMED:
            return f"{what} is covered by {by}"
        case FindingKind.IMPLIED:
            return f"{what} follows from {by}"


def _names(parts: tuple[Part, ...], text: _Text | None) -> str:
    names = [_name(part, text) for part in parts[:_MOST_NAMED]]
    more = len(parts) - len(names)
    return " and ".join(names) + (f" and {more} more" if more else "")


def _name(part: Part, text: _Text | None) -> str:
    name = text.quoted(part.span) if text is not None and part.span is not None else _plain(part.predicate)
    return f"`{name if len(name) <= _LONGEST else f'{name[: _LONGEST - 1]}…'}`"


def _plain(predicate: Predicate) -> str:
    match predicate:
        case Test():
            return sentence(predicate)
        case Not(Test() as test):
            return sentence(test, negated=True)
        case _:
            return show(predicate)


def explained_json(explained: Explained) -> dict[str, object]:
    """The rule, its tree as text, and for each condition what it matches, the examples and the findings."""
    rule = explained.rule
    return {
        "path": explained.path,
        "id": rule.metadata.id,
        "title": rule.metadata.title,
        "explanation": explain(rule.detection),
        "conditions": [
            {
                "matches": condition.reach.value,
                "not_analysed": condition.not_analysed,
                "examples": [_example_json(rule, number, example) for example in examples],
                "findings": [_finding_json(finding, _Text.of(rule, number)) for finding in condition.findings],
            }
            for number, (condition, examples) in enumerate(
                zip(explained.analysis.conditions, explained.examples, strict=True)
            )
        ],
        "stream": list(map(dict, explained.stream)),
    }


def _example_json(rule: Rule, number: int, example: Example) -> dict[str, object]:
    branch = branch_at(rule.detection, number, example.path)
    return {
        "branch": list(example.path),
        "condition": show(branch),
        "event": dict(example.event),
        "kept_out": example.kept_out,
        "alone": example.alone,
    }


def _finding_json(finding: Finding, text: _Text | None) -> dict[str, object]:
    return {
        "kind": finding.kind.value,
        "scope": finding.scope.value,
        "message": finding_sentence(finding, text),
        "part": _part_json(finding.part, text),
        "by": [_part_json(part, text) for part in finding.by],
    }


def _part_json(part: Part, text: _Text | None) -> dict[str, object]:
    position = text.position(part) if text is not None else None
    span = text.outer(part.span) if text is not None and part.span is not None else part.span
    return {
        "condition": show(part.predicate),
        "negated": part.negated,
        "span": {"start": span.start, "end": span.end} if span is not None else None,
        "line": position[0] if position is not None else None,
        "column": position[1] if position is not None else None,
    }
