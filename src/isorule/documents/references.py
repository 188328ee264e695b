"""Sigma rules that speak of other rules: what correlations refer to, by name or id, across documents and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from isorule.diagnostics import Diagnostic, Severity
from isorule.documents.problems import Place
from isorule.documents.sigma_correlations import Referred, read_correlation
from isorule.ir.detections import UNRESOLVED, Correlation, Opaque
from isorule.ir.losses import refusal
from isorule.ir.rule import Rule

CORRELATION: Final = "sigma-correlation"
FILTER: Final = "sigma-filter"
"""The type of a rule that is a correlation, and of one that is a filter."""

MOST_NESTED: Final = 20


def resolved(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules with every reference of a correlation followed that leads to one of them.

    A rule of the same file comes before others of the same name. A reference that leads nowhere, to several rules or
    in a circle stays an `Opaque` of the language `UNRESOLVED`, which says why; see `reference_problems`.
    """
    given = tuple(rules)
    if not any(rule.type == CORRELATION for rule in given):
        return given
    return _Resolver(given).rules()


def reference_problems(rule: Rule) -> tuple[Diagnostic, ...]:
    """One error for each reference of a correlation that leads nowhere, at its place in the file."""
    detection = rule.detection
    if not isinstance(detection, Correlation):
        return ()
    found = [
        Diagnostic("RULE006", UNRESOLVED, Severity.ERROR, item.detection.why, span=item.span)
        for item in detection.items
        if isinstance(item.detection, Opaque) and item.detection.language == UNRESOLVED
    ]
    if rule.origin is None:
        return tuple(found)
    return tuple(problem.located(rule.origin.file) for problem in found)


def require_resolved(correlation: Correlation) -> None:
    """Raises UnsupportedError where a correlation refers to a rule that nobody knows, at the place of the reference."""
    for item in correlation.items:
        match item.detection:
            case Opaque(language, _, why) if language == UNRESOLVED:
                raise refusal(UNRESOLVED, why, span=item.span)
            case Correlation():
                require_resolved(item.detection)


def generates(rule: Rule) -> bool:
    """Whether the rules that a correlation refers to are rules of their own, too (`generate: true`)."""
    kept = rule.extras.get("sigma", {})
    document: Mapping[str, Any] = rule.origin.document if rule.origin is not None else {}
    inner = document.get("correlation")
    return kept.get("generate") is True or (isinstance(inner, Mapping) and inner.get("generate") is True)


def independent(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that alert by themselves: no filters, and no parts of correlations that do not `generate` them.

    "The rules in a multi-document YAML that build a correlation rule are not producing individual, independent
    queries" (specification, "Correlation rules").
    """
    given = tuple(rules)
    parts = {_key(part) for rule in given if not generates(rule) for part in rule.references}
    return tuple(rule for rule in given if rule.type != FILTER and _key(rule) not in parts)


def heads(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that none of the others refers to, without filters: what a file with a correlation is about."""
    given = tuple(rules)
    parts = {_key(part) for rule in given for part in rule.references}
    return tuple(rule for rule in given if rule.type != FILTER and _key(rule) not in parts)


def _key(rule: Rule) -> tuple[object, ...]:
    origin = rule.origin
    place = None if origin is None else (origin.file.path, origin.places.get(()))
    return (rule.metadata.id, rule.metadata.name, rule.metadata.title, place)


@dataclass(slots=True)
class _Resolver:
    given: tuple[Rule, ...]
    named: dict[str, list[int]] = field(default_factory=dict)
    done: dict[int, Rule] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, rule in enumerate(self.given):
            for name in _called(rule):
                self.named.setdefault(name, []).append(number)

    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rule(number) for number in range(len(self.given)))

    def _rule(self, number: int) -> Rule:
        if number in self.done:
            return self.done[number]
        rule = self.given[number]
        origin = rule.origin
        if rule.type == CORRELATION and origin is not None and isinstance(rule.detection, Correlation):
            self.open.append(number)
            rule = self._correlation(rule)
            self.open.pop()
        self.done[number] = rule
        return rule

    def _correlation(self, rule: Rule) -> Rule:
        assert rule.origin is not None
        place = Place(rule.origin.file, rule.origin.places)
        references: list[Rule] = []
        reasons: dict[str, str] = {}

        def lookup(reference: str) -> Referred | None:
            target, why = self._target(reference, rule)
            if target is None:
                reasons[reference] = why
                return None
            found = self._rule(target)
            references.append(found)
            return Referred(found.detection, _called(found))

        detection = read_correlation(rule.origin.document, place, lookup)
        items = tuple(
            replace(item, detection=Opaque(UNRESOLVED, None, reasons[item.name])) if item.name in reasons else item
            for item in detection.items
        )
        return replace(rule, detection=replace(detection, items=items), references=tuple(references))

    def _target(self, reference: str, rule: Rule) -> tuple[int | None, str]:
        """The number of the rule that a reference leads to, or None and why."""
        numbers = self.named.get(reference, [])
        if len(numbers) > 1:
            path = rule.origin.file.path if rule.origin is not None else None
            near = [number for number in numbers if self._path(number) == path]
            if len(near) != 1:
                return None, f"{len(numbers)} rules are called {reference!r}, so the correlation may mean any of them"
            numbers = near
        if not numbers:
            return None, f"no rule of this name or id is among the given rules: {reference}"
        if len(self.open) >= MOST_NESTED:
            return None, f"correlations of correlations are followed {MOST_NESTED} deep"
        if numbers[0] in self.open:
            return None, f"the correlation refers to itself through {reference!r}"
        if self.given[numbers[0]].type == FILTER:
            return None, f"{reference!r} is a filter, which detects nothing"
        return numbers[0], ""

    def _path(self, number: int) -> str | None:
        origin = self.given[number].origin
        return origin.file.path if origin is not None else None


def _called(rule: Rule) -> tuple[str, ...]:
    """The name and the id of a rule, as far as it has them."""
    return tuple(dict.fromkeys(name for name in (rule.metadata.name, rule.metadata.id) if name))
