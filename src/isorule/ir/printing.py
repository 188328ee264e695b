"""The representation as readable text: one S-expression a node, every axis written out.

Meant for people (`isorule explain --ir`), messages and tests; `json_form` is the form for programs.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum

from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.detections import Detection
from isorule.ir.matchers import (
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
    Tokens,
    Wildcard,
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
    Subject,
    Test,
)

_CASE = {Case.SENSITIVE: "cased", Case.INSENSITIVE: "folded", Case.MAPPED: "mapped"}


def show(node: Predicate | Detection) -> str:
    """A predicate or detection as one line of text; equal nodes give equal texts."""
    match node:
        case Const(value):
            return _scalar(value)
        case Not(term):
            return f"(not {show(term)})"
        case And(terms):
            return f"(and {' '.join(map(show, terms))})"
        case Or(terms):
            return f"(or {' '.join(map(show, terms))})"
        case Nested(path, term):
            return f"(nested {path} {show(term)})"
        case Test():
            return _show_test(node)
        case _:
            return _show_record(node)


def _show_test(test: Test) -> str:
    head = test.quantifier.value if test.quantifier is not Quantifier.ANY else ""
    tail = "?" if test.absent is Absent.UNKNOWN else ""
    matcher = show_matcher(test.matcher)
    return f"({head + ' ' if head else ''}{show_subject(test.subject)}{tail} {matcher})"


def show_subject(subject: Subject) -> str:
    """A subject as text: a path, `$category`, `$any`, a literal, or a call in brackets."""
    match subject:
        case Field(path, optional):
            return f"?{path}" if optional else path
        case EventCategory():
            return "$category"
        case FieldGlob(pattern):
            return f"$fields:{pattern}"
        case AnyField():
            return "$any"
        case Literal(value):
            return _scalar(value)
        case Call(function, arguments, case):
            folded = "~" if case is Case.INSENSITIVE else ""
            return f"[{function}{folded} {' '.join(map(show_subject, arguments))}]"


def show_matcher(matcher: Matcher) -> str:
    """A matcher as text."""
    match matcher:
        case Present():
            return "present"
        case Equals(value, case):
            return f"= {_scalar(value)}{_case(case) if isinstance(value, str) else ''}"
        case Like(parts, case):
            return f"like {' '.join(map(_part, parts))}{_case(case)}"
        case Regex():
            flags = "".join(
                flag for flag, on in (("a", matcher.anchored), ("s", matcher.dotall), ("m", matcher.multiline)) if on
            )
            return f"regex/{matcher.flavor.value}/{flags} {_scalar(matcher.pattern)}{_case(matcher.case)}"
        case Range(lower, upper, case=case):
            low = f"{'>=' if lower.inclusive else '>'} {_scalar(lower.value)}" if lower else ""
            high = f"{'<=' if upper.inclusive else '<'} {_scalar(upper.value)}" if upper else ""
            return f"{' '.join(filter(None, (low, high)))}{_case(case)}"
        case InNetwork(blocks):
            return f"in {' '.join(blocks)}"
        case FieldRef(path, relation, case):
            return f"{relation.value} {path}{_case(case)}"
        case Tokens(text, mode):
            return f"tokens/{mode.value} {_scalar(text)}"
        case Near(text, slop):
            return f"near/{slop} {_scalar(text)}"
        case Indexed(inner):
            return f"(term {show_matcher(inner)})"
        case OneOf(options):
            return f"(one-of {' | '.join(map(show_matcher, options))})"
        case Complement(inner):
            return f"(other-than {show_matcher(inner)})"


def _case(case: Case) -> str:
    return "" if case is Case.SENSITIVE else f" {_CASE[case]}"


def _part(part: LikePart) -> str:
    match part:
        case str():
            return _scalar(part)
        case Wildcard():
            return part.value
        case Placeholder(name):
            return f"%{name}%"


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _show_record(node: object) -> str:
    """Detections and their parts: the class name and every field that is set."""
    match node:
        case Const() | Not() | And() | Or() | Nested() | Test():
            return show(node)
        case Field():
            return show_subject(node)
        case Enum():
            return str(node.value)
        case tuple():
            return f"[{' '.join(map(_show_record, node))}]"
        case _ if is_dataclass(node) and not isinstance(node, type):
            values = ((item.name, getattr(node, item.name)) for item in fields(node) if item.compare)
            parts = [f"{name}={_show_record(value)}" for name, value in values if value not in (None, ())]
            return f"({' '.join((type(node).__name__.lower(), *parts))})"
        case _:
            return _scalar(node)
