"""Regular expressions as trees, without a flavor.

A tree describes a set of texts. Capture groups, greed and letter case of the source are gone: what ignores case is a
folded `Literal` or a set that holds all variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, unique

from isorule.ir.regex.charset import ANY, NOTHING, CharSet


@unique
class Place(Enum):
    """A condition on the place between two characters.

    BEGIN and END are the very ends of the value; LINE_BEGIN also holds after, LINE_END before each line feed; word
    characters are `[0-9A-Za-z_]`.
    """

    BEGIN = "begin"
    END = "end"
    LINE_BEGIN = "line begin"
    LINE_END = "line end"
    WORD_BOUNDARY = "word boundary"
    NOT_WORD_BOUNDARY = "not word boundary"


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty text."""


@dataclass(frozen=True, slots=True)
class Literal:
    """This text (never empty); where `folded`, in any letter case as `ir.folding` has it."""

    text: str
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Concat:
    """One after the other; at least two parts."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Alternate:
    """One of these; at least two options."""

    options: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body `least` to `most` times, without an upper limit where `most` is None."""

    body: Tree
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """The empty text, at such a place only."""

    place: Place


@dataclass(frozen=True, slots=True)
class Intersection:
    """A text that each of these describes (Lucene `&`); at least two options."""

    options: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """A text that the body does not describe (Lucene `~`)."""

    body: Tree


Tree = Empty | Literal | CharSet | Concat | Alternate | Repeat | Assertion | Intersection | Complement

EMPTY = Empty()
ANY_RUN = Repeat(ANY, 0, None)
"""Any text at all."""


def concat(trees: Iterable[Tree]) -> Tree:
    """The trees one after the other: nested ones are flattened, empty ones dropped, texts of one case joined."""
    parts: list[Tree] = []
    for part in _flat_parts(trees):
        last = parts[-1] if parts else None
        if isinstance(part, Literal) and isinstance(last, Literal) and part.folded == last.folded:
            parts[-1] = Literal(last.text + part.text, part.folded)
        else:
            parts.append(part)
    if not parts:
        return EMPTY
    return parts[0] if len(parts) == 1 else Concat(tuple(parts))


def _flat_parts(trees: Iterable[Tree]) -> Iterator[Tree]:
    for tree in trees:
        if isinstance(tree, Concat):
            yield from tree.parts
        elif not isinstance(tree, Empty):
            yield tree


def alternate(options: Iterable[Tree]) -> Tree:
    """One of the trees, in this order; nested alternatives are flattened, equal ones kept once."""
    flat: dict[Tree, None] = {}
    for option in options:
        flat.update(dict.fromkeys(option.options if isinstance(option, Alternate) else (option,)))
    if not flat:
        return NOTHING
    return next(iter(flat)) if len(flat) == 1 else Alternate(tuple(flat))


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees that this one is made of."""
    match tree:
        case Concat(parts):
            return parts
        case Alternate(options) | Intersection(options):
            return options
        case Repeat(body, _, _) | Complement(body):
            return (body,)
        case Empty() | Literal() | CharSet() | Assertion():
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and every tree inside it, outer ones first."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def has_assertions(tree: Tree) -> bool:
    """Whether the tree asks where in the value it stands."""
    return any(isinstance(node, Assertion) for node in walk(tree))


def nullable(tree: Tree) -> bool:
    """Whether the tree describes the empty text at every place; an assertion does not."""
    match tree:
        case Empty():
            return True
        case Literal() | CharSet() | Assertion():
            return False
        case Concat(parts) | Intersection(parts):
            return all(map(nullable, parts))
        case Alternate(options):
            return any(map(nullable, options))
        case Repeat(body, least, _):
            return least == 0 or nullable(body)
        case Complement(body):
            return not has_assertions(body) and not nullable(body)


def lengths(tree: Tree) -> tuple[int, int | None]:
    """The least and the greatest number of characters that the tree can read; None where there is no greatest.

    Both are bounds: the least may be too small and the greatest too great, never the other way round.
    """
    match tree:
        case Empty() | Assertion():
            return (0, 0)
        case Literal(text):
            return (len(text), len(text))
        case CharSet():
            return (1, 1)
        case Concat(parts):
            bounds = [lengths(part) for part in parts]
            return (sum(low for low, _ in bounds), _total([high for _, high in bounds]))
        case Alternate(options):
            bounds = [lengths(option) for option in options]
            highs = [high for _, high in bounds]
            return (min(low for low, _ in bounds), None if None in highs else max(h for h in highs if h is not None))
        case Repeat(body, least, most):
            low, high = lengths(body)
            return (low * least, 0 if high == 0 else None if most is None or high is None else high * most)
        case Intersection(options):
            return (max(lengths(option)[0] for option in options), lengths(options[0])[1])
        case Complement():
            return (0, None)


def _total(highs: list[int | None]) -> int | None:
    known = [high for high in highs if high is not None]
    return sum(known) if len(known) == len(highs) else None


def size(tree: Tree) -> int:
    """How many characters the tree has when its counted repetitions are written out."""
    match tree:
        case Literal(text):
            return len(text)
        case Repeat(body, least, most):
            return size(body) * max(least, most or 0, 1)
        case _:
            return 1 + sum(map(size, children(tree)))
