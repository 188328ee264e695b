"""What the values of one key mean: a test for each, joined as the modifiers say.

Values are case-insensitive texts with wildcards unless a modifier says otherwise, a list is an alternative
(specification, sections "General" and "Lists"), `null` is a field without a value ("Special Field Values").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Final, assert_never

from isorule.dialects.sigma import encodings
from isorule.dialects.sigma.chains import BASE64, COMPARISONS, REGEX_FLAGS, SHAPES, UTF16, Chain, Kind
from isorule.dialects.sigma.encodings import Encoded, EncodingError
from isorule.dialects.sigma.patterns import read_text
from isorule.dialects.sigma.problems import problem
from isorule.ir.axes import Case, RegexFlavor, Relation
from isorule.ir.matchers import (
    Bound,
    Equals,
    FieldRef,
    InNetwork,
    LikePart,
    Matcher,
    OneOf,
    Present,
    Range,
    Regex,
    Wildcard,
    like,
)
from isorule.ir.predicates import (
    AnyField,
    Call,
    Field,
    Not,
    Predicate,
    Subject,
    Test,
    conjunction,
    disjunction,
)
from isorule.source import Span

_RELATIONS: Final[Mapping[str | None, Relation]] = {
    None: Relation.EQUALS,
    "startswith": Relation.STARTSWITH,
    "endswith": Relation.ENDSWITH,
    "contains": Relation.CONTAINS,
}


@dataclass(frozen=True, slots=True)
class Value:
    """A plain value of a detection and its place."""

    plain: object
    span: Span | None


@dataclass(frozen=True, slots=True)
class _Absent:
    """The value asks for a field without values."""

    span: Span | None


_Meaning = Matcher | _Absent


def predicate(chain: Chain, values: tuple[Value, ...], span: Span | None) -> Predicate:
    """What the values of a key ask of an event. `span` is the place of all values together.

    Raises ParseError for a value that its modifiers cannot be applied to.
    """
    if not values:
        raise problem("empty-value-list", "a list of values is empty", span=span, hint="null asks for an absent field")
    subject = _subject(chain)
    meanings = [_alternatives(chain, value) for value in values]
    if chain.every:
        terms = tuple(_some(subject, tuple(found), value.span) for found, value in zip(meanings, values, strict=True))
        joined = conjunction(terms, span)
    else:
        joined = _some(subject, tuple(meaning for found in meanings for meaning in found), span)
    # The specification says "the field is different from the specified values"; pySigma and Hayabusa negate the
    # whole item, so that an event without the field is different, too (SigmaHQ/pySigma#469).
    return Not(joined, span) if chain.negated else joined


def _subject(chain: Chain) -> Subject:
    if chain.field is None:
        return AnyField()
    field = Field(chain.field)
    return Call(chain.steps[0], (field,)) if chain.kind is Kind.TIME else field


def _some(subject: Subject, meanings: tuple[_Meaning, ...], span: Span | None) -> Predicate:
    """At least one of the meanings; networks are joined to one matcher."""
    matchers = tuple(meaning for meaning in meanings if not isinstance(meaning, _Absent))
    terms: list[Predicate] = []
    if matchers:
        terms.append(Test(subject, _one(matchers, span), span=span))
    terms += [
        Not(Test(subject, Present(), span=meaning.span), meaning.span)
        for meaning in meanings
        if isinstance(meaning, _Absent)
    ]
    return disjunction(tuple(terms), span)


def _one(matchers: tuple[Matcher, ...], span: Span | None) -> Matcher:
    if len(matchers) == 1:
        return matchers[0]
    blocks = tuple(block for matcher in matchers if isinstance(matcher, InNetwork) for block in matcher.blocks)
    return InNetwork(blocks, span) if blocks else OneOf(matchers, span)


def _alternatives(chain: Chain, value: Value) -> list[_Meaning]:
    """What one value stands for; more than one where a modifier writes it in several ways."""
    match chain.kind:
        case Kind.TEXT:
            return _text(chain, value)
        case Kind.REGEX:
            return [_regex(chain, value)]
        case Kind.NETWORK:
            return [_network(value)]
        case Kind.FIELD:
            return [_field_reference(chain, value)]
        case Kind.PRESENCE:
            return [_presence(value)]
        case Kind.COMPARISON | Kind.TIME:
            return [_number(chain, value)]
        case _:
            assert_never(chain.kind)


def _text(chain: Chain, value: Value) -> list[_Meaning]:
    plain = value.plain
    if isinstance(plain, str):
        case = Case.SENSITIVE if chain.cased else Case.INSENSITIVE
        return [like(_bounded(chain, parts), case, value.span) for parts in _written(chain, plain, value.span)]
    if chain.steps or chain.cased:
        last = chain.steps[-1] if chain.steps else "cased"
        hint = "put the value in quotes" if isinstance(plain, int | float) else None
        raise _wrong_type(last, "a text", value, hint)
    if plain is None:
        if chain.field is None:
            raise problem("wrong-value-type", "null needs a field", span=value.span)
        return [_Absent(value.span)]
    if not isinstance(plain, int | float):
        raise problem("wrong-shape", f"expected a value, found {_described(plain)}", span=value.span)
    _check_finite(plain, value.span)
    if chain.field is None:
        words = str(plain).lower() if isinstance(plain, bool) else str(plain)
        return [like((Wildcard.RUN, words, Wildcard.RUN), Case.INSENSITIVE, value.span)]
    return [Equals(plain, Case.SENSITIVE, value.span)]


def _bounded(chain: Chain, parts: tuple[LikePart, ...]) -> tuple[LikePart, ...]:
    """The parts with the wildcards of `startswith`, `endswith` and `contains`.

    Keywords "are applied to the full log message" (specification, "Lists"): they may stand anywhere in it.
    """
    shape = "contains" if chain.field is None else chain.shape
    if shape in ("endswith", "contains"):
        parts = (Wildcard.RUN, *parts)
    return (*parts, Wildcard.RUN) if shape in ("startswith", "contains") else parts


def _written(chain: Chain, text: str, span: Span | None) -> list[tuple[LikePart, ...]]:
    """The ways in which the modifiers write a text, without the wildcards of its shape."""
    values: list[tuple[LikePart, ...] | Encoded] = [read_text(text, expand="expand" in chain.steps)]
    try:
        for step in chain.steps:
            if step not in SHAPES and step != "expand":
                values = [written for value in values for written in _encoded(step, value)]
        return [value.text() if isinstance(value, Encoded) else value for value in values]
    except EncodingError as error:
        raise problem(error.reason, str(error), span=span) from error


def _encoded(step: str, value: tuple[LikePart, ...] | Encoded) -> list[tuple[LikePart, ...] | Encoded]:
    if step in BASE64:
        data = encodings.plain_bytes(value)
        if step == "base64":
            return [(encodings.base64_text(data),)]
        return [(form,) for form in encodings.base64_anywhere(data)]
    parts = value.text() if isinstance(value, Encoded) else value
    if step in UTF16:
        return [encodings.utf16(parts, step)]
    return [*encodings.dash_variants(parts)]


def _regex(chain: Chain, value: Value) -> Regex:
    if not isinstance(value.plain, str):
        raise _wrong_type("re", "a text", value, "put the expression in quotes")
    flags = {flag: flag in chain.steps for flag in REGEX_FLAGS}
    _check_regex(value.plain, value.span)
    return Regex(
        value.plain,
        RegexFlavor.SIGMA,
        Case.INSENSITIVE if flags["i"] else Case.SENSITIVE,
        dotall=flags["s"],
        multiline=flags["m"],
        span=value.span,
    )


def _check_regex(pattern: str, span: Span | None) -> None:
    """Python reads all metacharacters that the specification allows, so what it refuses is none of Sigma's."""
    import re
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except RecursionError as error:
        raise problem("invalid-regex", "the groups of the expression nest too deeply", span=span) from error
    except (re.error, OverflowError) as error:
        raise problem("invalid-regex", f"not a regular expression: {error}", span=span) from error


def _network(value: Value) -> InNetwork:
    if not isinstance(value.plain, str):
        raise _wrong_type("cidr", "an address block such as '10.0.0.0/8'", value)
    try:
        ip_network(value.plain, strict=False)
    except ValueError:
        raise problem(
            "invalid-network",
            f"{value.plain!r} is not an address block",
            span=value.span,
            hint="such as '10.0.0.0/8' or 'fe80::/10'",
        ) from None
    return InNetwork((value.plain,), value.span)


def _field_reference(chain: Chain, value: Value) -> FieldRef:
    if not isinstance(value.plain, str) or not value.plain:
        raise _wrong_type("fieldref", "the name of a field", value)
    parts = read_text(value.plain)
    if any(not isinstance(part, str) for part in parts):
        raise problem("wildcard-in-field-reference", "the name of a field cannot hold wildcards", span=value.span)
    name = "".join(part for part in parts if isinstance(part, str))
    case = Case.SENSITIVE if chain.cased else Case.INSENSITIVE
    return FieldRef(name, _RELATIONS[chain.shape], case, value.span)


def _presence(value: Value) -> _Meaning:
    if not isinstance(value.plain, bool):
        raise _wrong_type("exists", "true or false, without quotes", value)
    return Present() if value.plain else _Absent(value.span)


def _number(chain: Chain, value: Value) -> Matcher:
    number = value.plain
    step = chain.steps[-1]
    if isinstance(number, bool) or not isinstance(number, int | float):
        hint = "write the number without quotes" if isinstance(number, str) else None
        raise _wrong_type(step, "a number", value, hint)
    _check_finite(number, value.span)
    if step not in COMPARISONS:
        return Equals(number, Case.SENSITIVE, value.span)
    bound = Bound(number, inclusive=step.endswith("e"))
    limits = Range(upper=bound) if step.startswith("l") else Range(lower=bound)
    return replace(limits, span=value.span)


def _check_finite(number: int | float, span: Span | None) -> None:
    """YAML knows `.inf` and `.nan`, but no event holds them: JSON does not."""
    if isinstance(number, float) and not math.isfinite(number):
        hint = "put the value in quotes"
        raise problem("wrong-value-type", f"no event has the number {number}", span=span, hint=hint)


def _wrong_type(modifier: str, expected: str, value: Value, hint: str | None = None) -> Exception:
    found = _described(value.plain)
    return problem("wrong-value-type", f"{modifier!r} expects {expected}, found {found}", span=value.span, hint=hint)


def _described(plain: object) -> str:
    match plain:
        case None:
            return "null"
        case bool():
            return f"the Boolean {str(plain).lower()}"
        case int() | float():
            return f"the number {plain}"
        case str():
            return f"the text {plain!r}"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"
