"""What the mapping decides, made explicit: leaves that leave their meaning to the field's type are given it.

Query DSL `match`, `match_phrase` and wildcards mean what the mapping of the field says: equality on a keyword, equality
without letter case on a keyword with a lower-casing normalizer, a number on a numeric field, full text on a text field
(https://www.elastic.co/guide/en/elasticsearch/reference/current/query-dsl-match-query.html). With a schema at hand,
`resolve` replaces them by leaves that mean the same without it; what is left MAPPED or `Tokens` is full text.

A field that the schema does not list may be numeric: there a number without quotes is a number, and the text that
writes it. On a field of type ip a block of addresses is one in whatever way it is asked for
(https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/ip).

A term-level test (`Indexed`) is one of the whole value, on a text field one of its words; the bounds of a range that
leaves their letter case to the mapping are in lower case there (see `ir.words`).

On a text field a value that ignores letter case and has no wildcard is found as a phrase, whatever the language of the
rule: the index holds no whole values of such a field, and that is how every Elastic backend reads a Sigma value there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import assert_never

from isorule.ir.analyzers import Analyzer, Runs, Standard, Unknown, has_words, written_words
from isorule.ir.axes import Absent, Case, Quantifier, TokenMode
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
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
    options_of,
)
from isorule.ir.predicates import Const, EventCategory, Field, Predicate, Test, conjunction
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.ir.words import SURE_BREAK, asked_of_words, is_one_word, lowered_bounds


def resolve(predicate: Predicate, schema: FieldSchema) -> Predicate:
    """The predicate with every leaf that the schema can decide made explicit."""

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        subject = test.subject
        if not isinstance(subject, Field):
            return test
        known = subject.path in schema
        info = schema[schema.real_path(subject.path)]
        if info.type is FieldType.TEXT and test.quantifier is Quantifier.ANY and test.absent is Absent.FALSE:
            match test.matcher:
                case Tokens(mode=TokenMode.ALL) as search:
                    return all_words(test, search, info.analyzer)
        matcher = rewrite_matchers(test.matcher, lambda inner: _resolved(inner, info, known))
        if matcher is test.matcher:
            return test
        if info.type is FieldType.TEXT and test.absent is Absent.FALSE and test.quantifier is Quantifier.ANY:
            return _possible(replace(test, matcher=matcher))
        return replace(test, matcher=matcher)

    return rewrite_leaves(predicate, leaf)


_NEVER = Complement(Present())


def _possible(test: Test) -> Predicate:
    """A test without the alternatives that no value meets."""
    options = options_of(test.matcher)
    left = tuple(option for option in options if option != _NEVER)
    if not left:
        return Const(False, test.span)
    if len(left) == len(options):
        return test
    return replace(test, matcher=OneOf(left, test.span) if len(left) > 1 else left[0])


def all_words(test: Test, search: Tokens, analyzer: Analyzer) -> Predicate:
    """A test of an analyzed field for the words of a search, which may stand in several values: one for each word.

    The test as it is where a part of the text may be no word: it would be found nowhere.
    """
    words = tuple(_words(search, analyzer))
    if not words or not all(word.text.isascii() or any(map(str.isalpha, word.text)) for word in words):
        return test
    return conjunction(tuple(replace(test, matcher=word) for word in words), test.span)


def resolve_category(predicate: Predicate, category_field: str) -> Predicate:
    """The predicate with the event category role replaced by the field that plays it."""

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        if isinstance(test.subject, EventCategory):
            return replace(test, subject=Field(category_field))
        return test

    return rewrite_leaves(predicate, leaf)


def _resolved(matcher: Matcher, info: FieldInfo, known: bool) -> Matcher:
    if info.type is FieldType.TEXT:
        return _on_text(matcher, info.analyzer)
    match matcher:
        case Indexed(inner):
            return _resolved(inner, info, known)
        case Range(case=Case.MAPPED):
            return _resolved(replace(matcher, case=Case.SENSITIVE), info, known)
        case Tokens():
            return _resolved_tokens(matcher, info, known)
        case Near(text, _, span):
            return _resolved_tokens(Tokens(text, TokenMode.PHRASE, span), info, known)
        case Like(parts, Case.MAPPED, span):
            return Like(parts, _keyword_case(info), span)
        case Regex(case=Case.MAPPED):
            return replace(matcher, case=_keyword_case(info))
        case Equals(str() as text, _, span) if info.type is FieldType.IP and _is_block(text):
            return InNetwork((text,), span)
        case Equals(str() as text, Case.INSENSITIVE, span) if info.type in (FieldType.DATE, FieldType.DATE_NANOS):
            return Equals(text, Case.SENSITIVE, span)  # in date math `M` is a month and `m` a minute
        case Equals(str() as text, Case.MAPPED, span):
            return Equals(text, _keyword_case(info), span)
        case Equals(str() as text, Case.SENSITIVE, span) if info.folded:
            return Equals(text, Case.INSENSITIVE, span)
        case Like(parts, Case.SENSITIVE, span) if info.folded:
            return Like(parts, Case.INSENSITIVE, span)
        case Range(lower, upper) if not known or info.type in (FieldType.INTEGER, FieldType.DECIMAL):
            return _numeric_range(matcher, lower, upper)
        case _:
            return matcher


def _on_text(matcher: Matcher, analyzer: Analyzer) -> Matcher:
    match matcher:
        case Indexed():
            return _term_on_text(matcher, analyzer)
        case Range(case=Case.MAPPED) if not isinstance(analyzer, Unknown):
            return lowered_bounds(matcher)
        case Equals(str() as text, Case.INSENSITIVE | Case.MAPPED, span):
            return Tokens(text, TokenMode.PHRASE, span) if has_words(text, analyzer) else matcher
        case Tokens(_, TokenMode.ANY, span) as search:
            found = tuple(_words(search, analyzer))
            return OneOf(found, span) if len(found) > 1 else found[0] if found else matcher
        case Like((Wildcard.RUN, str() as text, Wildcard.RUN), Case.MAPPED, span) if is_within_a_word(text, analyzer):
            return Like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE, span)
        case _:
            return matcher


def _term_on_text(matcher: Indexed, analyzer: Analyzer) -> Matcher:
    """A term as a search of `standard` words; what it says of words that are cut otherwise stays as it is."""
    if not isinstance(analyzer, Standard):
        return matcher
    match asked_of_words(matcher):
        case None:
            return _NEVER
        case Like() as pattern:
            return _on_text(pattern, analyzer)
        case found:
            return found


_STANDARD_APART = frozenset("iIsS")
_ASCII_APART = frozenset("kKsS")


def _words(search: Tokens, analyzer: Analyzer) -> Iterator[Tokens]:
    """The words of a search as far as they part for certain; what may be several is asked for in the search's mode."""
    match analyzer:
        case Unknown():
            yield search
        case Runs():
            for word in written_words(search.text, analyzer):
                yield Tokens(word, TokenMode.PHRASE, search.span)
        case Standard():
            for word in SURE_BREAK.split(search.text):
                if any(map(str.isalnum, word)) or not word.isascii():
                    yield Tokens(word, TokenMode.PHRASE if is_one_word(word) else search.mode, search.span)
        case _:
            assert_never(analyzer)


def is_within_a_word(text: str, analyzer: Analyzer) -> bool:
    """Whether an analyzer's words have a text in them just where the value has it without letter case.

    To `standard`, ASCII letters and digits are not parted (UAX #29, WB5 to WB10). It lower-cases: of İ it makes an i,
    of ſ no s, both against case folding; so a text with one of these letters is not the same. Where words are ASCII,
    ſ and the Kelvin sign part them, which without letter case are an s and a k.
    """
    match analyzer:
        case Unknown():
            return False
        case Runs():
            return written_words(text, analyzer) == [text] and not _ASCII_APART & set(text)
        case Standard():
            return text.isascii() and text.isalnum() and not _STANDARD_APART & set(text)
        case _:
            assert_never(analyzer)


def _keyword_case(info: FieldInfo) -> Case:
    return Case.INSENSITIVE if info.folded else Case.SENSITIVE


def _is_block(text: str) -> bool:
    """Whether a text names a block of IP addresses."""
    try:
        return "/" in text and ip_network(text, strict=False) is not None
    except ValueError:
        return False


def _resolved_tokens(matcher: Tokens, info: FieldInfo, known: bool) -> Matcher:
    text, span = matcher.text, matcher.span
    if not known and matcher.mode is TokenMode.ANY and (number := as_number(text)) is not None and str(number) == text:
        return Equals(number, Case.SENSITIVE, span)
    match info.type:
        case FieldType.INTEGER | FieldType.DECIMAL:
            number = as_number(text)
            return Equals(text if number is None else number, Case.SENSITIVE, span)
        case FieldType.BOOLEAN if text in ("true", "false"):
            return Equals(text == "true", Case.SENSITIVE, span)
        case FieldType.IP if "/" in text:
            return InNetwork((text,), span)
        case FieldType.DATE | FieldType.DATE_NANOS:
            return matcher
        case _:
            return Equals(text, _keyword_case(info), span)


def _numeric_range(matcher: Range, lower: Bound | None, upper: Bound | None) -> Range:
    """A range whose bounds are texts that read as numbers, as a range of numbers; another range stays as it is.

    A field that the schema does not list may be numeric, and a rule that writes `>= 10` means numbers.
    """
    numbers = [as_number(bound.value) for bound in (lower, upper) if bound and isinstance(bound.value, str)]
    if not numbers or any(number is None for number in numbers):
        return matcher
    return replace(matcher, lower=_numeric_bound(lower), upper=_numeric_bound(upper))


def _numeric_bound(bound: Bound | None) -> Bound | None:
    if bound is None or not isinstance(bound.value, str):
        return bound
    number = as_number(bound.value)
    return bound if number is None else replace(bound, value=number)


def as_number(text: str) -> int | float | None:
    """The number that a text writes in decimal notation; None for any other text."""
    if not text or text.strip() != text or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
