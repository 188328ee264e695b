"""A rule as pySigma holds it, read as a condition of ours.

pySigma changes a rule in its own objects (processing pipelines do), so what it means afterwards is read from them:
the tree of conditions, and the type of each value (`sigma.conditions`, `sigma.types`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isorule.ir.axes import Case, RegexFlavor, Relation
from isorule.ir.losses import refusal
from isorule.ir.matchers import (
    Bound,
    Equals,
    FieldRef,
    InNetwork,
    LikePart,
    Matcher,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Wildcard,
    like,
    options_of,
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


def condition_of(trees: Sequence[Any]) -> Predicate:
    """What the parsed conditions of a `sigma.rule.SigmaRule` ask of one event; several conditions are alternatives.

    Raises UnsupportedError for a value that only a backend can read (a fragment of its query language).
    """
    return disjunction(tuple(_predicate(tree) for tree in trees if tree is not None))


def _predicate(node: Any) -> Predicate:
    from sigma import conditions

    match node:
        case conditions.ConditionNOT():
            return Not(_predicate(node.args[0]))
        case conditions.ConditionAND():
            return conjunction(tuple(_predicate(term) for term in node.args if term is not None))
        case conditions.ConditionOR():
            return _alternatives([_predicate(term) for term in node.args if term is not None])
        case conditions.ConditionFieldEqualsValueExpression():
            return _test(Field(node.field), node.value)
        case conditions.ConditionValueExpression():
            return _test(AnyField(), node.value)
        case _:
            raise _unread(node)


def _alternatives(terms: list[Predicate]) -> Predicate:
    """Some of the terms; alternative values of one field are one test, as a list of values is in a Sigma rule."""
    tests = [term for term in terms if isinstance(term, Test)]
    subjects = {test.subject for test in tests}
    if len(terms) > 1 and len(tests) == len(terms) and len(subjects) == 1:
        return Test(subjects.pop(), _one_of(tuple(test.matcher for test in tests)))
    return disjunction(tuple(terms))


def _one_of(options: tuple[Matcher, ...]) -> Matcher:
    flat = options_of(OneOf(options))
    if all(isinstance(option, InNetwork) for option in flat):
        return InNetwork(tuple(block for option in flat if isinstance(option, InNetwork) for block in option.blocks))
    return OneOf(flat)


def _test(subject: Subject, value: Any) -> Predicate:
    from sigma import types

    match value:
        case types.SigmaExpansion():
            return _alternatives([_test(subject, inner) for inner in value.values])
        case types.SigmaNull():
            return Not(Test(subject, Present()))
        case types.SigmaExists():
            present = Test(subject, Present())
            return present if value.exists else Not(present)
        case types.SigmaCompareExpression() if value.op is types.CompareOperators.NEQ:
            return Not(_test(subject, value.number))
        case types.SigmaTimestampPart():
            return Test(_part(subject, value), Equals(value.number))
        case types.SigmaCompareExpression() if isinstance(value.number, types.SigmaTimestampPart):
            return Test(_part(subject, value.number), _range(value))
        case _:
            return Test(subject, _matcher(subject, value))


def _part(subject: Subject, value: Any) -> Call:
    assert isinstance(subject, Field)
    return Call(str(value.timestamp_part.name).lower(), (subject,))


def _matcher(subject: Subject, value: Any) -> Matcher:
    from sigma import types

    match value:
        case types.SigmaCasedString():
            return like(_text(subject, value), Case.SENSITIVE)
        case types.SigmaString():
            return like(_text(subject, value), Case.INSENSITIVE)
        case types.SigmaBool():
            return _plain(subject, bool(value.boolean))
        case types.SigmaNumber():
            return _plain(subject, value.number)
        case types.SigmaRegularExpression():
            return _regex(value)
        case types.SigmaCIDRExpression():
            return InNetwork((str(value.cidr),))
        case types.SigmaCompareExpression():
            return _range(value)
        case types.SigmaFieldReference():
            return FieldRef(str(value.field), _relation(value), Case.INSENSITIVE)
        case _:
            raise _unread(value)


def _plain(subject: Subject, value: float | bool) -> Matcher:
    """A number or Boolean; searched for as a text where no field is named, as all keywords are."""
    if isinstance(subject, AnyField):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return like((Wildcard.RUN, text, Wildcard.RUN), Case.INSENSITIVE)
    return Equals(value)


def _text(subject: Subject, value: Any) -> tuple[LikePart, ...]:
    parts = tuple(_part_of_text(part) for part in value.s)
    return (Wildcard.RUN, *parts, Wildcard.RUN) if isinstance(subject, AnyField) else parts


def _part_of_text(part: Any) -> LikePart:
    from sigma import types

    match part:
        case types.SpecialChars.WILDCARD_MULTI:
            return Wildcard.RUN
        case types.SpecialChars.WILDCARD_SINGLE:
            return Wildcard.ONE
        case types.Placeholder():
            return Placeholder(str(part.name))
        case _:
            return str(part)


def _regex(value: Any) -> Regex:
    flags = {flag.name for flag in value.flags}
    return Regex(
        str(value.regexp),
        RegexFlavor.SIGMA,
        Case.INSENSITIVE if "IGNORECASE" in flags else Case.SENSITIVE,
        dotall="DOTALL" in flags,
        multiline="MULTILINE" in flags,
    )


def _range(value: Any) -> Range:
    bound = Bound(value.number.number, inclusive=value.op.name.endswith("E"))
    return Range(upper=bound) if value.op.name.startswith("L") else Range(lower=bound)


def _relation(value: Any) -> Relation:
    if value.starts_with and value.ends_with:
        return Relation.CONTAINS
    if value.starts_with:
        return Relation.STARTSWITH
    return Relation.ENDSWITH if value.ends_with else Relation.EQUALS


def _unread(value: Any) -> Exception:
    kind = type(value).__name__
    return refusal(
        "pipeline-query-expression", f"a pipeline put a part into the rule that only a backend reads: {kind}"
    )
