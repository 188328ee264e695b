"""Full text of all values of a field together: words that may stand in several of them, and phrases with gaps.

Lucene indexes the values of a field one after the other, each beginning 100 positions after the end of the one before
(Elasticsearch, `position_increment_gap`; Lucene, `DefaultIndexingChain.PerField.invert`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from isorule.evaluation.text import phrase_check
from isorule.ir.analyzers import Analyzer, words

_GAP = 100

TextsCheck = Callable[[Iterable[str]], bool]


def all_words_check(wanted_text: str, analyzer: Analyzer) -> TextsCheck:
    """Whether texts hold all tokens of another one between them. A text without tokens is found nowhere."""
    wanted = frozenset(words(wanted_text, analyzer))
    if not wanted:
        return lambda _: False
    return lambda texts: wanted.issubset(token for text in texts for token in words(text, analyzer))


def near_check(phrase: str, slop: int, analyzer: Analyzer) -> TextsCheck:
    """Whether texts hold the tokens of a phrase close together, as `isorule.ir.matchers.Near` says.

    As Lucene's SloppyPhraseMatcher decides, which moves a pointer along the positions of each word; here each place
    where a match can begin is tried with the first positions that are left for the words.
    """
    wanted = words(phrase, analyzer)
    if len(wanted) < 2:
        single = phrase_check(phrase, analyzer)
        return lambda texts: any(map(single, texts))

    def check(texts: Iterable[str]) -> bool:
        positions = _positions(texts, wanted, analyzer)
        if not all(positions.values()):
            return False
        starts = {at - offset for offset, word in enumerate(wanted) for at in positions[word]}
        return any(_fits(start, slop, wanted, positions) for start in starts)

    return check


def _positions(texts: Iterable[str], wanted: list[str], analyzer: Analyzer) -> dict[str, list[int]]:
    """Where each of the words stands, in order."""
    found: dict[str, list[int]] = {word: [] for word in wanted}
    at = 0
    for text in texts:
        for token in words(text, analyzer):
            if token in found:
                found[token].append(at)
            at += 1
        at += _GAP
    return found


def _fits(start: int, slop: int, wanted: list[str], positions: dict[str, list[int]]) -> bool:
    """Whether each word has a position of its own, its place in the phrase counted back, from `start` to `slop` on.

    The first position that is left is the best one: where a word stands twice in a phrase, its positions may be taken
    in order, because a swap of the two lies no closer together.
    """
    free: dict[str, int] = {}
    for offset, word in enumerate(wanted):
        places = positions[word]
        index = bisect_left(places, start + offset, free.get(word, 0))
        if index == len(places) or places[index] - offset > start + slop:
            return False
        free[word] = index + 1
    return True
