"""Texts that a regular expression describes, drawn from its tree."""

from __future__ import annotations

from random import Random

from isorule.ir.regex.charset import CharSet
from isorule.ir.regex.tree import Alternate, Assertion, Complement, Concat, Empty, Intersection, Literal, Repeat, Tree

_WIDEST = 64


def sample(tree: Tree, random: Random) -> str:
    """A text of the tree; only near to it where the tree has complements or intersections."""
    match tree:
        case Empty() | Assertion():
            return ""
        case Literal(text):
            return text
        case CharSet():
            return _member(tree, random)
        case Concat(parts):
            return "".join(sample(part, random) for part in parts)
        case Alternate(options) | Intersection(options):
            return sample(random.choice(options), random)
        case Repeat(body, least, most):
            greatest = least + 2 if most is None else min(most, least + 2)
            return "".join(sample(body, random) for _ in range(random.randint(least, greatest)))
        case Complement(body):
            return sample(body, random) + "x"


def _member(members: CharSet, random: Random) -> str:
    if not members.ranges:
        return ""
    if members.size() > _WIDEST:
        wanted = [code for code in map(ord, "aA1 x-_\\K") if code in members]
        if wanted:
            return chr(random.choice(wanted))
    low, high = random.choice(members.ranges)
    code = random.randint(low, min(high, low + _WIDEST))
    return "x" if 0xD800 <= code <= 0xDFFF else chr(code)
