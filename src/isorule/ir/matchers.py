"""Matchers: what one value is asked.

A matcher that speaks of text looks at the text of a value (`true`, `4688`, `4.5` for Booleans and numbers).
A matcher with a number or a Boolean compares as such, and with the text of the literal where the value is text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from isorule.ir.axes import Case, RegexFlavor, Relation, TokenMode
from isorule.source import Span

Scalar = str | int | float | bool


def exactly(value: Scalar | None) -> tuple[type, object]:
    """What tells a scalar from every other one: `1`, `1.0` and `True` are three, and so are `0.0` and `-0.0`.

    Python takes them for equal. They differ where a value is a text (`"1.0"`), and in what functions make of them
    (`1 / 2` is 0 in EQL, `1.0 / 2` is 0.5), so that matchers, bounds and literals compare by this.
    """
    return (float, repr(value)) if isinstance(value, float) else (type(value), value)


@unique
class Wildcard(Enum):
    """The two wildcards of a `Like`: any run of characters (also none), and exactly one character."""

    RUN = "*"
    ONE = "?"

    __hash__ = object.__hash__  # as that of `Case`


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name to be replaced by values of the user's environment (Sigma `|expand`, `%name%`)."""

    name: str


LikePart = str | Wildcard | Placeholder


@dataclass(frozen=True, slots=True)
class Present:
    """Any value will do."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value is this one. `case` says nothing for numbers and Booleans, which carry SENSITIVE."""

    value: Scalar
    case: Case = Case.SENSITIVE
    span: Span | None = field(default=None, compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Equals):
            return NotImplemented
        return self.case is other.case and exactly(self.value) == exactly(other.value)

    def __hash__(self) -> int:
        return hash((exactly(self.value), self.case))


@dataclass(frozen=True, slots=True)
class Like:
    """The whole text of the value matches a wildcard pattern.

    Two texts never stand side by side in `parts`, and no text is empty (`like` of this module sees to it).
    """

    parts: tuple[LikePart, ...]
    case: Case = Case.SENSITIVE
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """The text of the value matches a regular expression, as a whole where `anchored`, else somewhere.

    `anchored` says so for every flavor. Query languages write LUCENE for whole values only; a pattern of that flavor
    that is not anchored is `.*(pattern).*` there.
    `dotall` lets `.` match a line break (always so in LUCENE), `multiline` lets `^` and `$` match at line breaks.
    In every flavor `$` without `multiline` is the very end of the value.
    """

    pattern: str
    flavor: RegexFlavor
    case: Case = Case.SENSITIVE
    anchored: bool = False
    dotall: bool = False
    multiline: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range."""

    value: Scalar
    inclusive: bool

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bound):
            return NotImplemented
        return self.inclusive is other.inclusive and exactly(self.value) == exactly(other.value)

    def __hash__(self) -> int:
        return hash((exactly(self.value), self.inclusive))


@dataclass(frozen=True, slots=True)
class Range:
    """The value lies between two bounds, at least one of which is given.

    Numbers compare as numbers, texts by code point; on date fields texts are dates or date math (`now-7d/d`), on
    ip fields addresses, on version fields versions. On full text each word is compared, in lower case: SENSITIVE with
    the bounds as they are written, MAPPED with the bounds in lower case (Lucene); there is no INSENSITIVE.
    """

    lower: Bound | None = None
    upper: Bound | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    case: Case = Case.SENSITIVE


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The value is an IP address in one of these CIDR blocks (host bits of a block do not count)."""

    blocks: tuple[str, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldRef:
    """The text of the value stands in this relation to the text of some value of another field."""

    path: str
    relation: Relation = Relation.EQUALS
    case: Case = Case.SENSITIVE
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Full text: the field's analyzer cuts both sides into tokens (Query DSL `match` and `match_phrase`).

    On a field that is not analyzed this is equality with the text read as the field's type (number, Boolean, date,
    address or network block, lower-cased keyword); `ir.resolve` replaces it there. Under ANY the words of ALL may stand
    in several values.
    """

    text: str
    mode: TokenMode
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Full text: the tokens of a phrase stand close together (`"a b"~3` in Lucene, `slop` in Query DSL).

    Each token is found at a position of its own, and counted from its place in the phrase the positions lie no more
    than `slop`, which is positive, apart: two words the other way round are 2 apart. Under ANY the values of a field
    are one text in which each begins 100 positions after the end of the one before (`position_increment_gap`). A
    single token, and a field that is not analyzed, are asked as by a phrase of `Tokens`.
    https://lucene.apache.org/core/8_7_0/core/org/apache/lucene/search/PhraseQuery.html#getSlop--
    """

    text: str
    slop: int
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Indexed:
    """One of the terms that the index holds for the value meets the matcher, which is not analyzed.

    That is the value itself, on full text each of its words in lower case (the term-level queries of Query DSL).
    `ir.resolve` replaces it where the type of the field is known.
    https://www.elastic.co/docs/reference/query-languages/query-dsl/term-level-queries
    """

    matcher: Equals | Like | Regex
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value meets one of these matchers; at least two."""

    options: tuple[Matcher, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Complement:
    """The value does not meet the matcher: under ANY, `∃v ¬p(v)`, which is not `¬∃v p(v)`."""

    matcher: Matcher
    span: Span | None = field(default=None, compare=False, repr=False)


Matcher = Present | Equals | Like | Regex | Range | InNetwork | FieldRef | Tokens | Near | Indexed | OneOf | Complement


def options_of(matcher: Matcher) -> tuple[Matcher, ...]:
    """The matchers of which a value must meet one: those that a `OneOf` holds, however deep, or the matcher itself."""
    if isinstance(matcher, OneOf):
        return tuple(inner for option in matcher.options for inner in options_of(option))
    return (matcher,)


def like(parts: tuple[LikePart, ...], case: Case, span: Span | None = None) -> Like | Equals:
    """A wildcard matcher in its one normal shape: texts joined, runs of `*` merged, and `Equals` without wildcards.

    `*?` and `?*` say the same; the one-character wildcards are put first.
    """
    merged: list[LikePart] = []
    for part in parts:
        if part == "":
            continue
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part is Wildcard.RUN and merged and merged[-1] is Wildcard.RUN:
            continue
        elif part is Wildcard.ONE and merged and merged[-1] is Wildcard.RUN:
            merged.insert(len(merged) - 1, part)
        else:
            merged.append(part)
    if not merged:
        return Equals("", case, span)
    if len(merged) == 1 and isinstance(merged[0], str):
        return Equals(merged[0], case, span)
    return Like(tuple(merged), case, span)
