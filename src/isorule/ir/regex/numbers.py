"""Decimal numbers between two bounds as a tree: Lucene's `<1-100>`."""

from __future__ import annotations

from collections.abc import Iterator

from isorule.ir.regex.charset import DIGIT, CharSet
from isorule.ir.regex.tree import EMPTY, Literal, Repeat, Tree, alternate, concat


def decimal_interval(low: str, high: str) -> Tree:
    """The numbers from `low` to `high`, both included, in either order.

    Bounds of equal length ask for exactly so many digits; otherwise any number of leading zeros is allowed
    (`Automata.makeDecimalInterval` of Lucene, and the examples on
    https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax).
    """
    least, most = sorted((int(low), int(high)))
    if len(low) == len(high):
        return alternate(_same_length(str(least).zfill(len(low)), str(most).zfill(len(low))))
    options: list[Tree] = []
    for length in range(len(str(least)), len(str(most)) + 1):
        start = max(least, 10 ** (length - 1) if length > 1 else 0)
        options += _same_length(str(start), str(min(most, 10**length - 1)))
    return concat((Repeat(Literal("0"), 0, None), alternate(options)))


def _same_length(low: str, high: str) -> Iterator[Tree]:
    """The numbers between two bounds of equal length, as alternatives."""
    if low == high:
        yield Literal(low)
        return
    shared = next(index for index, (a, b) in enumerate(zip(low, high, strict=True)) if a != b)
    prefix, rest = low[:shared], len(low) - shared - 1
    first, last = low[shared], high[shared]
    if low[shared + 1 :] != "0" * rest:
        yield from (_after(prefix + first, tail) for tail in _same_length(low[shared + 1 :], "9" * rest))
        first = chr(ord(first) + 1)
    upper: list[Tree] = []
    if high[shared + 1 :] != "9" * rest:
        upper = [_after(prefix + last, tail) for tail in _same_length("0" * rest, high[shared + 1 :])]
        last = chr(ord(last) - 1)
    if first <= last:
        yield _after(prefix, concat((CharSet(((ord(first), ord(last)),)), _digits(rest))))
    yield from upper


def _digits(count: int) -> Tree:
    if count == 0:
        return EMPTY
    return DIGIT if count == 1 else Repeat(DIGIT, count, count)


def _after(prefix: str, tail: Tree) -> Tree:
    return concat((Literal(prefix), tail)) if prefix else tail
