"""Generated term-level queries and ranges on full text and on keywords, and events of the same words."""

from __future__ import annotations

from random import Random
from typing import Any

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Bound, Equals, Indexed, Matcher, OneOf, Range, Regex, Wildcard, like
from isorule.ir.predicates import Field, Not, Predicate, Test
from isorule.ir.schema import schema_from

SCHEMA = schema_from({"message": "text", "note": "text", "tag": "keyword"})
_WORDS = ("a", "Fox", "fox", "SYSTEM", "system", "foſs", "İzmir", "x.exe", "3.14", "user_name", "Ünder", "Kelvin")
_ASKED = tuple(word for word in _WORDS if not word.startswith("\u0130"))
"""What is asked for: without the `İ`, which differs as `dotted-and-dotless-i` explains."""
_PATTERNS = ("fo.", "[a-f].*", "F.*", "s[a-z]+|3.*", ".*e", "(x|u).+", "s?fox", "~(f.*)")
_BETWEEN = (" ", " ", "-", "=", "/")
_CASES = (Case.SENSITIVE, Case.INSENSITIVE)


class TermWriter:
    """Makes tests and events at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def predicate(self) -> Predicate:
        """A term-level query, now and then negated, or one of several; or a range."""
        random = self._random
        subject = Field(random.choice(("message", "message", "note", "tag")))
        kind = random.random()
        if kind < 0.15:
            return Test(subject, self._range())
        if kind < 0.3:
            return Test(subject, OneOf(tuple(self._term() for _ in range(random.choice((2, 3))))))
        test = Test(subject, self._term())
        return Not(test) if kind < 0.4 else test

    def text(self, number: int) -> str:
        """A range as Lucene writes it."""
        random = self._random
        path = ("message", "note", "tag")[number % 3]
        low, high = (random.choice(_WORDS) for _ in range(2))
        return random.choice(
            (f"{path}:[{low} TO {high}}}", f"{path}:>={low}", f"{path}:<{high}", f"{path}:[{low} TO *]")
        )

    def event(self) -> dict[str, Any]:
        """One to three values of some fields."""
        random = self._random
        paths = random.sample(("message", "note", "tag"), random.choice([1, 2]))
        return {path: [self._value() for _ in range(random.choice([1, 1, 2, 3]))] for path in paths}

    def _value(self, words: tuple[str, ...] = _WORDS) -> str:
        random = self._random
        return random.choice(_BETWEEN).join(random.choice(words) for _ in range(random.choice((1, 1, 2, 3))))

    def _term(self) -> Matcher:
        random = self._random
        case = random.choice(_CASES)
        word = random.choice(_ASKED) if random.random() < 0.8 else self._value(_ASKED)
        kind = random.randrange(4)
        if kind == 0:
            return Indexed(Regex(random.choice(_PATTERNS), RegexFlavor.LUCENE, Case.INSENSITIVE, True, True))
        if kind == 1:
            return Regex(random.choice(_PATTERNS), RegexFlavor.LUCENE, Case.MAPPED, anchored=True, dotall=True)
        if kind == 2:
            at = random.randrange(len(word))
            wild = random.choice(((word[:at], Wildcard.RUN), (word[:at], Wildcard.ONE, word[at + 1 :])))
            before = (Wildcard.RUN,) if random.random() < 0.3 else ()
            return Indexed(like((*before, *wild), case))
        return Indexed(Equals(word, case))

    def _range(self) -> Range:
        random = self._random
        low, high = (Bound(random.choice(_ASKED), random.random() < 0.5) for _ in range(2))
        return Range(low if random.random() < 0.7 else None, high)
