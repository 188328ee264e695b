"""Plausible values where a rule leaves them open: the free text of patterns, fields that may have any value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, Matcher, Present, Scalar, Tokens, options_of
from isorule.ir.predicates import AnyField, Field, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import walk
from isorule.synthesis.patterns import filled, is_met
from isorule.synthesis.plausible import program_beside
from isorule.synthesis.questions import Question
from isorule.synthesis.scene import Scene
from isorule.synthesis.variations import places
from isorule.verification.cells import Values

_MOST = 24
"""So many texts of one pattern are tried."""


class Polish:
    """Suggests values for the fields of a question."""

    def __init__(self, question: Question, scene: Scene) -> None:
        self._scene = scene
        self._asked: dict[str, list[Matcher]] = {}
        self._anywhere = False
        for leaf in question.leaves:
            for test in walk(question.resolved(leaf)):
                if isinstance(test, Test) and leaf.wanted:
                    self._anywhere |= isinstance(test.subject, AnyField)
                    if isinstance(test.subject, Field):
                        self._asked.setdefault(places(test, {}, scene)[0], []).extend(options_of(test.matcher))

    def suggestions(self, path: str, value: Scalar, values: Values, number: int) -> Iterator[Scalar]:
        """Values that may stand at a path in place of one that was found there."""
        if value in ("true", "false") and self._scene.setting.schema.type_of(path) is FieldType.BOOLEAN:
            yield value == "true"
        needed = [matcher for matcher in self._asked.get(path, []) if not isinstance(matcher, Present)]
        for matcher in needed:
            yield from _as_written(matcher, value)
            if isinstance(matcher, Like) and is_met(matcher, value):
                yield from (text for text in self._scene.values(path, number) if is_met(matcher, text))
                yield from islice(filled(matcher.parts, path, values, self._scene), _MOST)
        if not needed and not self._anywhere:
            yield from values.get(program_beside(path) or "", [])
            yield from self._scene.values(path, number)


def _as_written(matcher: Matcher, value: Scalar) -> Iterator[str]:
    """The text of a matcher in the letter case of the rule, where a value differs from it in letter case alone."""
    match matcher:
        case Equals(str() as text) | Tokens(text):
            if isinstance(value, str) and fold(text) == fold(value):
                yield text
        case _:
            return
