"""An automaton for any tree, built while it runs, in time linear in the text.

Its states are sets of what may still follow: the partial derivatives of V. Antimirov, "Partial derivatives of regular
expressions and finite automaton constructions" (1996), https://doi.org/10.1016/0304-3975(95)00182-4. Assertions are
derivatives that depend on the characters on both sides; intersection and complement are derived as wholes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import IntEnum, unique

from isorule.ir.folding import fold_character
from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import NEWLINE, NOTHING, WORD, CharSet
from isorule.ir.regex.tree import (
    ANY_RUN,
    EMPTY,
    Alternate,
    Assertion,
    Complement,
    Concat,
    Empty,
    Intersection,
    Literal,
    Place,
    Repeat,
    Tree,
    alternate,
    concat,
    has_assertions,
    walk,
)

_MOST_STATES = 4_000
_MOST_TERMS = 40_000


@unique
class _Side(IntEnum):
    """What stands on one side of a place, as far as assertions care."""

    EDGE = 0
    NEWLINE = 1
    WORD = 2
    OTHER = 3


class Machine:
    """Decides whether whole texts are described by a tree. Not safe for use by several threads at once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._asserts = has_assertions(tree)
        self._boundaries = _boundaries(tree, self._asserts)
        self._ascii = [bisect_right(self._boundaries, code) - 1 for code in range(128)]
        self._sides = [_side(code) if self._asserts else _Side.OTHER for code in self._boundaries]
        self._forget()

    def _forget(self) -> None:
        """Starts with an empty memory: no terms, no states but the first."""
        self._terms: list[Tree] = []
        self._numbers: dict[Tree, int] = {}
        self._derived: dict[tuple[int, int, _Side], frozenset[int]] = {}
        self._everything = self._number(ANY_RUN)
        self._forget_states()
        self._enter(frozenset((self._number(self._tree),)), _Side.EDGE)

    def _forget_states(self) -> None:
        self._states: list[tuple[frozenset[int], _Side]] = []
        self._known: dict[tuple[frozenset[int], _Side], int] = {}
        self._moves: list[dict[int, int]] = []

    def matches(self, text: str) -> bool:
        """Whether the tree describes this text."""
        state = self._enter(frozenset((self._number(self._tree),)), _Side.EDGE)
        for character in text:
            code = ord(character)
            kind = self._ascii[code] if code < 128 else bisect_right(self._boundaries, code) - 1
            following = self._moves[state].get(kind)
            state = self._move(state, kind) if following is None else following
            terms = self._states[state][0]
            if self._everything in terms:
                return True
            if not terms:
                return False
        terms, side = self._states[state]
        return any(_accepts(self._terms[term], side, _Side.EDGE) for term in terms)

    def _move(self, state: int, kind: int) -> int:
        """The state after one more character of a kind; it is remembered as long as memory is not full."""
        terms, side = self._states[state]
        following: set[int] = set()
        for term in terms:
            following |= self._derivatives(term, kind, side)
        entered = frozenset(following)
        if len(self._terms) > _MOST_TERMS:
            trees = [self._terms[term] for term in entered]
            self._forget()
            return self._enter(frozenset(map(self._number, trees)), self._after(kind))
        if len(self._states) >= _MOST_STATES:
            self._forget_states()
            return self._enter(entered, self._after(kind))
        target = self._enter(entered, self._after(kind))
        self._moves[state][kind] = target
        return target

    def _after(self, kind: int) -> _Side:
        return self._sides[kind]

    def _enter(self, terms: frozenset[int], side: _Side) -> int:
        if not self._asserts:
            side = _Side.OTHER
        key = (terms, side)
        state = self._known.get(key)
        if state is None:
            state = self._known[key] = len(self._states)
            self._states.append(key)
            self._moves.append({})
        return state

    def _number(self, tree: Tree) -> int:
        number = self._numbers.get(tree)
        if number is None:
            number = self._numbers[tree] = len(self._terms)
            self._terms.append(tree)
        return number

    def _derivatives(self, term: int, kind: int, before: _Side) -> frozenset[int]:
        key = (term, kind, before)
        derived = self._derived.get(key)
        if derived is None:
            step = _Step(self._boundaries[kind], before, self._sides[kind])
            derived = frozenset(self._number(tree) for tree in step.derive(self._terms[term]) if tree != NOTHING)
            self._derived[key] = derived
        return derived


class _Step:
    """One character read at a place with known sides."""

    __slots__ = ("after", "before", "code", "folded")

    def __init__(self, code: int, before: _Side, after: _Side) -> None:
        self.code = code
        self.folded = fold_character(chr(code))
        self.before = before
        self.after = after

    def derive(self, tree: Tree) -> Iterator[Tree]:
        """What may follow once the tree has read the character: any one of these."""
        match tree:
            case Empty() | Assertion():
                return
            case Literal(text, folded):
                if self._reads(text[0], folded):
                    yield Literal(text[1:], folded) if len(text) > 1 else EMPTY
            case CharSet():
                if self.code in tree:
                    yield EMPTY
            case Concat(parts):
                yield from self._derive_sequence(parts)
            case Alternate(options):
                for option in options:
                    yield from self.derive(option)
            case Repeat(_, _, 0):
                return
            case Repeat(body, least, most):
                if _accepts(body, self.before, self.after):
                    least = 0
                rest = _repeat(body, max(least - 1, 0), None if most is None else most - 1)
                for first in self.derive(body):
                    yield concat((first, rest))
            case Intersection(options):
                yield _intersection([_union(self.derive(option)) for option in options])
            case Complement(body):
                rest = _union(self.derive(body))
                yield ANY_RUN if rest == NOTHING else Complement(rest)

    def _derive_sequence(self, parts: tuple[Tree, ...]) -> Iterator[Tree]:
        for index, part in enumerate(parts):
            for first in self.derive(part):
                yield concat((first, *parts[index + 1 :]))
            if not _accepts(part, self.before, self.after):
                return

    def _reads(self, character: str, folded: bool) -> bool:
        return fold_character(character) == self.folded if folded else ord(character) == self.code


def _accepts(tree: Tree, before: _Side, after: _Side) -> bool:
    """Whether the tree describes the empty text at a place with these sides."""
    match tree:
        case Empty():
            return True
        case Literal() | CharSet():
            return False
        case Assertion(place):
            return _holds(place, before, after)
        case Concat(parts) | Intersection(parts):
            return all(_accepts(part, before, after) for part in parts)
        case Alternate(options):
            return any(_accepts(option, before, after) for option in options)
        case Repeat(body, least, _):
            return least == 0 or _accepts(body, before, after)
        case Complement(body):
            return not _accepts(body, before, after)


def _holds(place: Place, before: _Side, after: _Side) -> bool:
    match place:
        case Place.BEGIN:
            return before is _Side.EDGE
        case Place.END:
            return after is _Side.EDGE
        case Place.LINE_BEGIN:
            return before in (_Side.EDGE, _Side.NEWLINE)
        case Place.LINE_END:
            return after in (_Side.EDGE, _Side.NEWLINE)
        case Place.WORD_BOUNDARY:
            return (before is _Side.WORD) != (after is _Side.WORD)
        case Place.NOT_WORD_BOUNDARY:
            return (before is _Side.WORD) == (after is _Side.WORD)


def _repeat(body: Tree, least: int, most: int | None) -> Tree:
    if most == 0:
        return EMPTY
    return body if least == most == 1 else Repeat(body, least, most)


def _union(trees: Iterable[Tree]) -> Tree:
    """The trees as one, in one order, so that the number of different ones stays small."""
    options = sorted({tree for tree in trees if tree != NOTHING}, key=repr)
    return ANY_RUN if ANY_RUN in options else alternate(options)


def _intersection(trees: list[Tree]) -> Tree:
    options = sorted({tree for tree in trees if tree != ANY_RUN}, key=repr)
    if NOTHING in options:
        return NOTHING
    if not options:
        return ANY_RUN
    return options[0] if len(options) == 1 else Intersection(tuple(options))


def _boundaries(tree: Tree, asserts: bool) -> list[int]:
    """Where the kinds of characters begin: the tree treats all code points of one kind alike."""
    sets = [NEWLINE, WORD] if asserts else []
    starts = {0}
    for node in walk(tree):
        if isinstance(node, CharSet):
            sets.append(node)
        elif isinstance(node, Literal):
            for character in set(node.text):
                for code in variants(character) if node.folded else (ord(character),):
                    starts |= {code, code + 1}
    for members in sets:
        for low, high in members.ranges:
            starts |= {low, high + 1}
    return sorted(starts)


def _side(code: int) -> _Side:
    if code in NEWLINE:
        return _Side.NEWLINE
    return _Side.WORD if code in WORD else _Side.OTHER
