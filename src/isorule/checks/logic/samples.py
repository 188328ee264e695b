"""Values and samples of them: one text that tells whether another value covers a whole value pattern.

In the sample of a wildcard pattern each `*` stands as a character that no rule has. Another pattern that matches the
sample takes that character up by a wildcard of its own, which would as well take any other text in its place; so a
pattern that matches the sample matches everything that the sampled pattern matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, assert_never

from isorule.checks.logic.networks import holds, network, networks
from isorule.diagnostics import IsoruleError
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    LikePart,
    Matcher,
    Near,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
)
from isorule.ir.regex import compile_regex

RUN: Final = "\ue000"
ONE: Final = "\ue001"
"""What stands in a sample for the wildcards."""

Passes = Callable[[str], bool]
Value = tuple[str, bool]
"""A sample of a value, and whether it is the only text that meets the value (but for letter case)."""


def text_of(value: str | int | float | bool) -> str:
    """The text that a literal is compared by where the field holds texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=4096)
def samples(matcher: Matcher) -> tuple[Value, ...] | None:
    """A sample of each value of a matcher; None where there is one without a sample."""
    match matcher:
        case Equals(value):
            return ((text_of(value), True),)
        case Like(parts):
            return None if any(isinstance(part, Placeholder) for part in parts) else ((_sample(parts), False),)
        case Tokens(text):
            return ((text, True),)
        case OneOf(options):
            found = [samples(option) for option in options]
            return tuple(value for one in found if one for value in one) if all(found) else None
        case Present() | Regex() | Range() | InNetwork() | FieldRef() | Near() | Indexed() | Complement():
            return None
        case _:
            assert_never(matcher)


def _sample(parts: tuple[LikePart, ...]) -> str:
    return "".join(part if isinstance(part, str) else RUN if part is Wildcard.RUN else ONE for part in parts)


@lru_cache(maxsize=4096)
def passes(matcher: Matcher) -> Passes:
    """Whether a sample meets a matcher; False where that is not known."""
    match matcher:
        case Equals(value, case):
            text = text_of(value)
            if case is Case.SENSITIVE:
                return text.__eq__
            folded = fold(text)
            return lambda sample: fold(sample) == folded
        case Tokens(text):
            words = fold(text)
            return lambda sample: fold(sample) == words
        case Like(parts, case):
            return _pattern(parts, case)
        case OneOf(options):
            return _any_of(options)
        case Present():
            return lambda _: True
        case InNetwork():
            blocks = networks(matcher)
            return lambda sample: any(holds(block, network(sample)) for block in blocks)
        case Range():
            return lambda sample: _in_range(matcher, sample)
        case Regex():
            return _expression(matcher)
        case _:
            return lambda _: False


def _any_of(options: tuple[Matcher, ...]) -> Passes:
    """Whether a sample meets one of many values. Those of the common shapes are asked together: lists are long."""
    whole: list[str] = []
    starts: list[str] = []
    ends: list[str] = []
    within: list[str] = []
    others: list[Passes] = []
    for option in options:
        match option:
            case Equals(value, case) if case is not Case.SENSITIVE:
                whole.append(fold(text_of(value)))
            case Like((str() as text, Wildcard.RUN), case) if case is not Case.SENSITIVE:
                starts.append(fold(text))
            case Like((Wildcard.RUN, str() as text), case) if case is not Case.SENSITIVE:
                ends.append(fold(text))
            case Like((Wildcard.RUN, str() as text, Wildcard.RUN), case) if case is not Case.SENSITIVE:
                within.append(fold(text))
            case _:
                others.append(passes(option))
    equal, start, end = frozenset(whole), tuple(starts), tuple(ends)

    def meets(sample: str) -> bool:
        text = fold(sample)
        if text in equal or text.startswith(start) or text.endswith(end):
            return True
        return any(part in text for part in within) or any(one(sample) for one in others)

    return meets


def _in_range(wanted: Range, sample: str) -> bool:
    """Whether a sample is a number between two bounds."""
    lower, upper = wanted.lower, wanted.upper
    try:
        number = float(sample)
        above = lower is None or number > float(lower.value) or (lower.inclusive and number == float(lower.value))
        return above and (
            upper is None or number < float(upper.value) or (upper.inclusive and number == float(upper.value))
        )
    except ValueError:
        return False


@lru_cache(maxsize=512)
def _expression(matcher: Regex) -> Passes:
    try:
        return compile_regex(matcher)
    except IsoruleError:
        return lambda _: False


@lru_cache(maxsize=4096)
def _pattern(parts: tuple[LikePart, ...], case: Case) -> Passes:
    found = _affix(parts, case) if len(parts) <= 3 else None
    if found is not None:
        return found
    cased = case is Case.SENSITIVE
    text = "".join(
        re.escape(part if cased else fold(part))
        if isinstance(part, str)
        else ".*"
        if part is Wildcard.RUN
        else f"[^{RUN}]"
        for part in parts
    )
    matches = re.compile(text, re.DOTALL).fullmatch
    return lambda sample: matches(sample if cased else fold(sample)) is not None


def _affix(parts: tuple[LikePart, ...], case: Case) -> Passes | None:
    """The common shapes without an expression: `*a*`, `a*`, `*a`."""
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != 1 or any(not isinstance(part, str) and part is not Wildcard.RUN for part in parts):
        return None
    cased = case is Case.SENSITIVE
    wanted = texts[0] if cased else fold(texts[0])
    before, behind = parts[0] is Wildcard.RUN, parts[-1] is Wildcard.RUN
    if before and behind:
        return lambda sample: wanted in (sample if cased else fold(sample))
    if behind:
        return lambda sample: (sample if cased else fold(sample)).startswith(wanted)
    return lambda sample: (sample if cased else fold(sample)).endswith(wanted)
