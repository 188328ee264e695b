"""Query text on lines of at most 120 columns, in the manner of Elastic's published rules.

What fits stays on one line. Else a chain has `and` or `or` at the ends of its lines, a group its parentheses on lines
of their own and its inside two blanks deeper, and a list its values filled up to the edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

WIDTH = 120
STEP = 2


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is never broken."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Items with commas between a head that ends in `(` and a tail that begins with `)`."""

    head: str
    items: tuple[Doc, ...]
    tail: str = ")"


@dataclass(frozen=True, slots=True)
class Chain:
    """Terms with `and` or `or` between them; a term that is a chain itself is not in parentheses, so make a group."""

    operator: str
    terms: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A chain in parentheses; the head is `(`, or `not (`."""

    head: str
    body: Chain


Doc = Text | Listing | Chain | Group


def flat(doc: Doc) -> str:
    """A document on one line."""
    match doc:
        case Text(text):
            return text
        case Listing(head, items, tail):
            return f"{head}{', '.join(map(flat, items))}{tail}"
        case Chain(operator, terms):
            return f" {operator} ".join(map(flat, terms))
        case Group(head, body):
            return f"{head}{flat(body)})"
        case _:
            assert_never(doc)


def lines(doc: Doc, indent: int, column: int, after: int = 0, *, fill: bool = False) -> list[str]:
    """A document as lines.

    The first line continues one that is `column` characters long and has no indent of its own; the others stand
    `indent` deep or deeper. The last one leaves `after` columns free. With `fill` the first line of a chain takes as
    many terms as fit.
    """
    whole = flat(doc)
    if column + len(whole) + after <= WIDTH:
        return [whole]
    match doc:
        case Text():
            return [whole]
        case Listing(head, items, tail):
            return [head, *_filled(items, indent + STEP), " " * indent + tail]
        case Group(head, body):
            inner = lines(body, indent + STEP, indent + STEP)
            return [head, " " * (indent + STEP) + inner[0], *inner[1:], " " * indent + ")"]
        case Chain(operator, terms):
            return _chain_lines(f" {operator}", terms, indent, column, after, fill=fill)
        case _:
            assert_never(doc)


def _chain_lines(suffix: str, terms: tuple[Doc, ...], indent: int, column: int, after: int, *, fill: bool) -> list[str]:
    out: list[str] = []
    last = len(terms) - 1
    filling = fill
    for index, term in enumerate(terms):
        end, room = ("", after) if index == last else (suffix, len(suffix))
        if index and filling:
            text = flat(term)
            if column + len(out[0]) + 1 + len(text) + room <= WIDTH:
                out[0] += f" {text}{end}"
                continue
            filling = False
        block = lines(term, indent, indent if index else column, room)
        filling = filling and len(block) == 1
        block[-1] += end
        if index:
            block[0] = " " * indent + block[0]
        out += block
    return out


def _filled(items: tuple[Doc, ...], indent: int) -> list[str]:
    """Items with commas, as many on a line as fit."""
    out: list[str] = []
    current = ""
    last = len(items) - 1
    for index, item in enumerate(items):
        comma = "" if index == last else ","
        text = flat(item) + comma
        if current and indent + len(current) + 1 + len(text) <= WIDTH:
            current += f" {text}"
            continue
        if current:
            out.append(" " * indent + current)
        current = text
        if indent + len(text) > WIDTH:
            block = lines(item, indent, indent, len(comma))
            out += [" " * indent + block[0], *block[1:]][: len(block) - 1]
            current = (block[-1] if len(block) == 1 else block[-1].strip()) + comma
    if current:
        out.append(" " * indent + current)
    return out


def wrapped(words: Iterable[str], indent: int) -> list[str]:
    """Words on lines, those after the first one `indent` deep."""
    out: list[str] = []
    for word in words:
        if out and len(out[-1]) + 1 + len(word) <= WIDTH:
            out[-1] += f" {word}"
        else:
            out.append(" " * indent + word if out else word)
    return out
