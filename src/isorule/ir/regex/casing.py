"""Letter case of single code points and of sets, on the one definition of `ir.folding`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from isorule.ir.folding import fold_character
from isorule.ir.regex.charset import CharSet, charset

_CASED_END = 0x1F000
"""No code point from here on has case (Unicode 16; a unit test checks it against the running Python)."""


@cache
def _families() -> Mapping[int, tuple[int, ...]]:
    """Every code point that has case, with all code points that differ from it in case only (itself included)."""
    by_fold: dict[str, list[int]] = {}
    for code in range(_CASED_END):
        character = chr(code)
        folded = fold_character(character)
        if folded != character:
            by_fold.setdefault(folded, [ord(folded)]).append(code)
    return {code: tuple(sorted(family)) for family in by_fold.values() for code in family}


def variants(character: str) -> tuple[int, ...]:
    """The code points that differ from the character in case only, in order, itself included.

    `k` has three: `K`, `k` and the Kelvin sign; so has `s`, with the long s.
    """
    code = ord(character)
    return _families().get(code, (code,))


def has_variants(text: str) -> bool:
    """Whether a character of the text has another case."""
    families = _families()
    return any(ord(character) in families for character in text)


@lru_cache(maxsize=1024)
def closure(members: CharSet) -> CharSet:
    """The set with every variant of its members in other letter case."""
    families = _families()
    if members.size() <= len(families):
        extra = {other for code in members.codes() for other in families.get(code, ())}
    else:
        extra = {other for code, family in families.items() if code in members for other in family}
    return charset((*members.ranges, *((code, code) for code in extra)))


def is_closed(members: CharSet) -> bool:
    """Whether letter case makes no difference to membership."""
    return closure(members) == members


@lru_cache(maxsize=1024)
def representatives(members: CharSet) -> CharSet:
    """The set without the members whose folded form is a member, too: case ignored, it stands for the whole set."""
    drop = []
    for code in _families():
        folded = ord(fold_character(chr(code)))
        if folded != code and code in members and folded in members:
            drop.append((code, code))
    return members - charset(drop)
