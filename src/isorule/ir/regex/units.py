"""A sequence as units: single characters and repeated trees side by side, the form in which sequences are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from isorule.ir.folding import fold
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.charset import ANY
from isorule.ir.regex.tree import EMPTY, Concat, Empty, Literal, Repeat, Tree, concat, nullable

_SPELLED_OUT = 100
"""A text is written out for a least count of repetitions up to this many characters."""


class Unit(NamedTuple):
    """A tree, `least` to `most` times; a text is never longer than one character, unless it is repeated."""

    tree: Tree
    least: int
    most: int | None


def units_of(tree: Tree) -> list[Unit]:
    """The units of a tree in order."""
    match tree:
        case Empty():
            return []
        case Literal(text, folded):
            return [Unit(_character(character, folded), 1, 1) for character in text]
        case Concat(parts):
            return [unit for part in parts for unit in units_of(part)]
        case Repeat(body, least, most):
            return [Unit(body, least, most)]
        case _:
            return [Unit(tree, 1, 1)]


def _character(character: str, folded: bool) -> Literal:
    if folded and has_variants(character):
        return Literal(fold(character), True)
    return Literal(character)


def tree_of(units: Iterable[Unit]) -> Tree:
    """The canonical tree of a sequence: equal neighbours added up, texts joined, neighbours of any text reduced."""
    sequence = [_without_choice(unit) for unit in merged(units)]
    if any(unit.tree == ANY and unit.most is None for unit in sequence):
        sequence = merged(_reduced(_reduced(sequence)[::-1])[::-1])
    return _joined([part for unit in sequence for part in _spelled(unit)])


def merged(units: Iterable[Unit]) -> list[Unit]:
    """The units, neighbours of one tree added up: `x{a,b}x{c,d}` is `x{a+c,b+d}`."""
    sequence: list[Unit] = []
    for unit in units:
        if sequence and sequence[-1].tree == unit.tree:
            last = sequence[-1]
            most = None if last.most is None or unit.most is None else last.most + unit.most
            sequence[-1] = Unit(unit.tree, last.least + unit.least, most)
        else:
            sequence.append(unit)
    return sequence


def _without_choice(unit: Unit) -> Unit:
    """Of a tree that may be empty, fewer repetitions are among the most: the least count says nothing."""
    if not nullable(unit.tree):
        return unit
    return Unit(unit.tree, 1 if unit.most == 1 else 0, unit.most)


def _reduced(units: list[Unit]) -> list[Unit]:
    """After any text, `x{m,n}` says no more than `x{m}`, and what may be empty says nothing."""
    reduced: list[Unit] = []
    for unit in units:
        last = reduced[-1] if reduced else None
        if last is not None and last.tree == ANY and last.most is None and unit.tree != ANY:
            if unit.least == 0 or nullable(unit.tree):
                continue
            unit = Unit(unit.tree, unit.least, unit.least)
        reduced.append(unit)
    return reduced


def _spelled(unit: Unit) -> list[Tree]:
    """A unit as trees: the certain repetitions of a text are written out."""
    tree, least, most = unit
    if isinstance(tree, Literal) and least > 0 and least * len(tree.text) <= _SPELLED_OUT:
        certain = Literal(tree.text * least, tree.folded)
        if most == least:
            return [certain]
        return [certain, Repeat(tree, 0, None if most is None else most - least)]
    return [tree] if (least, most) == (1, 1) else [Repeat(tree, least, most)]


def _joined(parts: list[Tree]) -> Tree:
    """Texts joined across letter case: characters without case go with the text before them, else after them."""
    joined: list[Tree] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1:] = _join(last, part)
        else:
            joined.append(part)
    return concat(joined) if joined else EMPTY


def _join(first: Literal, second: Literal) -> tuple[Literal, ...]:
    if first.folded == second.folded or not has_variants(second.text):
        return (Literal(first.text + second.text, first.folded),)
    if not has_variants(first.text):
        return (Literal(first.text + second.text, second.folded),)
    return (first, second)
