"""Query DSL to a detection.

https://www.elastic.co/docs/reference/query-languages/query-dsl. Read are the clauses that say which events match; those
that rank, look elsewhere or run scripts are refused. Tests are two-valued and hold if any value meets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isorule.dialects.dsl import reading
from isorule.dialects.dsl.bodies import RANKING, check_options, refuse_option, required, table, text
from isorule.dialects.dsl.errors import syntax_error
from isorule.dialects.dsl.json_text import Listing, Member, Node, Table, Value, read_json
from isorule.dialects.dsl.query_strings import query_string
from isorule.ir.detections import Match
from isorule.ir.losses import refusal
from isorule.ir.predicates import And, Const, Nested, Not, Or, Predicate, conjunction, disjunction
from isorule.source import Span

MAX_DEPTH = 120
"""How deep clauses may nest: deeper than what the emitter writes, and four times what Elasticsearch runs."""

_LEAVES: dict[str, Callable[[Member, Span], Predicate]] = {
    "term": reading.term,
    "terms": reading.terms,
    "wildcard": reading.wildcard,
    "prefix": reading.prefix,
    "regexp": reading.regexp,
    "range": reading.value_range,
    "exists": reading.exists,
    "match": reading.match,
    "match_phrase": reading.match_phrase,
    "multi_match": reading.multi_match,
}
_OCCURRENCES = ("must", "filter", "should", "must_not")


def parse(text: str) -> Match:
    """The detection that a query in JSON states, bare or as the `query` of a search; spans count code points of `text`.

    Raises `ParseError` for what is no JSON or no query (see `errors.CODES`), and `UnsupportedError` for clauses and
    options that isorule does not read (`query-clause`, `query-option`, `minimum-should-match`).
    """
    root = table(read_json(text), "a query")
    if "query" in root.names:
        for member in root.members:
            if member.name != "query":
                raise refusal("query-option", f"isorule reads no {member.name!r} of a search", span=member.span)
        root = table(root.members[0].value, "a query")
    return Match(_Reader(text).query(root, 0))


class _Reader:
    """Reads the clauses of one JSON text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def query(self, node: Node, depth: int) -> Predicate:
        """The predicate of a clause: an object with the name of the clause as its one key."""
        clauses = table(node, "a query").members
        if len(clauses) != 1:
            message = f"a query has the name of one clause as its key, not {len(clauses)} keys"
            raise syntax_error("not-a-query", message, node.span, "several queries are joined by bool")
        (member,) = clauses
        span = node.span
        if depth > MAX_DEPTH:
            raise syntax_error("nested-too-deep", f"clauses nest deeper than {MAX_DEPTH} levels", member.span)
        if member.name in _LEAVES:
            return _LEAVES[member.name](member, span)
        match member.name:
            case "match_all" | "match_none":
                check_options(member.name, table(member.value, member.name), ())
                return Const(member.name == "match_all", span)
            case "bool":
                return self._bool(table(member.value, "bool"), span, depth + 1)
            case "nested":
                return self._nested(table(member.value, "nested"), span, depth + 1)
            case "constant_score":
                body = table(member.value, "constant_score")
                check_options("constant_score", body, {"filter"})
                return self.query(required("constant_score", body, "filter"), depth + 1)
            case "dis_max":
                body = table(member.value, "dis_max")
                check_options("dis_max", body, {"queries", "tie_breaker"})
                return disjunction(self._queries(required("dis_max", body, "queries"), depth + 1), span)
            case "query_string":
                return query_string(member, self.text, span)
            case name:
                raise refusal("query-clause", f"isorule does not read the clause {name!r}", span=span)

    def _nested(self, body: Table, span: Span, depth: int) -> Predicate:
        check_options("nested", body, {"path", "query", "score_mode", "ignore_unmapped", "inner_hits"})
        path = text(required("nested", body, "path"), "the path of nested")
        return Nested(path, self.query(required("nested", body, "query"), depth), span)

    def _bool(self, body: Table, span: Span, depth: int) -> Predicate:
        """All of `must` and `filter`, none of `must_not`, and enough of `should`; without clauses, everything."""
        terms: list[Predicate] = []
        for member in body.members:
            match member.name:
                case "must" | "filter":
                    terms += self._queries(member.value, depth)
                case "must_not":
                    terms += [Not(term, term.span) for term in self._queries(member.value, depth)]
                case "should":
                    options = self._queries(member.value, depth)
                    needed = _needed(body, len(options))
                    terms += [] if needed == 0 else [_at_least(needed, options, body, member)]
                case "adjust_pure_negative" if isinstance(member.value, Value) and member.value.value is True:
                    pass
                case "minimum_should_match":
                    pass
                case name if name not in RANKING:
                    refuse_option("bool", member)
        return conjunction(tuple(_flat(terms, And)), span)

    def _queries(self, node: Node, depth: int) -> tuple[Predicate, ...]:
        items = node.items if isinstance(node, Listing) else (node,)
        return tuple(self.query(item, depth) for item in items)


def _flat(terms: list[Predicate] | tuple[Predicate, ...], kind: type[And] | type[Or]) -> Iterator[Predicate]:
    for term in terms:
        if isinstance(term, And | Or) and isinstance(term, kind):
            yield from term.terms
        else:
            yield term


def _needed(body: Table, options: int) -> int:
    """How many of the optional clauses an event must meet.

    Without `minimum_should_match` none beside required clauses, else one; and one is needed in any case where nothing
    is required, since Lucene finds no event by excluded clauses alone.
    """
    required_too = any(_has_clauses(body.get(name)) for name in ("must", "filter"))
    node = body.get("minimum_should_match")
    if options == 0:
        return 0
    if node is None:
        return 0 if required_too else 1
    least = _count(node, options)
    return max(least, 0 if required_too else 1)


def _has_clauses(node: Node | None) -> bool:
    return node is not None and not (isinstance(node, Listing) and not node.items)


def _count(node: Node, options: int) -> int:
    """A number of clauses, below zero counted from all of them, or a percentage."""
    value = node.value if isinstance(node, Value) else None
    spec = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    number = spec.strip().removesuffix("%")
    try:
        count = int(number)
    except ValueError:
        message = "isorule reads a number or a percentage as minimum_should_match"
        raise refusal("minimum-should-match", message, span=node.span) from None
    if spec.strip().endswith("%"):
        share = int(options * abs(count) / 100)
        count = share if count >= 0 else -share
        return max(options + count if number.startswith("-") else count, 0)
    return max(options + count if count < 0 else count, 0)


def _at_least(needed: int, options: tuple[Predicate, ...], body: Table, should: Member) -> Predicate:
    span = should.value.span
    if needed == 1:
        return disjunction(tuple(_flat(options, Or)), span)
    if needed == len(options):
        return conjunction(tuple(_flat(options, And)), span)
    if needed > len(options):
        return Const(False, span)
    least = body.get("minimum_should_match")
    message = f"at least {needed} of {len(options)} clauses is neither one of them nor all of them"
    raise refusal("minimum-should-match", message, span=should.span if least is None else least.span)
