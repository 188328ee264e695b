"""A quick look whether one tree describes all that another does, where the first is a wildcard pattern with `*` only.

What the other tree has in place of text becomes a character that no text has. A `*` must take it in, and then it takes
in whatever may stand there: the look never says yes wrongly.
"""

from __future__ import annotations

from functools import lru_cache

from isorule.evaluation.wildcards import Pattern, pattern
from isorule.ir.folding import fold
from isorule.ir.matchers import LikePart, Wildcard
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.tree import ANY_RUN, Concat, Literal, Tree

_HOLE = "\x00"


def surely_covers(wide: Tree, narrow: Tree) -> bool:
    """Whether the wide tree describes every text of the narrow one; False where that is not seen."""
    if wide == narrow:
        return True
    found = _pattern(wide)
    if found is None:
        return False
    folded, check = found
    text = _with_holes(narrow, folded)
    return text is not None and check.check(text)


@lru_cache(maxsize=4096)
def _pattern(tree: Tree) -> tuple[bool, Pattern] | None:
    """The pattern of a tree and whether it ignores letter case; None where it is no such pattern."""
    parts: list[LikePart] = []
    cases: set[bool] = set()
    for part in tree.parts if isinstance(tree, Concat) else (tree,):
        if part == ANY_RUN:
            parts.append(Wildcard.RUN)
        elif isinstance(part, Literal) and _HOLE not in part.text:
            parts.append(part.text)
            if has_variants(part.text):
                cases.add(part.folded)
        else:
            return None
    if len(cases) > 1:
        return None
    folded = True in cases
    return folded, pattern(tuple(parts), folded)


@lru_cache(maxsize=4096)
def _with_holes(tree: Tree, folded: bool) -> str | None:
    """The tree as text, folded or as it stands; None where it stands for several letter cases that are not folded."""
    pieces: list[str] = []
    for part in tree.parts if isinstance(tree, Concat) else (tree,):
        if not isinstance(part, Literal):
            pieces.append(_HOLE)
        elif folded:
            pieces.append(fold(part.text))
        elif part.folded and has_variants(part.text):
            return None
        else:
            pieces.append(part.text)
    return "".join(pieces)
