"""What a leaf clause of Query DSL asks of a field.

Pages of https://www.elastic.co/docs/reference/query-languages/query-dsl/. Term-level clauses (`term`, `wildcard` …) are
asked of the terms of the index: of the whole value, on full text of each word, letter case as it is written.
"""

from __future__ import annotations

import re
from dataclasses import replace

from isorule.dialects.dsl.bodies import (
    check_options,
    flag,
    one_field,
    refuse_option,
    required,
    scalar,
    table,
    text,
    texts,
)
from isorule.dialects.dsl.errors import syntax_error
from isorule.dialects.dsl.json_text import Listing, Member, Node, Table, Value
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    Indexed,
    LikePart,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
    like,
)
from isorule.ir.predicates import AnyField, Const, Field, FieldGlob, Predicate, Test, disjunction
from isorule.ir.resolve import as_number
from isorule.source import Span

_HARMLESS = {"lenient", "auto_generate_synonyms_phrase_query", "zero_terms_query", "rewrite", "tie_breaker"}
"""Options about errors, synonyms and ranks; `zero_terms_query` is checked to be `none`."""
_WORD_TYPES = {"best_fields": TokenMode.ANY, "most_fields": TokenMode.ANY, "phrase": TokenMode.PHRASE}
_PIECE = re.compile(r"\\(?P<escaped>.)|(?P<wildcard>[*?])|(?P<plain>[^\\*?]+|\\)", re.DOTALL)
_BOUNDS = ("gt", "gte", "lt", "lte")
_KIBANA_DATES = "strict_date_optional_time"  # what Kibana's filters say of ISO dates, which every date field reads


def term(member: Member, span: Span) -> Predicate:
    """`term`: the value is this one."""
    asked = one_field("term", member.value)
    value, case = _value_and_case("term", asked.value, "value")
    matcher = _equals(scalar(value, "the value of term"), case, value.span)
    return Test(Field(asked.name), matcher, span=span)


def terms(member: Member, span: Span) -> Predicate:
    """`terms`: the value is one of these; an empty list finds nothing."""
    asked = one_field("terms", member.value)
    if not isinstance(asked.value, Listing):
        raise refusal("query-option", "isorule reads no terms that are looked up elsewhere", span=asked.value.span)
    options = tuple(_equals(scalar(item, "a value of terms"), Case.SENSITIVE, item.span) for item in asked.value.items)
    if not options:
        return Const(False, span)
    matcher = OneOf(options, asked.value.span) if len(options) > 1 else options[0]
    return Test(Field(asked.name), matcher, span=span)


def _equals(value: Scalar, case: Case, span: Span) -> Indexed:
    return Indexed(Equals(value, case if isinstance(value, str) else Case.SENSITIVE, span), span)


def _value_and_case(name: str, node: Node, *keys: str) -> tuple[Node, Case]:
    """The value of a term-level clause, in its short or its long form, and whether letter case counts."""
    if not isinstance(node, Table):
        return node, Case.SENSITIVE
    check_options(name, node, {*keys, "case_insensitive", "rewrite", "flags", "max_determinized_states"})
    return required(name, node, *keys), Case.INSENSITIVE if flag(node, "case_insensitive") else Case.SENSITIVE


def wildcard(member: Member, span: Span) -> Predicate:
    """`wildcard`: `*` and `?`, and a backslash that takes the next character as it is."""
    asked = one_field("wildcard", member.value)
    value, case = _value_and_case("wildcard", asked.value, "value", "wildcard")
    parts: list[LikePart] = []
    for found in _PIECE.finditer(text(value, "the value of wildcard")):
        parts.append(Wildcard(found["wildcard"]) if found["wildcard"] else found["escaped"] or found["plain"])
    return Test(Field(asked.name), Indexed(like(tuple(parts), case, value.span), value.span), span=span)


def prefix(member: Member, span: Span) -> Predicate:
    """`prefix`: the value starts with this text."""
    asked = one_field("prefix", member.value)
    value, case = _value_and_case("prefix", asked.value, "value", "prefix")
    matcher = like((text(value, "the value of prefix"), Wildcard.RUN), case, value.span)
    return Test(Field(asked.name), Indexed(matcher, value.span), span=span)


def regexp(member: Member, span: Span) -> Predicate:
    """`regexp`: the whole value matches an expression in Lucene's syntax, all of its operators on."""
    asked = one_field("regexp", member.value)
    value, case = _value_and_case("regexp", asked.value, "value")
    for option in asked.value.members if isinstance(asked.value, Table) else ():
        if option.name == "flags" and not (isinstance(option.value, Value) and option.value.value in ("ALL", "")):
            refuse_option("regexp", option)
    pattern = text(value, "the value of regexp")
    matcher = Regex(pattern, RegexFlavor.LUCENE, case, anchored=True, dotall=True, span=value.span)
    if case is Case.INSENSITIVE:
        return Test(Field(asked.name), Indexed(matcher, value.span), span=span)
    return Test(Field(asked.name), replace(matcher, case=Case.MAPPED), span=span)


def value_range(member: Member, span: Span) -> Predicate:
    """`range`: the value lies between bounds, each of which may be missing or null."""
    asked = one_field("range", member.value)
    body = table(asked.value, "the range of a field")
    check_options("range", body, (*_BOUNDS, "format"))
    for option in body.members:
        if option.name == "format" and not (isinstance(option.value, Value) and option.value.value == _KIBANA_DATES):
            refuse_option("range", option)
    lower, upper = (_bound(body, *keys) for keys in (("gt", "gte"), ("lt", "lte")))
    matcher = Present() if lower is None and upper is None else Range(lower, upper, body.span)
    return Test(Field(asked.name), matcher, span=span)


def _bound(body: Table, exclusive: str, inclusive: str) -> Bound | None:
    given = [member for member in body.members if member.name in (exclusive, inclusive)]
    if len(given) > 1:
        raise syntax_error("conflicting-bounds", f"a range has {exclusive} or {inclusive}, not both", given[1].span)
    if not given or (isinstance(given[0].value, Value) and given[0].value.value is None):
        return None
    return Bound(scalar(given[0].value, "a bound of a range"), given[0].name == inclusive)


def exists(member: Member, span: Span) -> Predicate:
    """`exists`: the field, or one of the fields of a pattern, has a value."""
    body = table(member.value, "exists")
    check_options("exists", body, {"field"})
    return Test(named(text(required("exists", body, "field"), "the field of exists")), Present(), span=span)


def named(name: str) -> Field | FieldGlob:
    """The field, or the fields of a pattern, where a clause takes patterns."""
    return FieldGlob(name) if "*" in name else Field(name)


def match(member: Member, span: Span) -> Predicate:
    """`match`: any or all of the words."""
    asked = one_field("match", member.value)
    if isinstance(asked.value, Table):
        check_options("match", asked.value, {"query", "operator", *_HARMLESS})
        mode = _operator("match", asked.value)
        return Test(Field(asked.name), _words(required("match", asked.value, "query"), mode), span=span)
    return Test(Field(asked.name), _words(asked.value, TokenMode.ANY), span=span)


def match_phrase(member: Member, span: Span) -> Predicate:
    """`match_phrase`: the words side by side, or so far apart as its `slop` says."""
    asked = one_field("match_phrase", member.value)
    value, slop = asked.value, 0
    if isinstance(value, Table):
        check_options("match_phrase", value, {"query", "slop", *_HARMLESS})
        _check_zero_terms("match_phrase", value)
        slop = _slop(value)
        value = required("match_phrase", value, "query")
    return Test(Field(asked.name), _words(value, TokenMode.PHRASE, slop), span=span)


def multi_match(member: Member, span: Span) -> Predicate:
    """`multi_match`: words or a phrase in one of the fields; without fields, in those that the index searches."""
    body = table(member.value, "multi_match")
    check_options("multi_match", body, {"query", "fields", "type", "operator", "slop", *_HARMLESS})
    kind = body.get("type")
    mode = TokenMode.ANY
    if kind is not None:
        found = _WORD_TYPES.get(text(kind, "the type of multi_match"))
        if found is None:
            refuse_option("multi_match", _member(body, "type"))
        mode = found
    operator = _operator("multi_match", body)
    if mode is TokenMode.ANY:
        mode = operator
    matcher = _words(required("multi_match", body, "query"), mode, _slop(body))
    fields = body.get("fields")
    return in_fields([] if fields is None else texts(fields, "a field"), matcher, span)


def in_fields(names: list[str], matcher: Matcher, span: Span | None) -> Predicate:
    """A test of one of the fields, whose weights (`name^2`) only rank; without fields, of any field."""
    if not names:
        return Test(AnyField(), matcher, span=span)
    return disjunction(tuple(Test(named(name.partition("^")[0]), matcher, span=span) for name in names), span)


def _operator(name: str, body: Table) -> TokenMode:
    _check_zero_terms(name, body)
    operator = body.get("operator")
    if operator is None:
        return TokenMode.ANY
    match text(operator, "the operator").lower():
        case "or":
            return TokenMode.ANY
        case "and":
            return TokenMode.ALL
        case _:
            raise syntax_error("wrong-type", "the operator is `and` or `or`", operator.span)


def _check_zero_terms(name: str, body: Table) -> None:
    node = body.get("zero_terms_query")
    if node is not None and not (isinstance(node, Value) and node.value in ("none", "NONE")):
        refuse_option(name, _member(body, "zero_terms_query"))


def _slop(body: Table) -> int:
    """How far the words of a phrase may stand apart: a number, or a text that writes one, fractions left out."""
    node = body.get("slop")
    if node is None:
        return 0
    given = scalar(node, "the slop of a phrase")
    number = as_number(given) if isinstance(given, str) else given
    if number is None or isinstance(number, bool) or not -1 < number < 2**31:
        raise syntax_error("wrong-type", "the slop of a phrase is a number from 0 to 2147483647", node.span)
    return int(number)


def _member(body: Table, key: str) -> Member:
    return next(member for member in body.members if member.name == key)


def _words(node: Node, mode: TokenMode, slop: int = 0) -> Matcher:
    """What full-text clauses do with a value; null is met by none. `slop` counts for phrases only."""
    if isinstance(node, Value) and node.value is None:
        return Complement(Present(), node.span)
    value = scalar(node, "what is searched for")
    if not isinstance(value, str):
        return Equals(value, span=node.span)
    return Near(value, slop, node.span) if slop and mode is TokenMode.PHRASE else Tokens(value, mode, node.span)
