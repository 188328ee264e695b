"""The query for one matcher on one field.

Words, presence, wildcards and one-sided ranges are written as Kibana writes them for kuery (`functions/is.ts` and
`range.ts` of `kbn-es-query/src/kuery`); what kuery cannot say is written as the term-level query that says it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

from isorule.dialects.dsl import escapes
from isorule.dialects.dsl.options import IndexField, KueryOptions, Wording
from isorule.dialects.dsl.refusals import refuse_full_text
from isorule.ir.axes import Case, RegexFlavor, TokenMode
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
)
from isorule.source import Span

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Query = dict[str, Json]

_EPOCH = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field to test: what is known of it, whether its name is a pattern that nothing expands, and the settings."""

    field: IndexField
    is_pattern: bool
    options: KueryOptions
    span: Span | None

    @property
    def expands(self) -> bool:
        """Whether Elasticsearch is to expand the pattern."""
        return self.is_pattern and self.options.wording is Wording.EXACT


def is_kuery(matcher: Matcher) -> bool:
    """Whether Kibana has a query for this matcher: kuery can say it."""
    match matcher:
        case Present() | Complement(Present()) | Equals(bool()) | Tokens():
            return True
        case Equals(str(), Case.MAPPED) | Like(_, Case.MAPPED):
            return True
        case Range(lower, upper):
            return lower is None or upper is None
        case _:
            return False


def field_query(matcher: Matcher, leaf: Leaf) -> Query:
    """The query for a matcher that is not `OneOf`. Raises `UnsupportedError` for what Query DSL cannot say."""
    match matcher:
        case Present():
            return {"exists": {"field": leaf.field.name}}
        case Complement(Present()):
            return _words(None, TokenMode.ANY, leaf)
        case Tokens(text, mode):
            return _words(text, mode, leaf)
        case Near(text, slop):
            return _words(text, TokenMode.PHRASE, leaf, slop)
        case Equals(bool() as value):
            return _words(value, TokenMode.ANY, leaf)
        case Equals(str() as text, Case.MAPPED):
            return _words(text, TokenMode.PHRASE, leaf)
        case Like(case=Case.MAPPED):
            return _mapped_pattern(matcher, leaf)
        case Equals() | Like() | Regex():
            if not _is_mapped(matcher):
                refuse_full_text(leaf.field, leaf.span)
            return _term_query(matcher, leaf)
        case Indexed(inner):
            return _term_query(inner, leaf)
        case Range(case=Case.MAPPED):
            message = "a range query compares the bounds as they are written"
            raise refusal("case-mapped", message, span=leaf.span)
        case Range(lower, upper):
            return _range(lower, upper, leaf)
        case InNetwork(blocks):
            return _networks(blocks, leaf)
        case FieldRef():
            raise refusal("field-comparison", "a query compares fields with values only", span=leaf.span)
        case Complement():
            raise refusal("value-complement", "a query negates tests, not values", span=leaf.span)
        case OneOf():
            raise refusal("value-list", "alternatives within alternatives", span=leaf.span)
        case _:
            assert_never(matcher)


def any_field_query(matcher: Matcher, options: KueryOptions, span: Span | None) -> Query:
    """The query for a matcher on whatever fields the index searches by default."""
    match matcher:
        case Present():
            return {"query_string": {"query": "*"}}
        case Complement(Present()):
            return _multi_match(None, TokenMode.ANY, [])
        case Tokens(text, mode):
            return _multi_match(text, mode, [])
        case Near(text, slop):
            return _multi_match(text, TokenMode.PHRASE, [], slop)
        case Equals(bool() as value):
            return _multi_match(value, TokenMode.ANY, [])
        case Equals(str() as text, Case.MAPPED):
            return _multi_match(text, TokenMode.PHRASE, [])
        case Like(parts, Case.MAPPED):
            _refuse_leading_wildcard(matcher, options, span)
            return {"query_string": {"query": escapes.query_string(parts, options.wording, span)}}
        case _:
            message = "all fields can be searched for words and wildcards only, as each field is mapped"
            raise refusal("any-field", message, span=span)


def alternatives_query(values: list[Scalar], leaf: Leaf, *, terms: bool) -> Query:
    """The query for a value that is one of these, letter case compared; `terms` where terms of the index are meant."""
    _refuse_pattern(leaf)
    if not terms:
        refuse_full_text(leaf.field, leaf.span)
    return {"terms": {leaf.field.name: [_scalar(value, leaf.span) for value in values]}}


def _words(value: Json, mode: TokenMode, leaf: Leaf, slop: int = 0) -> Query:
    """`match`, or what stands for it on a date and on a keyword."""
    name = leaf.field.name
    if leaf.field.type == "date":
        return {"range": {name: {"gte": value, "lte": value, **_time_zone(value, leaf.options)}}}
    if leaf.field.is_keyword:
        return {"term": {name: {"value": value, **_case_option(leaf.options)}}}
    if leaf.expands:
        return _multi_match(value, mode, [name], slop)
    match mode:
        case TokenMode.ANY:
            return {"match": {name: value}}
        case TokenMode.PHRASE:
            return {"match_phrase": {name: {"query": value, "slop": slop} if slop else value}}
        case TokenMode.ALL:
            return {"match": {name: {"query": value, "operator": "and"}}}
        case _:
            assert_never(mode)


def _multi_match(value: Json, mode: TokenMode, fields: list[Json], slop: int = 0) -> Query:
    body: dict[str, Json] = {"type": "phrase" if mode is TokenMode.PHRASE else "best_fields", "query": value}
    if fields:
        body["fields"] = fields
    if mode is TokenMode.ALL:
        body["operator"] = "and"
    if slop:
        body["slop"] = slop
    body["lenient"] = True
    return {"multi_match": body}


def _mapped_pattern(matcher: Like, leaf: Leaf) -> Query:
    _refuse_leading_wildcard(matcher, leaf.options, leaf.span)
    text = escapes.query_string(matcher.parts, leaf.options.wording, leaf.span)
    if leaf.field.is_keyword:
        return {"wildcard": {leaf.field.name: {"value": text, **_case_option(leaf.options)}}}
    return {"query_string": {"fields": [leaf.field.name], "query": text}}


def _refuse_leading_wildcard(matcher: Like, options: KueryOptions, span: Span | None) -> None:
    if not options.allow_leading_wildcards and matcher.parts[0] is Wildcard.RUN:
        message = "a value must not start with a wildcard where query:allowLeadingWildcards is off"
        raise refusal("leading-wildcard", message, span=span)


def _refuse_pattern(leaf: Leaf) -> None:
    if leaf.is_pattern:
        message = f"{leaf.field.name!r} is a pattern, and nothing says which fields it stands for"
        raise refusal("field-wildcard", message, span=leaf.span)


def _is_mapped(matcher: Equals | Like | Regex) -> bool:
    return isinstance(matcher, Regex) and matcher.case is Case.MAPPED


def _term_query(matcher: Equals | Like | Regex, leaf: Leaf) -> Query:
    """The term-level query: it asks each term of the index, which is the whole value but on full text."""
    _refuse_pattern(leaf)
    match matcher:
        case Equals(value, case):
            return _term("term", _scalar(value, leaf.span), case, leaf)
        case Like(parts, case):
            return _term("wildcard", escapes.wildcard(parts, leaf.span), case, leaf)
        case Regex():
            return _regexp(matcher, leaf)
        case _:
            assert_never(matcher)


def _term(kind: str, value: Json, case: Case, leaf: Leaf) -> Query:
    """A term-level query. Elasticsearch ignores letter case as `ir.folding` does (older versions: of ASCII only).

    The empty text is asked for as it is: without letter case Lucene makes an automaton of it that accepts nothing.
    """
    body: dict[str, Json] = {"value": value}
    if case is Case.INSENSITIVE and value != "":
        body["case_insensitive"] = True
    return {kind: {leaf.field.name: body}}


def _regexp(matcher: Regex, leaf: Leaf) -> Query:
    """https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax: always the whole value."""
    if matcher.flavor is not RegexFlavor.LUCENE or matcher.multiline:
        message = "a query takes regular expressions in Lucene's syntax only"
        raise refusal("regex-flavor", message, span=leaf.span)
    pattern = matcher.pattern if matcher.anchored else f".*({matcher.pattern}).*"
    return _term("regexp", pattern, matcher.case, leaf)


def _range(lower: Bound | None, upper: Bound | None, leaf: Leaf) -> Query:
    if leaf.expands:
        _refuse_pattern(leaf)
    body: dict[str, Json] = {}
    if lower is not None:
        body["gte" if lower.inclusive else "gt"] = _scalar(lower.value, leaf.span)
    if upper is not None:
        body["lte" if upper.inclusive else "lt"] = _scalar(upper.value, leaf.span)
    if not body:
        raise refusal("range-without-bounds", "a range needs a bound", span=leaf.span)
    if leaf.field.type == "date":
        values = [bound.value for bound in (lower, upper) if bound is not None]
        body |= _time_zone(values[0], leaf.options)
    return {"range": {leaf.field.name: body}}


def _networks(blocks: tuple[str, ...], leaf: Leaf) -> Query:
    """Fields of type ip take a block where an address may stand, and mask it themselves."""
    _refuse_pattern(leaf)
    if leaf.field.es_types and leaf.field.es_types != ("ip",):
        message = f"{leaf.field.name!r} is not of type ip and cannot be asked for a network"
        raise refusal("network-on-other-type", message, span=leaf.span)
    if len(blocks) == 1:
        return {"term": {leaf.field.name: {"value": blocks[0]}}}
    return {"terms": {leaf.field.name: list(blocks)}}


def _scalar(value: Scalar, span: Span | None) -> Json:
    if isinstance(value, float) and value - value != 0:
        raise refusal("number-not-finite", f"{value!r} is no number of JSON", span=span)
    return value


def _time_zone(value: Json, options: KueryOptions) -> dict[str, Json]:
    """The time zone of a date without one; milliseconds since 1970 have none."""
    is_epoch = isinstance(value, int | float) or (isinstance(value, str) and _EPOCH.fullmatch(value) is not None)
    return {} if is_epoch or options.date_format_tz is None else {"time_zone": options.date_format_tz}


def _case_option(options: KueryOptions) -> dict[str, Json]:
    return {} if options.case_insensitive is None else {"case_insensitive": options.case_insensitive}
