"""A detection as kuery text.

kuery leaves letter case and full text to the mapping of the field, so a test that fixes the case itself is refused
here; lowering rewrites it before, and declares what that changes. The reason codes of refusals are listed in
`refusals`. Whatever comes out of `parse` is written so that it parses to the same again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import assert_never

from isorule.dialects.kuery import lexical, words
from isorule.dialects.kuery.refusals import refuse_axes, refuse_case, refuse_detection
from isorule.dialects.layout import Block, Piece, lay_out
from isorule.ir.axes import Case, TokenMode
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import Emission, refusal
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

MATCH_ALL = "*:*"
MAX_DEPTH = 3 * lexical.MAX_DEPTH
"""How deep a condition may nest: each bracket that the parser reads stands for at most three nodes."""


def emit(detection: Detection) -> Emission:
    """The detection in kuery, broken into lines at 120 columns. Without losses.

    Raises `UnsupportedError`, its name a reason code, for what kuery cannot say.
    """
    if not isinstance(detection, Match) or detection.pipes:
        raise refuse_detection(detection)
    return Emission(lay_out(_piece(_spelled_out(detection.where), "", 0)))


def _piece(predicate: Predicate, path: str, depth: int) -> Piece:
    """A predicate inside the nested object at `path`, without parentheses around it."""
    if depth > MAX_DEPTH:
        raise refusal("nested-too-deep", f"the condition nests deeper than {MAX_DEPTH} levels", span=predicate.span)
    match predicate:
        case Const(None):
            raise refusal("constant-null", "kuery is two-valued and cannot say null", span=predicate.span)
        case Const(value):
            return MATCH_ALL if value else f"not {MATCH_ALL}"
        case Test():
            return _test(predicate, path)
        case Not(term):
            return _headed("not ", _grouped(_spelled_out(term), path, depth, (And, Or, Not, Const)))
        case And():
            terms = map(partial(_grouped, path=path, depth=depth, kinds=(Or,)), _flattened(predicate))
            return Block("", tuple(terms), "and", "")
        case Or():
            terms = map(partial(_grouped, path=path, depth=depth, kinds=(And,)), _flattened(predicate))
            return Block("", tuple(terms), "or", "")
        case Nested(inner, term):
            name = words.field_name(_relative(inner, path, predicate))
            return _wrapped(f"{name}:{{ ", _piece(_spelled_out(term), inner, depth + 1), " }")
        case _:
            assert_never(predicate)


def _grouped(predicate: Predicate, path: str, depth: int, kinds: tuple[type[Predicate], ...]) -> Piece:
    """A predicate as an operand, in parentheses where it is of one of these kinds."""
    piece = _piece(predicate, path, depth + 1)
    if not isinstance(predicate, kinds) or piece == MATCH_ALL:
        return piece
    return _wrapped("(", piece, ")")


def _headed(head: str, piece: Piece) -> Piece:
    return f"{head}{piece}" if isinstance(piece, str) else replace(piece, head=f"{head}{piece.head}")


def _wrapped(head: str, piece: Piece, tail: str) -> Piece:
    if isinstance(piece, str):
        return f"{head}{piece}{tail}"
    if piece.head or piece.tail:
        return Block(head, (piece,), "", tail)
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
    """Alternatives that a value list cannot hold (ranges, values of no field) as a disjunction of tests."""
    if not isinstance(predicate, Test) or not isinstance(predicate.matcher, OneOf):
        return predicate
    options = options_of(predicate.matcher)
    if not isinstance(predicate.subject, AnyField) and not any(isinstance(option, Range) for option in options):
        return predicate
    return disjunction(tuple(replace(predicate, matcher=option) for option in options), predicate.span)


def _test(test: Test, path: str) -> Piece:
    refuse_axes(test)
    match test.matcher:
        case Range(lower, upper):
            if test.matcher.case is Case.MAPPED:
                message = "kuery compares the bounds of a range as they are written"
                raise refusal("case-mapped", message, span=test.span)
            return f"{_range_field(test, path)} {_comparison(lower, upper, test)}"
        case OneOf() as matcher:
            options = options_of(matcher)
            values = tuple(_value(option, test) for option in options)
            return Block(f"{_field(test, path, options)}(", values, "or", ")", filled=True)
        case matcher:
            return f"{_field(test, path, (matcher,))}{_value(matcher, test)}"


def _field(test: Test, path: str, options: tuple[Matcher, ...]) -> str:
    """What stands before a value: a field with its colon, or nothing for values of any field."""
    if isinstance(test.subject, AnyField):
        if path:
            message = f"free text cannot stand inside {path}:{{ … }}"
            raise refusal("free-text-in-nested", message, span=test.span)
        return ""
    name = _name(test, path)
    if name == "*" and any(isinstance(option, Present) for option in options):
        name = "**"  # `*:*` would match events without any field, too
    return f"{name}:"


def _range_field(test: Test, path: str) -> str:
    if isinstance(test.subject, AnyField):
        raise refusal("range-without-field", "a range in kuery needs a field", span=test.span)
    return _name(test, path)


def _name(test: Test, path: str) -> str:
    match test.subject:
        case Field(whole):
            return words.field_name(_relative(whole, path, test))
        case FieldGlob(pattern):
            return words.field_pattern(_relative(pattern, path, test))
        case EventCategory():
            message = "kuery has no word for the event category, only for fields"
            raise refusal("category-role", message, span=test.span)
        case AnyField() | Literal() | Call():
            raise refusal("computed-operand", "kuery tests fields, not computed values", span=test.span)
        case _:
            assert_never(test.subject)


def _relative(whole: str, path: str, where: Test | Nested) -> str:
    """A path as it is written inside the nested object at `path`."""
    if not path:
        return whole
    if not whole.startswith(f"{path}."):
        message = f"{whole!r} does not belong to the nested object {path!r}"
        raise refusal("field-outside-nested", message, span=where.span)
    return whole[len(path) + 1 :]


def _comparison(lower: Bound | None, upper: Bound | None, test: Test) -> str:
    if lower is not None and upper is not None:
        hint = "two comparisons joined by and may be met by two values"
        raise refusal("two-sided-range", "kuery compares a value with one bound", span=test.span, hint=hint)
    if lower is not None:
        return f"{'>=' if lower.inclusive else '>'} {words.bound(lower.value)}"
    if upper is not None:
        return f"{'<=' if upper.inclusive else '<'} {words.bound(upper.value)}"
    raise refusal("range-without-bounds", "a range needs a bound", span=test.span)


def _value(matcher: Matcher, test: Test) -> str:
    """A plain value, as it stands after a colon or in a list. Other matchers raise `UnsupportedError`."""
    span = test.span
    match matcher:
        case Present():
            return "*"
        case Complement(Present()):
            return "null"
        case Tokens(text, TokenMode.ANY):
            return words.unquoted(text, span)
        case Tokens(text, TokenMode.PHRASE):
            return words.quoted(text)
        case Equals(str() as text, Case.MAPPED):
            return words.quoted(text)
        case Equals(bool() | int() | float() as value):
            return words.constant(value, span)
        case Like(parts, Case.MAPPED):
            return words.pattern(parts, span)
        case Equals() | Like():
            raise refuse_case(span)
        case Tokens():
            raise refusal("all-words", "kuery searches for any word or a phrase, not for all words", span=span)
        case Near():
            raise refusal("phrase-slop", "the words of a phrase stand side by side in kuery", span=span)
        case Indexed():
            raise refusal("index-term", "kuery's values are analyzed before they are asked of words", span=span)
        case Regex():
            raise refusal("regex", "kuery has no regular expressions", span=span)
        case InNetwork():
            hint = "on a field of type ip a phrase is read as a network"
            raise refusal("network", "kuery has no network test of its own", span=span, hint=hint)
        case FieldRef():
            raise refusal("field-comparison", "kuery compares fields with values only", span=span)
        case Complement():
            raise refusal("value-complement", "kuery negates tests, not values", span=span)
        case OneOf() | Range():
            raise refusal("value-list", "a list of values holds plain values", span=span)
        case _:
            assert_never(matcher)
