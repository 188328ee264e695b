"""Matchers that look at a second field of the event."""

from __future__ import annotations

from collections.abc import Callable

from isorule.evaluation.events import EventView, Fields
from isorule.evaluation.matching import Kind, value_check
from isorule.evaluation.values import Value, folded_text, text_of
from isorule.ir.axes import Case, Relation
from isorule.ir.matchers import Complement, FieldRef, Matcher, OneOf

Bound = Callable[[EventView], Callable[[Value], bool]]


def refers(matcher: Matcher) -> bool:
    """Whether a matcher has a field reference in it."""
    match matcher:
        case FieldRef():
            return True
        case OneOf(options):
            return any(map(refers, options))
        case Complement(inner):
            return refers(inner)
        case _:
            return False


def bound_matcher(matcher: Matcher, kind: Kind, fields: Fields, inside: str | None) -> Bound:
    """The matcher as a check that is made for each event, or for each object at `inside`."""
    match matcher:
        case FieldRef():
            return _relation(matcher, kind, fields, inside)
        case OneOf(options):
            parts = [bound_matcher(option, kind, fields, inside) for option in options]
            return lambda view: _some([part(view) for part in parts])
        case Complement(inner):
            negated = bound_matcher(inner, kind, fields, inside)
            return lambda view: _negation(negated(view))
        case _:
            check = value_check(matcher, kind)
            return lambda _: check


def _some(checks: list[Callable[[Value], bool]]) -> Callable[[Value], bool]:
    return lambda value: any(check(value) for check in checks)


def _negation(check: Callable[[Value], bool]) -> Callable[[Value], bool]:
    return lambda value: not check(value)


def _relation(matcher: FieldRef, kind: Kind, fields: Fields, inside: str | None) -> Bound:
    other = fields.seen_from(matcher.path, inside)
    folded = matcher.case is Case.INSENSITIVE or kind.info.folded or other.info.folded
    holds = _RELATIONS[matcher.relation]
    text = folded_text if folded else text_of

    def bind(view: EventView) -> Callable[[Value], bool]:
        texts = view.folded(other) if folded else view.texts(other)
        return lambda value: any(holds(text(value), item) for item in texts)

    return bind


_RELATIONS: dict[Relation, Callable[[str, str], bool]] = {
    Relation.EQUALS: str.__eq__,
    Relation.STARTSWITH: str.startswith,
    Relation.ENDSWITH: str.endswith,
    Relation.CONTAINS: str.__contains__,
}
