"""Full text of one value: any of some words, and words side by side."""

from __future__ import annotations

from collections.abc import Callable

from isorule.ir.analyzers import Analyzer, words


def any_word_check(wanted_text: str, analyzer: Analyzer) -> Callable[[str], bool]:
    """Whether a text holds one of the words of another. A text without words (`"..."`) is found nowhere."""
    wanted = frozenset(words(wanted_text, analyzer))
    return lambda text: not wanted.isdisjoint(words(text, analyzer))


def phrase_check(wanted_text: str, analyzer: Analyzer) -> Callable[[str], bool]:
    """Whether a text holds the words of another side by side in order. One without words is found nowhere."""
    wanted = words(wanted_text, analyzer)
    size = len(wanted)

    def check(text: str) -> bool:
        found = words(text, analyzer)
        return any(found[at : at + size] == wanted for at in range(len(found) - size + 1))

    return check if wanted else lambda _: False
