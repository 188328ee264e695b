"""Generated regular expressions in Lucene's syntax, and texts near them."""

from __future__ import annotations

import re
from random import Random

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.regex import compile_regex, language, parse_regex
from isorule.ir.regex.charset import NOTHING
from isorule.ir.regex.tree import Complement, Intersection, Repeat, walk
from oracle_lane.engine import Answer, Refused
from oracle_lane.predicates import REGEXES
from oracle_lane.regex_samples import sample

_ATOMS = (
    *(
        "a",
        "b",
        "A",
        "k",
        "s",
        "ß",
        "é",
        "1",
        "9",
        ".",
        "\\.",
        "\\*",
        "\\\\",
        "[a-c]",
        "[^a-c]",
        "[aA1]",
        "[^\\\\]",
        "[.]",
    ),
    *(
        '"a*b"',
        '"."',
        "<1-12>",
        "<07-11>",
        "@",
        "\\-",
        "-",
        ",",
        " ",
        "\n",
        "[\\]]",
        "[^-a]",
        "😀",
        "\\/",
        "^",
        "$",
        "#",
        "[k-s]",
    ),
)
_NEW_CLASSES = re.compile(r"\\[dDsSwW]")


class RegexWriter:
    """Writes expressions at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def pattern(self, depth: int = 2) -> str:
        """An expression of at most so many levels of groups."""
        random = self._random
        if random.random() < 0.1:
            return random.choice(REGEXES)
        return self._joined(depth)

    def _joined(self, depth: int) -> str:
        random = self._random
        parts = [self._sequence(depth) for _ in range(random.choice([1, 1, 1, 2, 3]))]
        return random.choice(["|", "|", "|", "&"]).join(parts)

    def _sequence(self, depth: int) -> str:
        return "".join(self._repeated(depth) for _ in range(self._random.choice([1, 2, 2, 3])))

    def _repeated(self, depth: int) -> str:
        random = self._random
        atom = f"({self._joined(depth - 1)})" if depth and random.random() < 0.3 else random.choice(_ATOMS)
        if random.random() < 0.06:
            atom = f"~{atom}"
        return atom + random.choice(["", "", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,1}", "{1,}", "+?"])


def matcher(pattern: str, *, insensitive: bool) -> Regex:
    """The matcher as EQL's `regex` gives it."""
    case = Case.INSENSITIVE if insensitive else Case.SENSITIVE
    return Regex(pattern, RegexFlavor.LUCENE, case, anchored=True, dotall=True)


def values_near(found: Regex, random: Random, count: int) -> list[str]:
    """Texts that the expression describes or nearly does, and some that it does not."""
    try:
        tree = language(found)
    except IsoruleError:
        return ["", "a", found.pattern]
    values = {"", "a", "ab", found.pattern}
    for _ in range(count):
        text = sample(tree, random)[:60]
        at = random.randint(0, len(text))
        changed = random.choice([text[:at] + text[at + 1 :], text[:at] + "x" + text[at:], text.swapcase(), text + "\n"])
        values |= {text, changed}
    return sorted(values)


def ours(found: Regex, values: list[str]) -> Answer:
    """Which of the values the evaluator's expression matches."""
    try:
        check = compile_regex(found)
    except IsoruleError as error:
        return Refused(error.diagnostic.name)
    return frozenset(number for number, value in enumerate(values) if check(value))


def reason(found: Regex, value: str | None, mine: Answer, engine: Answer) -> str | None:
    """Why the answers differ for a value, or for the expression as a whole where there is no value."""
    pattern = found.pattern
    if isinstance(engine, Refused) and engine.why.startswith("Determinizing "):
        return "too-complex"
    if _NEW_CLASSES.search(pattern):
        return "classes-since-lucene-9"
    if value is None:
        known = ("regex-lucene-empty", "regex-lucene-version", "regex-class-range")
        return mine.why if isinstance(mine, Refused) and mine.why in known else None
    if found.case is Case.INSENSITIVE and not (value.isascii() and pattern.isascii()):
        return "regexp-without-case"
    return "repeated-nothing" if _repeats_what_may_be_nothing(found) else None


def _repeats_what_may_be_nothing(found: Regex) -> bool:
    """Lucene makes `x*` of an expression without any text accept nothing, not even the empty text."""
    able = (Intersection, Complement)
    return any(
        isinstance(tree, Repeat) and any(isinstance(inner, able) or inner == NOTHING for inner in walk(tree.body))
        for tree in walk(parse_regex(found))
    )
