"""Matchers as checks of one value.

What a matcher asks of a value is said in `isorule.ir.matchers`; the type of the field decides how text is read:

- numeric fields: a text that writes a number is that number;
- date fields: a date stands for its span of time (`2024-05-01` is the whole day), numbers are epoch milliseconds;
- ip fields: a text with `/` is a block; version fields: ranges go by precedence;
- text fields: MAPPED case, `Tokens`, `Near`, `Indexed` and ranges look at tokens, everything else at the whole text;
- keyword fields with a lower-casing normalizer: both sides are folded.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import Any, assert_never

from isorule.evaluation.addresses import Address, Network, address, network, required_network
from isorule.evaluation.date_formats import date_reader, date_span
from isorule.evaluation.dates import MILLISECOND, bound
from isorule.evaluation.proximity import all_words_check, near_check
from isorule.evaluation.text import any_word_check, phrase_check
from isorule.evaluation.values import Instant, Value, Version, folded_text, number_of, text_of
from isorule.evaluation.versions import version_key
from isorule.evaluation.wildcards import Pattern, Shape, TextCheck, pattern
from isorule.ir.analyzers import Analyzer, Unknown, has_words, not_known, words
from isorule.ir.axes import Case, TokenMode
from isorule.ir.folding import lowered
from isorule.ir.losses import refusal
from isorule.ir.matchers import (
    Bound,
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
    Scalar,
    Tokens,
    Wildcard,
    options_of,
)
from isorule.ir.precision import Precision, kept, limit
from isorule.ir.regex import compile_regex
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldInfo, FieldType
from isorule.ir.words import lowered_bounds

_NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)
_DATES = (FieldType.DATE, FieldType.DATE_NANOS)
_NO_TEXTS = (*_NUMERIC, *_DATES, FieldType.BOOLEAN, FieldType.IP)

ValueCheck = Callable[[Any], bool]


@unique
class Lens(Enum):
    """What a check looks at: the typed value, its text, its text without letter case, or the texts of all values."""

    VALUE = "value"
    TEXT = "text"
    FOLDED = "folded"
    ALL_TEXTS = "all texts"


@dataclass(frozen=True, slots=True)
class ValueTest:
    """A check and the lens it looks through; `pattern` where the check is a plain wildcard pattern."""

    lens: Lens
    check: ValueCheck
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of the field that a matcher is applied to. `now` is for date math, in nanoseconds since 1970.

    `among_others` means that many fields are asked at once: patterns that the mapping decides are asked of texts only
    then, and find nothing in fields of other types (`QueryStringQueryParser`, which is lenient there).
    """

    info: FieldInfo
    known: bool
    now: int
    among_others: bool = False


def value_tests(matcher: Matcher, kind: Kind) -> tuple[ValueTest, ...]:
    """The matcher as checks of which a value must pass one; at most one check for each lens.

    Raises `UnsupportedError` for what cannot be decided (a placeholder, a malformed network block or date).
    """
    return _grouped([test for option in options_of(matcher) for test in _tests(option, kind)])


def value_check(matcher: Matcher, kind: Kind) -> Callable[[Value], bool]:
    """The matcher as one check of a typed value."""
    checks = [_through(test) for test in value_tests(matcher, kind)]
    if len(checks) == 1:
        return checks[0]
    return lambda value: any(check(value) for check in checks)


def values_check(matcher: Matcher, kind: Kind) -> Callable[[list[Value]], bool] | None:
    """The matcher as one check of all values of a field; None where each value is asked on its own."""
    tests = value_tests(matcher, kind)
    if all(test.lens is not Lens.ALL_TEXTS for test in tests):
        return None
    check = value_check(matcher, kind)
    together = [test.check for test in tests if test.lens is Lens.ALL_TEXTS]
    return lambda values: any(map(check, values)) or any(one(map(text_of, values)) for one in together)


def takes_any_value(matcher: Matcher, info: FieldInfo) -> bool:
    """Whether a matcher, or one of its options, takes any value: presence, and `*` alone as a wildcard.

    On an analyzed field the wildcard is asked of the words, and a value may have none.
    """
    match matcher:
        case Present():
            return True
        case Like((Wildcard.RUN,), case):
            return case is not Case.MAPPED or info.type is not FieldType.TEXT
        case Indexed(inner) if info.type is not FieldType.TEXT:
            return takes_any_value(inner, info)
        case OneOf(options):
            return any(takes_any_value(option, info) for option in options)
        case Complement(Complement(inner)):
            return takes_any_value(inner, info)
        case _:
            return False


def _through(test: ValueTest) -> Callable[[Value], bool]:
    check = test.check
    match test.lens:
        case Lens.VALUE:
            return check
        case Lens.TEXT:
            return lambda value: check(text_of(value))
        case Lens.FOLDED:
            return lambda value: check(folded_text(value))
        case Lens.ALL_TEXTS:
            return lambda value: check((text_of(value),))
        case _:
            assert_never(test.lens)


def _grouped(tests: list[ValueTest]) -> tuple[ValueTest, ...]:
    out: list[ValueTest] = []
    for lens in Lens:
        members = [test for test in tests if test.lens is lens]
        if len(members) == 1:
            out += members
        elif members:
            patterns = [test.pattern for test in members if test.pattern is not None]
            others = [test.check for test in members if test.pattern is None]
            out.append(ValueTest(lens, _any_of(patterns, others)))
    return tuple(out)


def _any_of(patterns: list[Pattern], others: list[ValueCheck]) -> ValueCheck:
    """One check for many patterns: a set lookup and string methods over tuples where these decide."""
    exact = frozenset(_texts(patterns, Shape.EXACT))
    prefixes = tuple(_texts(patterns, Shape.PREFIX))
    suffixes = tuple(_texts(patterns, Shape.SUFFIX))
    contained = tuple(_texts(patterns, Shape.CONTAINS))
    rest = (*(item.check for item in patterns if item.shape is Shape.OTHER), *others)
    if not (prefixes or suffixes or contained or rest):
        return exact.__contains__
    if not patterns:
        return lambda value: any(check(value) for check in rest)

    def check(text: str) -> bool:
        if text in exact or text.startswith(prefixes) or text.endswith(suffixes):
            return True
        for piece in contained:
            if piece in text:
                return True
        return any(check(text) for check in rest)

    return check


def _texts(patterns: Iterable[Pattern], shape: Shape) -> Iterable[str]:
    return (item.text for item in patterns if item.shape is shape)


def _tests(matcher: Matcher, kind: Kind) -> tuple[ValueTest, ...]:
    match matcher:
        case Present():
            return (ValueTest(Lens.VALUE, lambda _: True),)
        case _ if isinstance(kind.info.analyzer, Unknown):
            raise not_known(kind.info.analyzer)
        case Equals(value):
            return (_equals(matcher, value, kind),)
        case Like(case=Case.MAPPED) | Regex(case=Case.MAPPED) if kind.among_others and kind.info.type in _NO_TEXTS:
            return (ValueTest(Lens.VALUE, lambda _: False),)
        case Like():
            return (_like(matcher, kind.info),)
        case Regex():
            return (_regex(matcher, kind.info),)
        case Range():
            return (_range(matcher, kind),)
        case InNetwork(blocks, span):
            return (ValueTest(Lens.VALUE, _in_networks([required_network(block, span) for block in blocks])),)
        case Tokens() | Near() if kind.info.type is FieldType.TEXT:
            return (_full_text(matcher, kind.info.analyzer),)
        case Near(text, _, span):
            return _tests(Tokens(text, TokenMode.PHRASE, span), kind)
        case Tokens(text, mode, span):
            number = as_number(text) if not kind.known and mode is TokenMode.ANY else None
            if number is not None and text_of(number) == text:
                return (_same_number(number),)  # the field may be numeric, as in `_means_numbers`
            return (_equals(Equals(text, Case.MAPPED, span), text, kind),)
        case Indexed(inner):
            return _indexed(inner, kind)
        case OneOf():
            return value_tests(matcher, kind)
        case Complement(inner):
            check = value_check(inner, kind)
            return (ValueTest(Lens.VALUE, lambda value: not check(value)),)
        case FieldRef():
            raise AssertionError("a field reference needs the event: see `isorule.evaluation.references`")
        case _:
            assert_never(matcher)


def _indexed(matcher: Equals | Like | Regex, kind: Kind) -> tuple[ValueTest, ...]:
    """Of an analyzed field each word is asked, as a keyword is."""
    if kind.info.type is not FieldType.TEXT:
        return _tests(matcher, kind)
    asked = Equals(text_of(matcher.value), matcher.case) if isinstance(matcher, Equals) else matcher
    of_a_word = value_check(asked, replace(kind, info=FieldInfo(), known=True))
    analyzer = kind.info.analyzer
    return (ValueTest(Lens.TEXT, lambda text: any(map(of_a_word, words(text, analyzer)))),)


def _full_text(matcher: Tokens | Near, analyzer: Analyzer) -> ValueTest:
    match matcher:
        case Near(text, slop):
            return ValueTest(Lens.ALL_TEXTS, near_check(text, slop, analyzer))
        case Tokens(text, TokenMode.ALL):
            return ValueTest(Lens.ALL_TEXTS, all_words_check(text, analyzer))
        case Tokens(text, TokenMode.ANY):
            return ValueTest(Lens.TEXT, any_word_check(text, analyzer))
        case Tokens(text):
            return ValueTest(Lens.TEXT, phrase_check(text, analyzer))


def _equals(matcher: Equals, value: Scalar, kind: Kind) -> ValueTest:
    info = kind.info
    if info.type in _DATES:
        return _same_instant(matcher, value, kind)
    if isinstance(value, bool):
        text = text_of(value)
        return ValueTest(Lens.VALUE, lambda found: found is value or found == text)
    if isinstance(value, int | float):
        return _same_number(value, info.precision)
    if info.type is FieldType.IP:
        return _same_address(matcher, value)
    if info.type in _NUMERIC:
        number = as_number(value)
        return _same_number(number, info.precision) if number is not None else ValueTest(Lens.VALUE, lambda _: False)
    if info.type is FieldType.TEXT and matcher.case is not Case.SENSITIVE and has_words(value, info.analyzer):
        return ValueTest(Lens.TEXT, phrase_check(value, info.analyzer))  # an analyzed field has no whole values
    return _text_test((value,), matcher, info)


def _like(matcher: Like, info: FieldInfo) -> ValueTest:
    return _text_test(matcher.parts, matcher, info)


def _text_test(parts: tuple[Any, ...], matcher: Equals | Like, info: FieldInfo) -> ValueTest:
    if info.type is FieldType.TEXT and matcher.case is Case.MAPPED:
        spelled = tuple(lowered(part) if isinstance(part, str) else part for part in parts)
        check = pattern(spelled, False, matcher.span).check
        return ValueTest(Lens.TEXT, lambda text: any(check(token) for token in words(text, info.analyzer)))
    folded = _folds(matcher.case, info)
    found = pattern(parts, folded, matcher.span)
    return ValueTest(Lens.FOLDED if folded else Lens.TEXT, found.check, found)


def _folds(case: Case, info: FieldInfo) -> bool:
    """Whether letter case is left out; a lower-casing normalizer takes it from both sides."""
    return case is Case.INSENSITIVE or info.folded


def _regex(matcher: Regex, info: FieldInfo) -> ValueTest:
    if matcher.case is not Case.MAPPED:
        return ValueTest(Lens.TEXT, compile_regex(matcher))
    check: TextCheck = compile_regex(replace(matcher, case=Case.INSENSITIVE if info.folded else Case.SENSITIVE))
    if info.type is FieldType.TEXT:
        return ValueTest(Lens.TEXT, lambda text: any(check(token) for token in words(text, info.analyzer)))
    return ValueTest(Lens.TEXT, check)


def _same_number(wanted: int | float, precision: Precision | None = None) -> ValueTest:
    number = wanted if precision is None else kept(wanted, precision)
    if number is None:
        return ValueTest(Lens.VALUE, lambda _: False)
    text = text_of(number)

    def check(value: Value) -> bool:
        if isinstance(value, str):
            return value == text
        return not isinstance(value, bool) and value == number

    return ValueTest(Lens.VALUE, check)


def _same_address(matcher: Equals, text: str) -> ValueTest:
    block = network(text) if "/" in text else None
    if block is not None:
        return ValueTest(Lens.VALUE, _in_networks([block]))
    wanted = address(text)
    if wanted is None:
        return _text_test((text,), matcher, FieldInfo())
    return ValueTest(Lens.VALUE, lambda found: found == wanted)


def _same_instant(matcher: Equals, value: Scalar, kind: Kind) -> ValueTest:
    if isinstance(value, bool):
        return ValueTest(Lens.VALUE, lambda _: False)
    if isinstance(value, int | float) and kind.info.format is None:
        at = _kept(round(value * MILLISECOND), kind)
        return ValueTest(Lens.VALUE, lambda found: isinstance(found, Instant) and found.nanos == at)
    text = text_of(value)
    span = date_span(text, kind.info.format, kind.now)
    if span is None:
        return _text_test((text,), matcher, FieldInfo())
    first, last = _kept(span[0], kind), _kept(span[1], kind)
    return ValueTest(Lens.VALUE, lambda found: isinstance(found, Instant) and first <= found.nanos <= last)


def _in_networks(blocks: list[Network]) -> ValueCheck:
    def check(value: Value) -> bool:
        found = value if isinstance(value, Address) else address(value) if isinstance(value, str) else None
        return found is not None and any(found.number in block for block in blocks)

    return check


Comparable = Any
_Axis = tuple[Callable[[Value], Comparable | None], Comparable]


def _range(matcher: Range, kind: Kind) -> ValueTest:
    """Of an analyzed field the words are compared, MAPPED with the bounds in lower case.

    Elasticsearch, `TermBasedFieldType`: a `TermRangeQuery` over the terms of the index.
    """
    if kind.info.type is not FieldType.TEXT:
        return _range_of_values(matcher, kind)
    of_a_word = _range_of_values(_as_texts(lowered_bounds(matcher)), replace(kind, info=FieldInfo(), known=True)).check
    return ValueTest(Lens.TEXT, lambda text: any(map(of_a_word, words(text, kind.info.analyzer))))


def _as_texts(matcher: Range) -> Range:
    lower, upper = (
        None if end is None else replace(end, value=text_of(end.value)) for end in (matcher.lower, matcher.upper)
    )
    return replace(matcher, lower=lower, upper=upper)


def _range_of_values(matcher: Range, kind: Kind) -> ValueTest:
    ends = [
        (end, inside, outside)
        for end, inside, outside in (
            (matcher.lower, operator.ge, operator.gt),
            (matcher.upper, operator.le, operator.lt),
        )
        if end is not None
    ]
    as_numbers = _means_numbers([end for end, _, _ in ends], kind)
    checks: list[Callable[[Value], bool]] = []
    for end, inside, outside in ends:
        key, limit = _axis(end, end is matcher.upper, kind, as_numbers, matcher)
        checks.append(_compared(key, limit, inside if end.inclusive else outside))
    if len(checks) == 1:
        return ValueTest(Lens.VALUE, checks[0])
    lower, upper = checks
    return ValueTest(Lens.VALUE, lambda value: lower(value) and upper(value))


def _compared(
    key: Callable[[Value], Comparable | None], limit: Comparable, holds: Callable[[Any, Any], bool]
) -> Callable[[Value], bool]:
    def check(value: Value) -> bool:
        found = key(value)
        return found is not None and holds(found, limit)

    return check


def _means_numbers(ends: list[Bound], kind: Kind) -> bool:
    """Bounds that write numbers are numbers on numeric fields, and on fields of which nothing is known."""
    if kind.known and kind.info.type not in _NUMERIC:
        return False
    return all(isinstance(end.value, int | float) or as_number(end.value) is not None for end in ends)


def _axis(end: Bound, is_upper: bool, kind: Kind, as_numbers: bool, matcher: Range) -> _Axis:
    """What of a value is compared with a bound, and the bound itself."""
    value = end.value
    if isinstance(value, bool):
        return (lambda found: found if isinstance(found, bool) else None), value
    if kind.info.type in _DATES:
        return _nanos, _instant_bound(value, is_upper is end.inclusive, kind, matcher)
    if isinstance(value, int | float):
        return number_of, _numeric_limit(value, end, is_upper, kind)
    number = as_number(value) if as_numbers else None
    if number is not None:
        return number_of, _numeric_limit(number, end, is_upper, kind)
    match kind.info.type:
        case FieldType.IP:
            found = address(value)
            if found is None:
                raise _bad_bound(value, "an IP address", matcher)
            return (lambda value: value.number if isinstance(value, Address) else None), found.number
        case FieldType.INTEGER | FieldType.DECIMAL:
            raise _bad_bound(value, "a number", matcher)
        case FieldType.VERSION:
            return (lambda value: version_key(value.text) if isinstance(value, Version) else None), version_key(value)
        case _:
            return (folded_text, folded_text(value)) if kind.info.folded else (text_of, value)


def _numeric_limit(number: int | float, end: Bound, is_upper: bool, kind: Kind) -> int | float:
    precision = kind.info.precision
    return number if precision is None else limit(number, precision, is_upper is not end.inclusive)


def _nanos(value: Value) -> int | None:
    return value.nanos if isinstance(value, Instant) else None


def _instant_bound(value: Scalar, round_up: bool, kind: Kind, matcher: Range) -> int:
    if isinstance(value, int | float) and kind.info.format is None:
        return _kept(round(value * MILLISECOND), kind)
    text = text_of(value)
    found = bound(text, round_up, kind.now, date_reader(kind.info.format))
    if found is None:
        raise _bad_bound(text, "a date or date math", matcher)
    return _kept(found, kind)


def _kept(nanos: int, kind: Kind) -> int:
    """A point in time as a field keeps it: a `date` counts milliseconds, and so do the dates that it is asked for.

    Elasticsearch, `DateFieldMapper.Resolution.MILLISECONDS`.
    """
    return nanos // MILLISECOND * MILLISECOND if kind.info.type is FieldType.DATE else nanos


def _bad_bound(text: str, wanted: str, matcher: Range) -> Exception:
    return refusal("malformed-bound", f"{text!r} is not {wanted}, which its field asks for", span=matcher.span)
