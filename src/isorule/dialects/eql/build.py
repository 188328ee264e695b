"""Comparisons and function calls of a query, as leaves of the representation.

Absent values. Every EQL predicate is two-valued, so each leaf carries `Absent.FALSE`:

* Comparisons of a field with constants, `:`, `in`, `like`, `regex`, `cidrMatch`, and `startsWith`, `endsWith`,
  `stringContains` (with and without `~`) of a field and a constant become Query DSL, `not` becomes `must_not`
  (tests `endsWithFunction-insensitive`, `stringContainsExactField-caseSensitive`, `notFilter` in
  https://github.com/elastic/elasticsearch/blob/main/x-pack/plugin/eql/src/test/resources/querytranslator_tests.txt;
  `endsWith` since https://github.com/elastic/elasticsearch/pull/61160).
* All else becomes a script in which the null check stands inside of the loop over the values and `not` outside of it
  (`not(multiValueDocValues(doc, field, X0 -> nullSafeFilter(…)))`, tests `negatedInFilterWithScripting` and
  `disjunctionOfFunctionAndNegatedFunction` of the same file; `multiValueDocValues` hands null to the check where the
  field has no value). So `not (length(f) > 3)` holds for an event without `f`. In versions before multi-value
  support the null check stood outside of `not`, and such events did not match.

`x != y` is `not (x == y)` (`ExpressionBuilder.visitComparison`); `== true` and `== false` of a condition are the
condition and its negation (test `functionEqualsFalse`).
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TypeGuard

from isorule.dialects.eql.errors import problem
from isorule.dialects.eql.lex import T
from isorule.dialects.eql.lifting import lifted
from isorule.dialects.eql.literals import wildcard_query_parts
from isorule.dialects.eql.signatures import kind_of
from isorule.ir.axes import Case, Relation
from isorule.ir.functions import Kind
from isorule.ir.matchers import (
    Bound,
    Equals,
    FieldRef,
    InNetwork,
    Matcher,
    Present,
    Range,
    Scalar,
    Wildcard,
    like,
)
from isorule.ir.predicates import (
    And,
    Call,
    Const,
    EventCategory,
    Field,
    Literal,
    Nested,
    Not,
    Operand,
    Or,
    Predicate,
    Test,
)
from isorule.source import Span

Node = Operand | Predicate
"""What an expression of a query stands for: a value, or a condition."""

_OPERANDS = (Field, Literal, Call, EventCategory)
_FLIPPED = {T.LT: T.GT, T.LTE: T.GTE, T.GT: T.LT, T.GTE: T.LTE}
_ORDER = {T.LT: "lt", T.LTE: "lte", T.GT: "gt", T.GTE: "gte", T.EQ: "eq", T.NEQ: "eq"}


def is_operand(node: Node) -> TypeGuard[Operand]:
    """Whether an expression stands for a value."""
    return isinstance(node, _OPERANDS)


def condition(node: Node, span: Span) -> Predicate:
    """An expression where a condition stands. Raises `ParseError` for a number or text."""
    match node:
        case Test() | And() | Or() | Not() | Const() | Nested():
            return node
        case Field() | EventCategory():
            return Test(node, Equals(True, Case.SENSITIVE, span), span=span)
        case Literal(value) if value is None or isinstance(value, bool):
            return Const(value, span)
        case Call(function) if kind_of(function) is Kind.BOOLEAN:
            return Test(node, Equals(True, Case.SENSITIVE, span), span=span)
        case Literal():
            found = "a constant"
        case Call(function):
            found = f"`{function}`, which gives a {kind_of(function).value}"
    raise problem("not-a-condition", f"expected a condition, found {found}", *span, hint="compare it with something")


def operand(node: Node) -> Operand:
    """An expression where a value stands; a condition becomes a call that computes it."""
    if isinstance(node, _OPERANDS):
        return node
    return lifted(node)


def compared(left: Node, operator: int, right: Node, value_span: Span, span: Span) -> Predicate:
    """`left operator right`. `value_span` is that of the constant, or of the right side where there is none."""
    if isinstance(left, Literal) and not isinstance(right, Literal):
        return compared(right, _FLIPPED.get(T(operator), operator), left, value_span, span)
    if isinstance(right, Literal):
        return _with_constant(left, operator, right.value, value_span, span)
    return _of_two(operand(left), operator, operand(right), value_span, span)


def _with_constant(left: Node, operator: int, value: Scalar | None, value_span: Span, span: Span) -> Predicate:
    negated = operator == T.NEQ
    equality = negated or operator == T.EQ
    if value is None:
        if not equality:
            return _order_with_null(left, value_span, span)
        there = Test(operand(left), Present(), span=span)
        return there if negated else Not(there, span)
    if left == Literal(None) and not equality:
        return Const(None, span)
    if equality:
        if isinstance(value, bool) and _is_condition(left):
            held = condition(left, span)
            return held if value is not negated else Not(held, span)
        test = Test(operand(left), Equals(value, Case.SENSITIVE, value_span), span=span)
        return Not(test, span) if negated else test
    bound = Bound(value, operator in (T.LTE, T.GTE))
    if operator in (T.GT, T.GTE):
        return Test(operand(left), Range(bound, None, value_span), span=span)
    return Test(operand(left), Range(None, bound, value_span), span=span)


def _order_with_null(left: Node, value_span: Span, span: Span) -> Predicate:
    """`left < null` and its like: null where the other side is constant, too.

    Elasticsearch folds a comparison of constants, and null has no order (`Comparisons.compare`; section
    `null_comparison` of `test_folding.toml`, of which `test_unsupported.toml` takes `==` and `!=` alone out). Against a
    field it would make a range without bounds, which finds every event that has the field; that is refused here.
    """
    if has_field(operand(left)):
        raise problem("null-operand", "null has no order", *value_span, hint="compare with `==` or `!=`")
    return Const(None, span)


def _is_condition(node: Node) -> bool:
    """Whether an expression is Boolean by its form, a field not counted."""
    if isinstance(node, Call):
        return kind_of(node.function) is Kind.BOOLEAN
    return not is_operand(node)


def _of_two(left: Operand, operator: int, right: Operand, right_span: Span, span: Span) -> Predicate:
    if has_field(left) and has_field(right) and not (is_optional(left) or is_optional(right)):
        raise problem(
            "field-comparison",
            "Elasticsearch compares with constants only, not with another field",
            *right_span,
            hint="`startsWith`, `endsWith` and `stringContains` take two fields",
        )
    if operator in (T.EQ, T.NEQ) and isinstance(left, Field) and isinstance(right, Field):
        test = Test(left, FieldRef(right.path, Relation.EQUALS, Case.SENSITIVE, right_span), span=span)
    else:
        test = Test(Call(_ORDER[T(operator)], (left, right)), Equals(True, Case.SENSITIVE, span), span=span)
    return Not(test, span) if operator == T.NEQ else test


def has_field(node: Operand) -> bool:
    """Whether a field takes part in a value."""
    if isinstance(node, Call):
        return any(has_field(argument) for argument in node.arguments)
    return isinstance(node, Field | EventCategory)


def is_optional(node: Operand) -> bool:
    """Whether a value is made of optional fields only: where no such field exists it is null, and thus a constant."""
    if isinstance(node, Call):
        return all(is_optional(argument) for argument in node.arguments)
    return isinstance(node, Literal) or (isinstance(node, Field) and node.optional)


def member(subject: Operand, elements: tuple[Operand, ...], case: Case, span: Span) -> Predicate:
    """`subject in (…)` where some element is computed."""
    return Test(Call("in", (subject, *elements), case), Equals(True, Case.SENSITIVE, span), span=span)


def called(name: str, arguments: tuple[Operand, ...], case: Case, value_spans: tuple[Span, ...], span: Span) -> Node:
    """A function call: a test of a field where the representation has a matcher for it, else a computed value."""
    first, second = arguments[0], arguments[1] if len(arguments) > 1 else None
    if isinstance(first, Field) and second is not None:
        if name == "cidrMatch":
            blocks = [argument.value for argument in arguments[1:] if isinstance(argument, Literal)]
            if len(blocks) == len(arguments) - 1:
                checked = tuple(map(_network, blocks, value_spans[1:]))
                where = Span(value_spans[1].start, value_spans[-1].end)
                return Test(first, InNetwork(checked, where), span=span)
        relation = _RELATIONS.get(name)
        if relation is not None:
            matcher = _related(relation, second, case, value_spans[1])
            if matcher is not None:
                return Test(first, matcher, span=span)
    return Call(name, arguments, case)


_RELATIONS = {
    "startsWith": Relation.STARTSWITH,
    "endsWith": Relation.ENDSWITH,
    "stringContains": Relation.CONTAINS,
}


def _related(relation: Relation, reference: Operand, case: Case, span: Span) -> Matcher | None:
    if isinstance(reference, Field) and not reference.optional:  # a reference does not keep the mark
        return FieldRef(reference.path, relation, case, span)
    if isinstance(reference, Literal) and isinstance(reference.value, str):
        return _affix(relation, reference.value, case, span)
    return None


def _affix(relation: Relation, text: str, case: Case, span: Span) -> Matcher:
    """`startsWith` is a prefix query; the others are wildcard queries in which the text stands as it is.

    So `*`, `?` and `\\` in the text of `stringContains` and `endsWith` are wildcards and the escape sign of a wildcard
    query (`QueryTranslator.CaseInsensitiveScalarFunctions`: `WILDCARD + string + WILDCARD`). Elastic's own rules count
    on it: `stringContains(f, "Principal=\\\\*")` looks for `Principal=*`.
    """
    if relation is Relation.STARTSWITH:
        return like((text, Wildcard.RUN), case, span)
    return like(wildcard_query_parts(f"*{text}" if relation is Relation.ENDSWITH else f"*{text}*"), case, span)


def _network(block: Scalar | None, span: Span) -> str:
    text = str(block)
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise problem("bad-network", f"{text!r} is not a network block", *span, hint='such as "10.0.0.0/8"') from None
    return text
