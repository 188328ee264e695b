"""Values of one list that other values of it cover: `foo*` beside `foobar`, a block of addresses beside a wider one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from isorule.checks.logic.networks import holds, network
from isorule.checks.logic.samples import passes, samples
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, InNetwork, Like, Matcher, OneOf, Tokens, Wildcard
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class Covered:
    """A value of a list, the value that covers it, and whether the two say the same."""

    value: Matcher
    by: Matcher
    same: bool

    @property
    def spans(self) -> tuple[Span, Span] | None:
        """The places of the two values."""
        first, second = getattr(self.value, "span", None), getattr(self.by, "span", None)
        return None if first is None or second is None else (first, second)


def covered_values(matcher: Matcher) -> Iterator[Covered]:
    """The values of a list (of a resolved test) that it means the same without, all of them together.

    Of values that say the same the first stays.
    """
    if not isinstance(matcher, OneOf):
        return
    kept: dict[object, Matcher] = {}
    rest: list[Matcher] = []
    for option in matcher.options:
        first = kept.setdefault(_identity(option), option)
        if first is not option:
            yield Covered(option, first, same=True)
        else:
            rest.append(option)
    patterns = _Patterns.of(rest)
    for option in rest if patterns.may_cover(rest) else ():
        other = patterns.wider_than(option)
        if other is not None:
            yield Covered(option, other, same=False)
    yield from _networks(rest)


def _identity(option: Matcher) -> object:
    """What two values have in common that say the same."""
    match option:
        case Equals(str() as text, Case.INSENSITIVE):
            return Equals, fold(text)
        case Like(parts, Case.INSENSITIVE):
            return Like, tuple(fold(part) if isinstance(part, str) else part for part in parts)
        case Tokens(text, mode):
            return Tokens, fold(text), mode
        case _:
            return option


_BETWEEN: Final = "\ue002"
"""A character that no rule has, and no sample either."""

_MOST_JOINED: Final = 100
"""Among more values each is looked up by itself: joined, they are a long text to search for each of them."""

_Affixed = dict[int, dict[str, list[Like]]]
"""Patterns by the length of their text, and by the text."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of a list, filed by the one text that they have: `*a*`, `a*`, `*a`, and the others."""

    within: _Affixed
    at_start: _Affixed
    at_end: _Affixed
    others: list[Like]

    @classmethod
    def of(cls, options: list[Matcher]) -> _Patterns:
        """The patterns among the values of a list."""
        found = cls({}, {}, {}, [])
        for option in options:
            if isinstance(option, Like) and option.case is not Case.MAPPED:
                found._file(option)
        return found

    def _file(self, option: Like) -> None:
        match option.parts:
            case (Wildcard.RUN, str() as text, Wildcard.RUN):
                home = self.within
            case (str() as text, Wildcard.RUN):
                home = self.at_start
            case (Wildcard.RUN, str() as text):
                home = self.at_end
            case _:
                self.others.append(option)
                return
        home.setdefault(len(text), {}).setdefault(fold(text), []).append(option)

    def may_cover(self, options: list[Matcher]) -> bool:
        """Whether the text of a pattern stands in another value, too. In most lists none does, and one look says so."""
        if self.others or len(options) > _MOST_JOINED:
            return True
        found = (samples(option) for option in options if isinstance(option, Like | Equals))
        joined = _BETWEEN.join(fold(sample) for one in found if one for sample, _ in one)
        homes = (self.within, self.at_start, self.at_end)
        return any(joined.count(part) > 1 for home in homes for filed in home.values() for part in filed)

    def wider_than(self, option: Matcher) -> Like | None:
        """A pattern of the list, other than the value itself, that covers it."""
        found = samples(option) if isinstance(option, Like | Equals) and option.case is not Case.MAPPED else None
        if found is None or (isinstance(option, Equals) and not isinstance(option.value, str)):
            return None
        sample = found[0][0]
        return next(
            (one for one in self._near(fold(sample)) if one is not option and _is_wider(one, option, sample)), None
        )

    def _near(self, text: str) -> Iterator[Like]:
        for length, filed in self.at_start.items():
            yield from filed.get(text[:length], ())
        for length, filed in self.at_end.items():
            yield from filed.get(text[max(len(text) - length, 0) :], ())
        for length, filed in self.within.items():
            if len(filed) <= len(text):
                inner: Iterable[str] = (part for part in filed if part in text)
            else:
                inner = (text[at : at + length] for at in range(len(text) - length + 1))
            for part in inner:
                yield from filed.get(part, ())
        yield from self.others


def _is_wider(wide: Like, option: Matcher, sample: str) -> bool:
    """Whether a pattern covers another value. Patterns that cover each other are one and the same here."""
    assert isinstance(option, Like | Equals)
    comparable = option.case is wide.case or wide.case is Case.INSENSITIVE
    return comparable and passes(wide)(sample)


def _networks(options: list[Matcher]) -> Iterator[Covered]:
    blocks = [(option, network(option.blocks[0])) for option in options if isinstance(option, InNetwork)]
    for option, block in blocks:
        for other, wider in blocks:
            if option is not other and block != wider and holds(wider, block):
                yield Covered(option, other, same=False)
                break
