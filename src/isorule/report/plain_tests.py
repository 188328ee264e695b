"""One test of a detection as a plain sentence: `process.name is one of "a", "b" (letter case counts)`."""

from __future__ import annotations

import json
from typing import assert_never

from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation, TokenMode
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    LikePart,
    Matcher,
    Near,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
)
from isorule.ir.predicates import AnyField, Call, EventCategory, Field, FieldGlob, Literal, Subject, Test

_CASE = {
    Case.SENSITIVE: "letter case counts",
    Case.INSENSITIVE: "letter case does not count",
    Case.MAPPED: "letter case as the field's type says",
}
_FLAVOR = {
    RegexFlavor.LUCENE: "Lucene",
    RegexFlavor.SIGMA: "Sigma",
    RegexFlavor.RE2: "RE2",
    RegexFlavor.PYTHON: "Python",
}
_RELATION = {
    Relation.EQUALS: "equals",
    Relation.STARTSWITH: "starts with",
    Relation.ENDSWITH: "ends with",
    Relation.CONTAINS: "contains",
}
_TOKENS = {
    TokenMode.ANY: "holds one of the words of",
    TokenMode.ALL: "holds all words of",
    TokenMode.PHRASE: "holds the words, side by side, of",
}


def sentence(test: Test, *, negated: bool = False, under_not: bool = False) -> str:
    """A test as a sentence; `negated` says that its opposite is meant, `under_not` that a `not` stands further out.

    Negation is where languages differ silently on missing fields, so there the sentence says what becomes of them.
    """
    subject = subject_text(test.subject)
    if isinstance(test.matcher, Present):
        return f"{subject} has {'no' if negated else 'a'} value"
    quantified = _quantified(subject, test.quantifier)
    notes = _notes(test.matcher)
    if _can_be_missing(test.subject):
        notes += _missing(test.absent, negated, under_not)
    suffix = f" ({'; '.join(notes)})" if notes else ""
    return f"{'not: ' if negated else ''}{quantified} {matcher_text(test.matcher)}{suffix}"


def _quantified(subject: str, quantifier: Quantifier) -> str:
    match quantifier:
        case Quantifier.ANY:
            return subject
        case Quantifier.ALL:
            return f"every value of {subject}"
        case Quantifier.SOLE:
            return f"the only value of {subject}"
        case _:
            assert_never(quantifier)


def _missing(absent: Absent, negated: bool, under_not: bool) -> list[str]:
    match absent:
        case Absent.UNKNOWN if negated or under_not:
            return ["an event without it meets neither this nor its opposite"]
        case Absent.FALSE if negated:
            return ["an event without it meets this, too"]
        case _:
            return []


def _can_be_missing(subject: Subject) -> bool:
    match subject:
        case Field() | EventCategory() | FieldGlob() | AnyField():
            return True
        case Call(_, arguments):
            return any(_can_be_missing(argument) for argument in arguments)
        case Literal():
            return False
        case _:
            assert_never(subject)


def subject_text(subject: Subject) -> str:
    """What is tested: a field path, a computed value, or words for what has no path."""
    match subject:
        case Field(path):
            return path
        case EventCategory():
            return "the event category"
        case FieldGlob(pattern):
            return f"some field of {pattern}"
        case AnyField():
            return "some field"
        case Literal(value):
            return literal(value)
        case Call(function, arguments, case):
            folded = "~" if case is Case.INSENSITIVE else ""
            return f"{function}{folded}({', '.join(map(subject_text, arguments))})"
        case _:
            assert_never(subject)


def matcher_text(matcher: Matcher) -> str:
    """What the value must be, as the rest of a sentence; letter case is said apart."""
    match matcher:
        case Present():
            return "has a value"
        case Equals(value):
            return f"is {literal(value)}"
        case Like(parts):
            return _pattern_text(parts)
        case Regex():
            reach = "as a whole matches" if matcher.anchored else "somewhere matches"
            return f"{reach} the {_FLAVOR[matcher.flavor]} expression /{matcher.pattern}/"
        case Range(lower, upper):
            bounds = (_bound("greater", "at least", lower), _bound("less", "at most", upper))
            return f"is {' and '.join(filter(None, bounds))}"
        case InNetwork(blocks):
            return f"is an address in {' or '.join(blocks)}"
        case FieldRef(path, relation):
            return f"{_RELATION[relation]} some value of {path}"
        case Tokens(text, mode):
            return f"{_TOKENS[mode]} {literal(text)}"
        case Near(text, slop):
            places = "place" if slop == 1 else "places"
            return f"holds the words of {literal(text)}, at most {slop} {places} out of line"
        case Indexed(inner):
            return f"has a term in the index that {matcher_text(inner)}"
        case OneOf(options):
            return _options_text(options)
        case Complement(inner):
            return f"has a value of which this is not so: it {matcher_text(inner)}"
        case _:
            assert_never(matcher)


def _pattern_text(parts: tuple[LikePart, ...]) -> str:
    match parts:
        case (str(text), Wildcard.RUN):
            return f"starts with {literal(text)}"
        case (Wildcard.RUN, str(text)):
            return f"ends with {literal(text)}"
        case (Wildcard.RUN, str(text), Wildcard.RUN):
            return f"contains {literal(text)}"
        case _:
            return f"matches the pattern {_pattern(parts)}"


def _pattern(parts: tuple[LikePart, ...]) -> str:
    return literal("".join(_pattern_part(part) for part in parts))


def _pattern_part(part: LikePart) -> str:
    match part:
        case Wildcard():
            return part.value
        case Placeholder(name):
            return f"%{name}%"
        case _:
            return part.replace("*", "[*]").replace("?", "[?]")


def _bound(strict: str, inclusive: str, bound: Bound | None) -> str:
    if bound is None:
        return ""
    return f"{inclusive if bound.inclusive else f'{strict} than'} {literal(bound.value)}"


def _options_text(options: tuple[Matcher, ...]) -> str:
    """Options of one kind share their verb: `is one of "a", "b"`."""
    values = [literal(option.value) for option in options if isinstance(option, Equals)]
    if len(values) == len(options):
        return f"is one of {', '.join(values)}"
    patterns = [pattern for option in options if (pattern := _as_pattern(option)) is not None]
    if len(patterns) == len(options):
        return f"matches one of the patterns {', '.join(patterns)}"
    return " or ".join(matcher_text(option) for option in options)


def _as_pattern(option: Matcher) -> str | None:
    match option:
        case Equals(str(text)):
            return _pattern((text,))
        case Like(parts):
            return _pattern(parts)
        case _:
            return None


def _notes(matcher: Matcher) -> list[str]:
    """What a reader must know and the sentence does not say: how letter case counts."""
    cases = list(dict.fromkeys(_cases(matcher)))
    if len(cases) > 1:
        return ["letter case counts for some"]
    return [_CASE[case] for case in cases]


def _cases(matcher: Matcher) -> list[Case]:
    match matcher:
        case Equals(str(), case) | Like(_, case) | Regex(case=case) | FieldRef(case=case):
            return [case]
        case OneOf(options):
            return [case for option in options for case in _cases(option)]
        case Complement(inner):
            return _cases(inner)
        case _:
            return []


def literal(value: Scalar | None) -> str:
    """A constant as JSON writes it, but with every backslash once: paths stay readable."""
    if isinstance(value, str):
        return f'"{"".join(_shown(character) for character in value)}"'
    return json.dumps(value)


def _shown(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
