"""Generated phrases whose words may stand apart, and events of the same words: repeats, swaps, gaps, many values."""

from __future__ import annotations

from random import Random
from typing import Any

from isorule.ir.axes import TokenMode
from isorule.ir.matchers import Near, Tokens
from isorule.ir.predicates import AnyField, Field, FieldGlob, Predicate, Test
from isorule.ir.schema import schema_from

SCHEMA = schema_from({"message": "text", "note": "text", "tag": "keyword"})
_WORDS = ("a", "b", "c", "Fox", "x.y", "3.14")
_BETWEEN = (" ", " ", "-", "/", ", ")
_SLOPS = (1, 1, 2, 2, 3, 4, 5, 8, 20, 99, 100, 101, 102, 105, 200, 310, 2**31 - 1)


class PhraseWriter:
    """Makes tests and events at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def predicate(self) -> Predicate:
        """A phrase with gaps; now and then all words of a text, which several values may hold together, too."""
        random = self._random
        text = self._text(1, 5)
        matcher = Tokens(text, TokenMode.ALL) if random.random() < 0.15 else Near(text, random.choice(_SLOPS))
        subjects = (Field("message"), Field("message"), Field("note"), Field("tag"), FieldGlob("*e"), AnyField())
        return Test(random.choice(subjects), matcher)

    def text(self, number: int) -> str:
        """A phrase with gaps as Lucene writes it, in each field and in all of them."""
        subject = ("", "message:", "note:", "tag:", "me*:")[number % 5].replace("*", "\\*")
        return f'{subject}"{self._text(1, 5)}"~{self._random.choice(_SLOPS)}'

    def event(self) -> dict[str, Any]:
        """One to four values of some fields."""
        random = self._random
        paths = random.sample(("message", "note", "tag"), random.choice([1, 1, 2]))
        return {path: [self._text(0, 9) for _ in range(random.choice([1, 1, 2, 3, 4]))] for path in paths}

    def _text(self, least: int, most: int) -> str:
        random = self._random
        some = random.sample(_WORDS, random.choice([1, 2, 3, 3]))
        return random.choice(_BETWEEN).join(random.choice(some) for _ in range(random.randint(least, most)))
