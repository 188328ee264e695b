"""What the translation of one value test gives: alternatives, each a few tests that hold together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from isorule.diagnostics import Effect
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, OneOf, Present, Wildcard, like

Condition = tuple[str, Matcher]
"""A field and what one of its values is asked."""

Alternative = tuple[Condition, ...]
"""Conditions that hold together."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What the translation of a value changes: the name of the loss, its effect where it stands, and why."""

    name: str
    effect: Effect
    message: str


@dataclass(frozen=True, slots=True)
class Translated:
    """Alternatives of which one holds, and what that changes."""

    alternatives: tuple[Alternative, ...]
    remarks: tuple[Remark, ...] = ()


def one(path: str, matcher: Matcher, *remarks: Remark) -> Translated:
    """A single condition."""
    return Translated((((path, matcher),),), remarks)


def any_of(paths: Iterable[str], matcher: Matcher, *remarks: Remark) -> Translated:
    """The same asked of several fields."""
    return Translated(tuple(((path, matcher),) for path in paths), remarks)


def text_of(matcher: Matcher) -> str | None:
    """The one text that a value must be; None for a matcher that allows more."""
    match matcher:
        case Equals(bool() as value):
            return "true" if value else "false"
        case Equals(value):
            return str(value)
        case _:
            return None


def parts_of(matcher: Matcher) -> tuple[LikePart, ...] | None:
    """The texts and wildcards of an equality or pattern of text; None for another matcher."""
    match matcher:
        case Like(parts):
            return parts
        case _:
            text = text_of(matcher)
            return None if text is None else (text,)


def case_of(matcher: Matcher) -> Case:
    """How letter case takes part in an equality or pattern."""
    match matcher:
        case Like(case=case) | Equals(str(), case):
            return case
        case _:
            return Case.INSENSITIVE


def with_parts(matcher: Matcher, parts: Iterable[LikePart]) -> Matcher:
    """The same test for other texts and wildcards."""
    made = like(tuple(parts), case_of(matcher), getattr(matcher, "span", None))
    return Present() if isinstance(made, Like) and made.parts == (Wildcard.RUN,) else made


def with_text(matcher: Matcher, text: str) -> Matcher:
    """The same equality with another text."""
    return with_parts(matcher, (text,))


def accepts(matcher: Matcher, text: str) -> bool:
    """Whether an equality or pattern of text accepts a text, letter case aside."""
    parts = parts_of(matcher)
    if parts is None:
        return False
    written = "".join(
        ".*" if part is Wildcard.RUN else "." if part is Wildcard.ONE else re.escape(fold(str(part))) for part in parts
    )
    return re.fullmatch(written, fold(text), re.DOTALL) is not None


def joined(found: Iterable[Translated]) -> Translated:
    """All alternatives of several translations, each once."""
    alternatives: dict[Alternative, None] = {}
    remarks: dict[Remark, None] = {}
    for translated in found:
        alternatives |= dict.fromkeys(translated.alternatives)
        remarks |= dict.fromkeys(translated.remarks)
    return Translated(tuple(alternatives), tuple(remarks))


def grouped(translated: Translated) -> tuple[Alternative, ...]:
    """The alternatives with those that ask the same single field made one list of values."""
    single: dict[str, list[Matcher]] = {}
    order: list[str | Alternative] = []
    for alternative in translated.alternatives:
        if len(alternative) > 1:
            order.append(alternative)
            continue
        ((path, matcher),) = alternative
        if path not in single:
            order.append(path)
        single.setdefault(path, []).append(matcher)
    return tuple(((item, _list(single[item])),) if isinstance(item, str) else item for item in order)


def _list(matchers: list[Matcher]) -> Matcher:
    if any(isinstance(matcher, Present) for matcher in matchers):
        return Present()
    return matchers[0] if len(matchers) == 1 else OneOf(tuple(matchers))
