"""Clauses of a query, and what they ask of an event together.

Lucene's classic query parser knows no precedence: a query is a list of clauses, each of which an event must, should
or must not meet. `AND` makes the clause before it and the one behind it required, `NOT` and `-` make one prohibited,
`OR` does nothing (`QueryParserBase.addClause` in github.com/apache/lucene, default operator OR). An event matches if it
meets all required clauses, no prohibited one, and, where none is required, at least one that is optional; so
`a OR b AND c` is `b AND c`, and `a OR NOT b` is `a AND NOT b`. A list of prohibited clauses alone matches all other
events, also in parentheses (`Queries.fixNegativeQueryIfNeeded` in github.com/elastic/elasticsearch, for each list).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.ir.matchers import OneOf, options_of
from isorule.ir.predicates import And, AnyField, Const, Not, Or, Predicate, Subject, Test, conjunction, disjunction
from isorule.source import Span


@unique
class Occur(Enum):
    """Whether an event must meet a clause, may, or must not."""

    MUST = "must"
    SHOULD = "should"
    MUST_NOT = "must not"


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a query; `span` is that of the clause with its `NOT` or sign."""

    occur: Occur
    term: Predicate
    span: Span


class Clauses:
    """The clauses of one query or group, in the order of the text."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Clause] = []

    def add(self, clause: Clause, *, after_and: bool = False) -> None:
        """Add a clause; `after_and` if `AND` stands before it."""
        if after_and:
            last = self.found[-1]
            if last.occur is not Occur.MUST_NOT:
                self.found[-1] = replace(last, occur=Occur.MUST)
            if clause.occur is not Occur.MUST_NOT:
                clause = replace(clause, occur=Occur.MUST)
        self.found.append(clause)

    def idle(self) -> list[Clause]:
        """The optional clauses beside required ones."""
        if not any(clause.occur is Occur.MUST for clause in self.found):
            return []
        return [clause for clause in self.found if clause.occur is Occur.SHOULD]

    def joined(self, subject: Subject, span: Span) -> Predicate:
        """What the clauses ask of an event; `subject` is what the values of the group are asked of.

        Optional clauses beside required ones only rank events, and are left out; so is a required `*:*` beside others.
        """
        if all(clause.occur is Occur.SHOULD for clause in self.found):
            return _alternatives([clause.term for clause in self.found], subject, span)
        options = [clause for clause in self.found if clause.occur is Occur.SHOULD]
        if options and not any(clause.occur is Occur.MUST for clause in self.found):
            one = _alternatives([option.term for option in options], subject, _span(options))
            at = self.found.index(options[0])
            whole = Clause(Occur.MUST, one, _span(options))
            return _conjunction([*self.found[:at], whole, *self.found[at:]], span)
        return _conjunction(self.found, span)


def _span(clauses: list[Clause]) -> Span:
    return Span(clauses[0].span.start, clauses[-1].span.end)


def _conjunction(clauses: list[Clause], span: Span) -> Predicate:
    terms: list[Predicate] = []
    for clause in clauses:
        match clause.occur:
            case Occur.MUST if isinstance(clause.term, And):
                terms += clause.term.terms
            case Occur.MUST:
                terms.append(clause.term)
            case Occur.MUST_NOT:
                terms.append(Not(clause.term, clause.span))
            case Occur.SHOULD:
                pass
    needed = [term for term in terms if not isinstance(term, Const)]
    return conjunction(tuple(needed or terms[:1]), span)


def _alternatives(terms: list[Predicate], subject: Subject, span: Span) -> Predicate:
    """At least one of the terms; values of one named field are one test with a list."""
    if len(terms) == 1:
        return terms[0]
    tests = [term for term in terms if isinstance(term, Test) and term.subject == subject]
    if len(tests) < len(terms) or isinstance(subject, AnyField):
        flat = (inner for term in terms for inner in (term.terms if isinstance(term, Or) else (term,)))
        return disjunction(tuple(flat), span)
    return Test(subject, OneOf(tuple(option for test in tests for option in options_of(test.matcher)), span), span=span)
