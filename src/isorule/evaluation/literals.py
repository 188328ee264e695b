"""Finding which of many texts a longer text contains, in one pass.

With the extra `isorule[fast]` an Aho-Corasick automaton does it (https://pypi.org/project/ahocorasick-rs/); without,
rows of a few characters that are looked up in a dictionary, or each text on its own where they are few. All find the
same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from importlib.util import find_spec

Finder = Callable[[str], Collection[int]]
"""From a text to the places, in the list given, of the texts that it contains."""

_ACCELERATOR = "ahocorasick_rs"
_ROW = 4
_WORTHWHILE = 8
_FEW, _MANY = 32, 150
"""To cut a text into rows takes as long as to ask it for `_FEW` others and one more for each character, one by one.

In a long text the search for one text takes a time of its own, so that more than `_MANY` never pay.
"""


def accelerator_installed() -> bool:
    """Whether the automaton of the extra `fast` is at hand."""
    return find_spec(_ACCELERATOR) is not None


def literal_finder(texts: Sequence[str], accelerated: bool) -> Finder:
    """A function that finds texts, none of which is empty.

    Raises `ModuleNotFoundError` where it is to be `accelerated` and the extra is not installed.
    """
    if len(texts) < _WORTHWHILE:
        return _one_by_one(texts)
    return _by_automaton(texts) if accelerated else _by_rows(texts)


def _one_by_one(texts: Sequence[str]) -> Finder:
    return lambda whole: [place for place, text in enumerate(texts) if text in whole]


def _by_automaton(texts: Sequence[str]) -> Finder:
    """Works on UTF-8, which finds what characters find, and unlike them takes halves of surrogate pairs."""
    automaton = import_module(_ACCELERATOR).BytesAhoCorasick([_bytes(text) for text in texts])
    find = automaton.find_matches_as_indexes
    return lambda whole: {place for place, _, _ in find(_bytes(whole), overlapping=True)}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _by_rows(texts: Sequence[str]) -> Finder:
    """Every text is filed under the row of its characters that the fewest texts have; short ones under a character."""
    tables = [
        (size, _filed(members, size))
        for size, members in (
            (_ROW, [(text, place) for place, text in enumerate(texts) if len(text) >= _ROW]),
            (1, [(text, place) for place, text in enumerate(texts) if len(text) < _ROW]),
        )
        if members
    ]
    indexed = [(size, frozenset(table), table) for size, table in tables]
    one_by_one, count = _one_by_one(texts), len(texts)

    def find(whole: str) -> Collection[int]:
        if count <= min(_FEW + len(whole), _MANY):
            return one_by_one(whole)
        found: list[int] = []
        for size, rows, table in indexed:
            for row in rows.intersection(whole if size == 1 else _rows(whole, size)):
                found += [place for text, place in table[row] if text in whole]
        return found

    return find


def _filed(members: list[tuple[str, int]], size: int) -> dict[str, list[tuple[str, int]]]:
    common = Counter(row for text, _ in members for row in set(_rows(text, size)))
    table: dict[str, list[tuple[str, int]]] = {}
    for text, place in members:
        rarest = min(_rows(text, size), key=lambda row: (common[row], row))
        table.setdefault(rarest, []).append((text, place))
    return table


def _rows(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(len(text) - size + 1)]
