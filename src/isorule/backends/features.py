"""What of a Sigma detection backends treat differently, named as `losses.toml` names it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, unique
from typing import assert_never

from isorule.ir.axes import Case
from isorule.ir.folding import has_case
from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
)
from isorule.ir.predicates import AnyField, Call, Field, Predicate, Test
from isorule.ir.walk import Polarity, leaves


@unique
class Feature(Enum):
    """A trait of one test.

    CASELESS: a whole text with letters, compared without letter case; CASELESS_PATTERN the same with wildcards;
    CASELESS_BEYOND_ASCII either, with letters beyond ASCII. CASED and CASED_PATTERN are their opposites (`|cased`).
    PATTERN_WITH_BACKSLASH and LITERAL_WILDCARD speak of the text itself, ONE_WILDCARD of `?`. KEYWORD is a search
    without a field. UNDER_NOT is a test of a field under a negation, which an event without the field meets.
    FIELD_WITH_SIGN is a field whose name is no plain dotted word.
    """

    CASELESS = "caseless"
    CASELESS_PATTERN = "caseless-pattern"
    CASELESS_BEYOND_ASCII = "caseless-beyond-ascii"
    CASED = "cased"
    CASED_PATTERN = "cased-pattern"
    PATTERN_WITH_BACKSLASH = "pattern-with-backslash"
    LITERAL_WILDCARD = "literal-wildcard"
    ONE_WILDCARD = "one-wildcard"
    REGEX = "regex"
    REGEX_CASELESS = "regex-caseless"
    REGEX_CASED = "regex-cased"
    NUMBER = "number"
    BOOLEAN = "boolean"
    RANGE = "range"
    NETWORK = "network"
    PRESENT = "present"
    ABSENT = "absent"
    FIELD_REFERENCE = "field-reference"
    KEYWORD = "keyword"
    DATE_PART = "date-part"
    UNDER_NOT = "under-not"
    FIELD_WITH_SIGN = "field-with-sign"


ABSOLUTE = frozenset((Feature.UNDER_NOT, Feature.PRESENT, Feature.ABSENT))
"""Features that already know the negations around them, so that an effect is not flipped by these."""


def features(where: Predicate) -> Iterator[tuple[Feature, Test, Polarity]]:
    """The features of each test of a condition, in the order of the text."""
    for test, polarity in leaves(where):
        for feature in _of_test(test, polarity):
            yield feature, test, polarity


def _of_test(test: Test, polarity: Polarity) -> Iterator[Feature]:
    match test.subject:
        case AnyField():
            yield Feature.KEYWORD
            return
        case Call():
            yield Feature.DATE_PART
            return
        case Field(path) if not path.replace(".", "").replace("_", "").isalnum():
            yield Feature.FIELD_WITH_SIGN
        case _:
            pass
    if isinstance(test.matcher, Present):
        yield Feature.PRESENT if polarity is Polarity.POSITIVE else Feature.ABSENT
        return
    if polarity is Polarity.NEGATIVE:
        yield Feature.UNDER_NOT
    yield from dict.fromkeys(_of_matcher(test.matcher))


def _of_matcher(matcher: Matcher) -> Iterator[Feature]:
    match matcher:
        case Equals(bool()):
            yield Feature.BOOLEAN
        case Equals(int() | float()):
            yield Feature.NUMBER
        case Equals(value, case):
            text = str(value)
            yield from _of_texts((text,), case, pattern=False)
        case Like(parts, case):
            yield from _of_texts(tuple(part for part in parts if isinstance(part, str)), case, pattern=True)
            if Wildcard.ONE in parts:
                yield Feature.ONE_WILDCARD
        case Regex():
            yield Feature.REGEX
            yield Feature.REGEX_CASELESS if matcher.case is Case.INSENSITIVE else Feature.REGEX_CASED
        case Range():
            yield Feature.RANGE
        case InNetwork():
            yield Feature.NETWORK
        case FieldRef():
            yield Feature.FIELD_REFERENCE
        case OneOf(options):
            for option in options:
                yield from _of_matcher(option)
        case Indexed(inner) | Complement(inner):
            yield from _of_matcher(inner)
        case Present() | Tokens() | Near():
            return
        case _:
            assert_never(matcher)


def _of_texts(texts: tuple[str, ...], case: Case, *, pattern: bool) -> Iterator[Feature]:
    if any(map(has_case, texts)):
        if case is Case.SENSITIVE:
            yield Feature.CASED_PATTERN if pattern else Feature.CASED
        else:
            yield Feature.CASELESS_PATTERN if pattern else Feature.CASELESS
            if not all(text.isascii() for text in texts):
                yield Feature.CASELESS_BEYOND_ASCII
    if pattern and any("\\" in text for text in texts):
        yield Feature.PATTERN_WITH_BACKSLASH
    if any("*" in text or "?" in text for text in texts):
        yield Feature.LITERAL_WILDCARD
