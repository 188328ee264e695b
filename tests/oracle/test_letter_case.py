"""Java's simple case mappings and `ir.folding` put the same letters together."""

from __future__ import annotations

import pytest
from oracle_lane import engine

from isorule.ir.folding import fold_character

pytestmark = [pytest.mark.oracle, pytest.mark.skipif(engine.missing() is not None, reason=str(engine.missing()))]

MAPPED_ONE_WAY = {"İ", "ı"}
"""Each is mapped to a letter that is not mapped back: see `dotted-and-dotless-i` of the explained differences."""


def test_families_of_letters_are_the_same() -> None:
    ours: dict[str, set[str]] = {}
    for code in range(0x20000):
        if not 0xD800 <= code <= 0xDFFF and chr(code) not in MAPPED_ONE_WAY:
            ours.setdefault(fold_character(chr(code)), set()).add(chr(code))
    found = {frozenset(family) for family in ours.values() if len(family) > 1}
    theirs = {frozenset(map(chr, family)) for family in engine.case_families()}
    assert len(theirs) > 1000
    assert theirs - found == set()
    newer = {family for family in found - theirs if not any(is_known_to_unicode_13(letter) for letter in family)}
    assert found - theirs == newer


def is_known_to_unicode_13(letter: str) -> bool:
    """Java 17 knows Unicode 13; Python may know a newer one, in which letters, or the other case of some, came in."""
    added = {0x019B, 0x0264, 0x2C2F, 0x2C5F, 0x1C89, 0x1C8A, *range(0xA7C0, 0xA7C2), *range(0xA7CB, 0xA7DD)}
    scripts = {*range(0x10570, 0x105C0), *range(0x10D50, 0x10D90), *range(0x16EA0, 0x16EE0)}
    return ord(letter) not in added | scripts
