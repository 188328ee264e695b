"""From "somewhere in the value" to "the whole value": what anchors mean, said without them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, unique

from isorule.ir.regex.charset import NOTHING
from isorule.ir.regex.tree import (
    ANY_RUN,
    EMPTY,
    Alternate,
    Assertion,
    Concat,
    Place,
    Repeat,
    Tree,
    alternate,
    concat,
    has_assertions,
    lengths,
    nullable,
    walk,
)


@unique
class _Edge(Enum):
    """How a place lies to one end of the value: AT it for certain, AWAY from it for certain, or neither."""

    AT = "at"
    AWAY = "away"
    OPEN = "open"


def whole_value(tree: Tree, *, anchored: bool) -> Tree:
    """A tree of whole values for one that is looked for somewhere in them (or, `anchored`, is the whole value).

    A leading `^` and a trailing `$` are absorbed, through groups and alternatives; elsewhere BEGIN and END are
    replaced where it is certain that they hold or fail. What is left of them, and every other assertion, is about
    the place in the whole value. Text and order are kept otherwise.
    """
    if not anchored:
        tree = _open_end(_open_begin(tree))
    return _settle(tree, _Edge.AT, _Edge.AT) if has_assertions(tree) else tree


def _mentions(tree: Tree, place: Place) -> bool:
    return Assertion(place) in walk(tree)


def _open_begin(tree: Tree) -> Tree:
    """`tree` after any text: the text goes before it, or disappears where BEGIN stands."""
    match tree:
        case Assertion(Place.BEGIN):
            return EMPTY
        case Concat(parts) if _mentions(parts[0], Place.BEGIN):
            # any·(h·t) = (any·h)·t
            return concat((_open_begin(parts[0]), *parts[1:]))
        case Alternate(options) if _mentions(tree, Place.BEGIN):
            return alternate(map(_open_begin, options))
        case Repeat(body, 0, 1) if _mentions(body, Place.BEGIN):
            return alternate((_open_begin(body), ANY_RUN))
        case Concat(parts):
            return concat((ANY_RUN, *_without_nullable_start(parts)))
        case _:
            return concat((ANY_RUN, *_without_nullable_start((tree,))))


def _open_end(tree: Tree) -> Tree:
    """`tree` before any text: the mirror image of `_open_begin`."""
    match tree:
        case Assertion(Place.END):
            return EMPTY
        case Concat(parts) if _mentions(parts[-1], Place.END):
            return concat((*parts[:-1], _open_end(parts[-1])))
        case Alternate(options) if _mentions(tree, Place.END):
            return alternate(map(_open_end, options))
        case Repeat(body, 0, 1) if _mentions(body, Place.END):
            return alternate((_open_end(body), ANY_RUN))
        case Concat(parts):
            return concat((*reversed(_without_nullable_start(parts[::-1])), ANY_RUN))
        case _:
            return concat((*_without_nullable_start((tree,)), ANY_RUN))


def _without_nullable_start(parts: Sequence[Tree]) -> Sequence[Tree]:
    """The parts without those at the start that may be empty: next to any text they say nothing."""
    for index, part in enumerate(parts):
        if not nullable(part):
            return parts[index:]
    return ()


def _settle(tree: Tree, before: _Edge, after: _Edge) -> Tree:
    """The tree with every assertion about the ends replaced that certainly holds or fails there."""
    match tree:
        case Assertion(place):
            return _settle_assertion(tree, place, before, after)
        case Concat(parts):
            return _settle_concat(parts, before, after)
        case Alternate(options):
            settled = (_settle(option, before, after) for option in options)
            return alternate(option for option in settled if option != NOTHING)
        case Repeat(body, least, most):
            if most != 1:
                before, after = _inside(before), _inside(after)
            inner = _settle(body, before, after)
            if inner == NOTHING:
                return EMPTY if least == 0 else NOTHING
            return Repeat(inner, least, most)
        case _:
            return tree


def _inside(edge: _Edge) -> _Edge:
    return _Edge.OPEN if edge is _Edge.AT else edge


def _settle_assertion(tree: Tree, place: Place, before: _Edge, after: _Edge) -> Tree:
    edge = before if place in (Place.BEGIN, Place.LINE_BEGIN) else after
    match place:
        case Place.BEGIN | Place.END if edge is not _Edge.OPEN:
            return EMPTY if edge is _Edge.AT else NOTHING
        case Place.LINE_BEGIN | Place.LINE_END if edge is _Edge.AT:
            return EMPTY
        case _:
            return tree


def _settle_concat(parts: tuple[Tree, ...], before: _Edge, after: _Edge) -> Tree:
    afters = [after]
    for part in reversed(parts[1:]):
        afters.append(_past(part, afters[-1]))
    settled: list[Tree] = []
    for part, behind in zip(parts, reversed(afters), strict=True):
        settled.append(_settle(part, before, behind))
        before = _past(part, before)
    return NOTHING if NOTHING in settled else concat(settled)


def _past(part: Tree, edge: _Edge) -> _Edge:
    """How a place lies to an end of the value when this part stands between it and the place of `edge`."""
    least, most = lengths(part)
    if least > 0:
        return _Edge.AWAY
    return edge if most == 0 else _inside(edge)
