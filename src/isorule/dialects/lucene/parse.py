"""Lucene query text to a detection.

The language is that of Elasticsearch's `query_string` with its default settings
(https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query), whose grammar is
`QueryParser.jj` of Lucene's classic query parser. Tests are two-valued and hold if any value meets them; letter case
and full text are as the field is mapped.
"""

from __future__ import annotations

import re
from dataclasses import replace

from isorule.diagnostics import Diagnostic, ParseError
from isorule.dialects.lucene.clauses import Clause, Clauses, Occur
from isorule.dialects.lucene.errors import syntax_error
from isorule.dialects.lucene.escapes import unescaped
from isorule.dialects.lucene.leaves import Searched, between, bound_of, searched, term, words
from isorule.dialects.lucene.lexical import EXISTS, WHITE_SPACE
from isorule.dialects.lucene.reader import Reader
from isorule.dialects.lucene.tokens import Kind, Token
from isorule.ir.detections import Match
from isorule.ir.losses import refusal
from isorule.ir.matchers import Bound
from isorule.ir.predicates import Const, Predicate, Test
from isorule.source import Span

_VALUES = (Kind.TERM, Kind.STAR, Kind.PREFIX, Kind.WILD, Kind.REGEX, Kind.QUOTED)
_ENDS_TERMS = (Kind.COLON, Kind.STAR, Kind.FUZZY, Kind.BOOST, Kind.AND, Kind.OR)
"""A term before one of these is a clause of its own, not the last of several terms in a row."""
_JAVA_NUMBER = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?")
_MOST_SLOP = 2**31 - 1
_OCCURRENCES = {Kind.PLUS: Occur.MUST, Kind.MINUS: Occur.MUST_NOT, Kind.NOT: Occur.MUST_NOT}


def parse(text: str) -> Match:
    """The detection that a Lucene query states; spans count code points of `text`.

    A query of nothing but white space matches every event, as Kibana has it. Boosts (`^2`) rank events and are left
    out; `notes` says where. A value whose analysis leaves no word matches nothing here, where Elasticsearch leaves its
    clause out.

    Raises `ParseError` for what Elasticsearch refuses, and for a few queries that it takes but that mean nothing
    anybody can want (see `errors.CODES`); `UnsupportedError` for fuzzy searches.
    """
    return _read(text)[0]


def notes(text: str) -> tuple[Diagnostic, ...]:
    """What a query says that does not count for which events match, in the order of the text.

    Boosts (`boost-left-out`) and optional clauses beside required ones (`optional-clause-left-out`) rank events; a rule
    has no ranking. Raises as `parse` does.
    """
    return tuple(sorted(_read(text)[1], key=lambda note: note.span or Span(0, 0)))


def _read(text: str) -> tuple[Match, list[Diagnostic]]:
    if not text.strip(WHITE_SPACE):
        return Match(Const(True, Span(0, 0))), []
    reader = Reader(text)
    where = _query(reader, Searched())
    if reader.next.kind is not Kind.END:
        reader.fail_after_operand()
    return Match(where), reader.notes


def _query(reader: Reader, where: Searched) -> Predicate:
    """Clauses up to the end or a closing parenthesis."""
    start = reader.next.span.start
    clauses = Clauses()
    while True:
        if _several_terms(reader):
            span, found = _terms_in_a_row(reader, where)
            clauses.add(Clause(Occur.SHOULD, found, span))
        else:
            after_and = bool(clauses.found) and reader.take(Kind.AND) is not None
            if clauses.found and not after_and:
                reader.take(Kind.OR)
            clauses.add(_modified(reader, where), after_and=after_and)
        if reader.next.kind in (Kind.CLOSE, Kind.END):
            for clause in clauses.idle():
                message = "this clause is optional beside a required one: it ranks events, and any event may lack it"
                reader.note("optional-clause-left-out", message, clause.span)
            return clauses.joined(where.subject, Span(start, reader.end))


def _several_terms(reader: Reader) -> bool:
    """Whether terms follow each other, which reach the analyzer as one text."""
    first, second, third = reader.ahead(3)
    return first.kind is Kind.TERM and second.kind is Kind.TERM and third.kind not in _ENDS_TERMS


def _terms_in_a_row(reader: Reader, where: Searched) -> tuple[Span, Predicate]:
    first = reader.read()
    texts = [unescaped(first.image, first.span.start)]
    while reader.next.kind is Kind.TERM and reader.ahead(2)[1].kind not in _ENDS_TERMS:
        following = reader.read()
        texts.append(unescaped(following.image, following.span.start))
    span = Span(first.span.start, reader.end)
    return span, words(" ".join(texts), where, span, span)


def _modified(reader: Reader, where: Searched) -> Clause:
    """A clause with `NOT`, `!`, `-` or `+` before it, or without."""
    start = reader.next.span.start
    sign = reader.take(*_OCCURRENCES)
    found = _clause(reader, where)
    return Clause(Occur.SHOULD if sign is None else _OCCURRENCES[sign.kind], found, Span(start, reader.end))


def _clause(reader: Reader, where: Searched) -> Predicate:
    """A value or a group, with a field before it or without."""
    start = reader.next.span.start
    name, colon = reader.ahead(2)
    if colon.kind is Kind.COLON:
        if name.kind in (Kind.PREFIX, Kind.WILD):
            escaped = name.image.replace("*", "\\*")
            hint = f"escape it: {escaped}:"
            message = "an unescaped wildcard cannot stand in the name of a field"
            raise syntax_error("wildcard-in-field-name", message, name.span, hint)
        if name.kind in (Kind.TERM, Kind.STAR):
            where = searched(reader.read())
            reader.read()
    if reader.next.kind is not Kind.OPEN:
        return _value(reader, where, start)
    opening = reader.open()
    found = _query(reader, where)
    reader.close(opening)
    _boost(reader)
    return replace(found, span=Span(start, reader.end))


def _value(reader: Reader, where: Searched, start: int) -> Predicate:
    if reader.next.kind is Kind.RANGE_OPEN:
        return _range(reader, where, start)
    if reader.next.kind not in _VALUES:
        reader.fail_before_operand()
    token = reader.read()
    boosted = _boost(reader)
    distance = reader.take(Kind.FUZZY)
    if distance is not None and not boosted:
        _boost(reader)
    slop = 0 if distance is None else _slop(token, distance)
    return term(token, where, Span(start, reader.end), slop)


def _boost(reader: Reader) -> bool:
    """Read `^` and its number."""
    boost = reader.take(Kind.BOOST)
    if boost is None:
        return False
    reader.read()
    span = Span(boost.span.start, reader.end)
    reader.note("boost-left-out", "a boost ranks events, and says nothing of which events match", span)
    return True


def _slop(token: Token, distance: Token) -> int:
    """How far the words of a phrase may stand apart, which is what `~` counts there; wildcards take no notice of it.

    What Java reads as no number means side by side (`QueryParserBase.handleQuotedTerm`). Raises `UnsupportedError`
    for a term, of which `~` counts edits, and for a phrase with a number below zero, which Elasticsearch refuses.
    """
    span = Span(token.span.start, distance.span.end)
    if token.kind is Kind.TERM:
        message = "a fuzzy search finds terms that are spelled alike, which has no other form"
        raise refusal("fuzzy-search", message, span=span, hint="the character itself is written \\~")
    found = _JAVA_NUMBER.fullmatch(distance.image[1:])
    slop = 0 if token.kind is not Kind.QUOTED or found is None else int(min(float(found[1]), _MOST_SLOP))
    if slop < 0:
        raise refusal("phrase-slop", "words cannot stand less than no place apart", span=span)
    return slop


def _range(reader: Reader, where: Searched, start: int) -> Predicate:
    """`[a TO b]`; a curly bracket leaves its bound out."""
    opening = reader.read()
    texts = [_bound_text(reader)]
    if reader.take(Kind.RANGE_TO) is None:
        raise _broken_range("TO should stand between the bounds of a range", reader.next)
    texts.append(_bound_text(reader))
    closing = reader.take(Kind.RANGE_CLOSE)
    if closing is None:
        raise _broken_range("a range has two bounds", reader.next)
    value = Span(opening.span.start, closing.span.end)
    _boost(reader)
    if where.is_exists:
        message = f"{EXISTS} is followed by the name of a field, not by a range"
        raise syntax_error("exists-needs-name", message, value, "field:[1 TO *] asks for a field with such a value")
    bounds: list[Bound | None] = [
        bound_of(texts[0], opening.image == "["),
        bound_of(texts[1], closing.image == "]"),
    ]
    return Test(where.subject, between(bounds[0], bounds[1], value), span=Span(start, reader.end))


def _broken_range(message: str, token: Token) -> ParseError:
    return syntax_error("broken-range", message, token.span, "a bound with a blank is put in quotes")


def _bound_text(reader: Reader) -> str:
    token = reader.next
    if token.kind is Kind.RANGE_CLOSE:
        message = "a range has two bounds with TO between them"
        raise syntax_error("broken-range", message, token.span, "* is a bound that leaves the range open")
    reader.read()
    image, start = token.image, token.span.start
    if token.kind is Kind.RANGE_QUOTED:
        image, start = image[1:-1], start + 1
    if len(image) - len(image.rstrip("\\")) & 1:
        span = Span(start, start + len(image))
        raise syntax_error("unfinished-escape", "nothing follows the backslash", span, "a backslash is written \\\\")
    return unescaped(image, start)
