"""The canonical form of a regular expression: what says the same in an ordinary way becomes the same tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from isorule.ir.folding import fold
from isorule.ir.matchers import Regex
from isorule.ir.regex.anchors import whole_value
from isorule.ir.regex.casing import variants
from isorule.ir.regex.charset import ANY, NOTHING, CharSet, charset
from isorule.ir.regex.parse import parse_regex
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
    Repeat,
    Tree,
    nullable,
)
from isorule.ir.regex.units import Unit, merged, tree_of, units_of

_MOST_PASSES = 20
"""Every pass leaves the language as it is, so to stop early costs no more than a missed likeness."""


def language(matcher: Regex) -> Tree:
    """The set of whole values that the matcher accepts, in canonical form.

    Two matchers with equal trees accept the same values, whatever their flavors; the reverse holds for ordinary
    differences of writing only (order of alternatives, `[0-9]` or `\\d`, `x{1}`, anchors, greed, letter case by flag
    or by class, a common start or end of all alternatives). Raises as `parse_regex` does.
    """
    return normalize(whole_value(parse_regex(matcher), anchored=matcher.anchored))


def normalize(tree: Tree) -> Tree:
    """The canonical form of a tree of whole values; it describes the same texts."""
    for _ in range(_MOST_PASSES):
        simpler = _simplified(tree)
        if simpler == tree:
            break
        tree = simpler
    return tree


def _simplified(tree: Tree) -> Tree:
    """One pass from the inside out; what it takes apart may give the next one more to do."""
    match tree:
        case Empty() | Assertion():
            return tree
        case Literal():
            return tree_of(units_of(tree))
        case CharSet():
            return _set(tree)
        case Concat(parts):
            return _sequence(map(_simplified, parts))
        case Alternate(options):
            return _choice(map(_simplified, options))
        case Repeat(body, least, most):
            return _repetition(_simplified(body), least, most)
        case Intersection(options):
            return _intersection(map(_simplified, options))
        case Complement(body):
            return _complement(_simplified(body))


def _set(members: CharSet) -> Tree:
    """A set, as a text where it is one character, or all cases of one."""
    if not members.ranges:
        return members
    first = chr(members.ranges[0][0])
    if members.size() == 1:
        return Literal(first)
    family = variants(first)
    if len(family) == members.size() and all(code in members for code in family):
        return Literal(fold(first), True)
    return members


def _sequence(parts: Iterable[Tree]) -> Tree:
    units = [unit for part in parts for unit in units_of(part)]
    if any(unit.tree == NOTHING and unit.least > 0 for unit in units):
        return NOTHING
    return tree_of(units)


def _choice(options: Iterable[Tree]) -> Tree:
    flat = dict.fromkeys(_flat(options))
    flat.pop(NOTHING, None)
    if ANY_RUN in flat:
        return ANY_RUN
    optional = EMPTY in flat
    flat.pop(EMPTY, None)
    trees = _with_sets_joined(list(flat))
    if not trees:
        return EMPTY if optional else NOTHING
    choice = trees[0] if len(trees) == 1 else _factored(trees)
    return _repetition(choice, 0, 1) if optional and not nullable(choice) else choice


def _flat(options: Iterable[Tree]) -> Iterable[Tree]:
    for option in options:
        if isinstance(option, Alternate):
            yield from option.options
        elif isinstance(option, Repeat) and (option.least, option.most) == (0, 1):
            yield EMPTY
            yield from _flat((option.body,))
        else:
            yield option


def _with_sets_joined(options: list[Tree]) -> list[Tree]:
    """The options, those of one character joined to one set."""
    joined = NOTHING
    rest: list[Tree] = []
    for option in options:
        members = _as_set(option)
        if members is None:
            rest.append(option)
        else:
            joined |= members
    return [_set(joined), *rest] if joined.ranges else rest


def _as_set(tree: Tree) -> CharSet | None:
    match tree:
        case CharSet():
            return tree
        case Literal(text, folded) if len(text) == 1:
            return charset((code, code) for code in (variants(text) if folded else (ord(text),)))
        case _:
            return None


def _factored(options: list[Tree]) -> Tree:
    """Two or more options, what all of them begin and end with taken out."""
    sequences = [units_of(option) for option in options]
    start = _shared(sequences)
    sequences = [units[start:] for units in sequences]
    end = _shared([units[::-1] for units in sequences])
    if not start and not end:
        return Alternate(tuple(sorted(options, key=repr)))
    prefix = units_of(options[0])[:start]
    suffix = sequences[0][len(sequences[0]) - end :]
    middle = _choice(tree_of(units[: len(units) - end]) for units in sequences)
    return tree_of([*prefix, *units_of(middle), *suffix])


def _shared(sequences: Sequence[list[Unit]]) -> int:
    """How many units all sequences begin with."""
    shortest = min(map(len, sequences))
    first = sequences[0]
    for index in range(shortest):
        if any(units[index] != first[index] for units in sequences):
            return index
    return shortest


def _repetition(body: Tree, least: int, most: int | None) -> Tree:
    if most == 0 or body == EMPTY:
        return EMPTY
    if body == NOTHING:
        return EMPTY if least == 0 else NOTHING
    if nullable(body):
        if most == 1:
            return body
        least = 0
    collapsed = _collapsed(merged(units_of(body)), least, most)
    if collapsed is not None:
        return tree_of([collapsed])
    if most is None and isinstance(body, Alternate):
        simpler = _without_inner_loops(body)
        if simpler != body:
            return _repetition(simpler, least, None)
    return tree_of([Unit(body, least, most)])


def _without_inner_loops(body: Alternate) -> Tree:
    """In `(a*|b)*` the inner star says nothing, nor does the plus in `(a+|b)+`."""
    return _choice(
        option.body if isinstance(option, Repeat) and option.least <= 1 and option.most is None else option
        for option in body.options
    )


def _collapsed(body: Sequence[Unit], least: int, most: int | None) -> Unit | None:
    """`(x{a,b}){least,most}` as one repetition, where the counts that it allows have no gaps."""
    if len(body) != 1:
        return None
    inner = body[0]
    if least == most:
        return Unit(inner.tree, inner.least * least, None if inner.most is None else inner.most * least)
    if inner.least <= 1 and inner.most is None:
        return Unit(inner.tree, inner.least * least, None)
    if (inner.least, inner.most) == (0, 1):
        return Unit(inner.tree, 0, most)
    return None


def _intersection(options: Iterable[Tree]) -> Tree:
    flat: dict[Tree, None] = {}
    for option in options:
        flat.update(dict.fromkeys(option.options if isinstance(option, Intersection) else (option,)))
    flat.pop(ANY_RUN, None)
    members = ANY
    rest: list[Tree] = []
    for option in flat:
        single = _as_set(option)
        if single is None:
            rest.append(option)
        else:
            members &= single
    joined = [_set(members), *rest] if members != ANY or ANY in flat else rest
    if NOTHING in joined:
        return NOTHING
    if len(joined) < 2:
        return joined[0] if joined else ANY_RUN
    return Intersection(tuple(sorted(joined, key=repr)))


def _complement(body: Tree) -> Tree:
    match body:
        case Complement(inner):
            return inner
        case _ if body == NOTHING:
            return ANY_RUN
        case _ if body == ANY_RUN:
            return NOTHING
        case _:
            return Complement(body)
