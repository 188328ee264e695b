"""A detection as Lucene query text.

Lucene leaves letter case and full text to the mapping of the field, so a test that fixes the case itself is refused
here; lowering rewrites it before, and declares what that changes. The reason codes of refusals are listed in
`refusals`.

`AND`, `OR` and `NOT` only set flags on the clauses beside them (see `clauses`), so an operand that is a condition of
its own stands in parentheses, operators are not mixed in one list, and `NOT` stands in a list of `AND` with something
that must hold, `*:*` if need be: without it, Lucene itself would find nothing, and only Elasticsearch helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from isorule.dialects.layout import Block, Piece, lay_out
from isorule.dialects.lucene import lexical, regexes, words
from isorule.dialects.lucene.refusals import refuse_axes, refuse_case, refuse_detection
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import Emission, refusal
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
    options_of,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    EventCategory,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
    disjunction,
)
from isorule.ir.words import bounds_count_case

MATCH_ALL = "*:*"
_ALL_FIELDS = "\\*"


def emit(detection: Detection) -> Emission:
    """The detection as a Lucene query, broken into lines at 120 columns. Without losses.

    Raises `UnsupportedError`, its name a reason code, for what Lucene cannot say.
    """
    if not isinstance(detection, Match) or detection.pipes:
        raise refuse_detection(detection)
    return Emission(lay_out(_piece(_spelled_out(detection.where), 0)))


def _piece(predicate: Predicate, depth: int) -> Piece:
    """A predicate without parentheses around it; `depth` counts those that it stands in."""
    match predicate:
        case Const(None):
            raise refusal("constant-null", "Lucene is two-valued and cannot say null", span=predicate.span)
        case Const(value):
            return MATCH_ALL if value else f"NOT {MATCH_ALL}"
        case Test():
            return _test(predicate)
        case Not():
            return _conjunction([predicate], depth)
        case And():
            return _conjunction(list(_flattened(predicate)), depth)
        case Or():
            return Block("", tuple(_grouped(term, depth) for term in _flattened(predicate)), "OR", "")
        case Nested():
            message = "Lucene queries do not look into nested objects"
            raise refusal("nested", message, span=predicate.span)
        case _:
            assert_never(predicate)


def _conjunction(terms: list[Predicate], depth: int) -> Piece:
    """Terms joined by `AND`, with `*:*` where all of them are negated."""
    items: list[Piece] = []
    for term in terms:
        if isinstance(term, Not):
            items.append(_headed("NOT ", _grouped(_spelled_out(term.term), depth)))
        else:
            items.append(_grouped(term, depth))
    if all(isinstance(term, Not) for term in terms):
        items.insert(0, MATCH_ALL)
    return Block("", tuple(items), "AND", "")


def _grouped(predicate: Predicate, depth: int) -> Piece:
    """A predicate as an operand, in parentheses unless it is a single test."""
    if isinstance(predicate, Test) or predicate == Const(True):
        return _piece(predicate, depth)
    if depth == lexical.MAX_DEPTH:
        message = f"the condition needs more than {lexical.MAX_DEPTH} levels of parentheses"
        raise refusal("nested-too-deep", message, span=predicate.span)
    return _wrapped("(", _piece(predicate, depth + 1), ")")


def _headed(head: str, piece: Piece) -> Piece:
    return f"{head}{piece}" if isinstance(piece, str) else replace(piece, head=f"{head}{piece.head}")


def _wrapped(head: str, piece: Piece, tail: str) -> Piece:
    if isinstance(piece, str):
        return f"{head}{piece}{tail}"
    return replace(piece, head=head, tail=tail)


def _flattened(predicate: And | Or) -> Iterator[Predicate]:
    """The terms of a chain of one operator, whichever way it is nested."""
    pending = list(reversed(predicate.terms))
    while pending:
        term = _spelled_out(pending.pop())
        if isinstance(term, And | Or) and type(term) is type(predicate):
            pending.extend(reversed(term.terms))
        else:
            yield term


def _spelled_out(predicate: Predicate) -> Predicate:
    """Alternatives on any field as a disjunction of tests: only a named field has value lists."""
    if isinstance(predicate, Test) and isinstance(predicate.matcher, OneOf) and isinstance(predicate.subject, AnyField):
        tests = (replace(predicate, matcher=option) for option in options_of(predicate.matcher))
        return disjunction(tuple(tests), predicate.span)
    return predicate


def _test(test: Test) -> Piece:
    refuse_axes(test)
    name = _name(test)
    match test.matcher:
        case Present():
            return "*" if name is None else f"{lexical.EXISTS}:{_ALL_FIELDS if name == '*' else name}"
        case OneOf() as matcher:
            options = options_of(matcher)
            if name == "*" and any(isinstance(option, Present) for option in options):
                name = _ALL_FIELDS * 2  # `*:*` would match events without any field, too
            values = tuple(_value(option, test) for option in options)
            return Block(f"{name}:(", values, "OR", ")", filled=True)
        case matcher:
            value = _value(matcher, test)
            return value if name is None else f"{name}:{value}"


def _name(test: Test) -> str | None:
    """What stands before the colon; None for any field."""
    match test.subject:
        case Field(path):
            return words.field_name(path, test.span)
        case FieldGlob(pattern):
            return words.field_pattern(pattern)
        case AnyField():
            return None
        case EventCategory():
            message = "Lucene has no word for the event category, only for fields"
            raise refusal("category-role", message, span=test.span)
        case Literal() | Call():
            raise refusal("computed-operand", "Lucene tests fields, not computed values", span=test.span)
        case _:
            assert_never(test.subject)


def _value(matcher: Matcher, test: Test) -> str:
    """A value, as it stands after a colon or in a list. Other matchers raise `UnsupportedError`."""
    span = test.span
    match matcher:
        case Present():
            return "*"
        case Tokens(text, TokenMode.ANY):
            return words.term(text, span)
        case Tokens(text, TokenMode.PHRASE) | Equals(str() as text, Case.MAPPED):
            return words.quoted(text)
        case Near(text, slop):
            return f"{words.quoted(text)}~{slop}"
        case Equals(bool() | int() | float() as value):
            return words.constant(value, span)
        case Like(parts, Case.MAPPED):
            return words.pattern(parts, span)
        case Regex():
            return _regex(matcher)
        case Range(lower, upper):
            if matcher.case is not Case.MAPPED and bounds_count_case(matcher):
                raise refuse_case(span)
            return words.comparison(lower, upper, span, named=not isinstance(test.subject, AnyField))
        case Equals() | Like():
            raise refuse_case(span)
        case Indexed():
            raise refusal("index-term", "Lucene's values are analyzed before they are asked of words", span=span)
        case Tokens():
            raise refusal("all-words", "Lucene searches for any word or a phrase, not for all words", span=span)
        case InNetwork():
            hint = "on a field of type ip a phrase is read as a network"
            raise refusal("network", "Lucene has no network test of its own", span=span, hint=hint)
        case FieldRef():
            raise refusal("field-comparison", "Lucene compares fields with values only", span=span)
        case Complement():
            raise refusal("value-complement", "Lucene negates tests, not values", span=span)
        case OneOf():
            raise AssertionError("alternatives are taken apart before")
        case _:
            assert_never(matcher)


def _regex(matcher: Regex) -> str:
    """An expression between slashes, which is always one of the whole value."""
    where = matcher.span
    if matcher.flavor is not RegexFlavor.LUCENE or matcher.multiline:
        message = "Lucene takes regular expressions in its own syntax only"
        raise refusal("regex-flavor", message, span=where)
    if matcher.case is not Case.MAPPED:
        raise refuse_case(where)
    return regexes.written(matcher.pattern if matcher.anchored else f".*({matcher.pattern}).*", where)
