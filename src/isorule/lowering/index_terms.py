"""Terms of the index of a field of full text, which are words: where a target asks them, and where it does not.

Query DSL's `term`, `wildcard`, `prefix` and `regexp` are not analyzed, but the terms of a text field are its words.
https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-term-query
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.analyzers import Analyzer
from isorule.ir.axes import Case
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import Equals, Indexed, Like, Matcher, Regex
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.ir.words import searched
from isorule.lowering.case import searches_letters
from isorule.lowering.target import Lowering, Target, seen


def search_index_terms(predicate: Predicate, target: Target) -> Lowering:
    """Terms without letter case as searches, for targets that do not ask the terms of the index; declared.

    What `ir.resolve` has left has letters with more than one lower case, which an analyzer does not make one.
    """
    if "Indexed" in target.capabilities.matchers:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, searched)
        if matcher is test.matcher:
            return test
        message = "words are searched in lower case, in which a long s and an s are two letters"
        losses.append(loss("index-term-searched", seen(Effect.NARROWS, polarity), message, span=test.span))
        return replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def ask_index_terms(predicate: Predicate, target: Target) -> Lowering:
    """Tests of whole values of full text as tests of its words, for targets that ask the index; declared."""
    if "Indexed" not in target.capabilities.matchers:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        subject = test.subject
        info = target.schema[target.schema.real_path(subject.path)] if isinstance(subject, Field) else None
        if info is None or info.type is not FieldType.TEXT:
            return test
        matcher = rewrite_matchers(test.matcher, lambda inner: _asked(inner, test, info.analyzer, losses))
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(dict.fromkeys(losses)))


def _asked(matcher: Matcher, test: Test, analyzer: Analyzer, losses: list[Loss]) -> Matcher:
    match matcher:
        case Equals(str() | int() | float()) | Like() | Regex() if _is_whole(matcher):
            if not (isinstance(matcher, Like) and searches_letters(matcher, analyzer)):
                message = "the field is full text here: each of its words is asked, not the whole value"
                losses.append(loss("whole-value-on-text", Effect.CHANGES, message, span=test.span))
            return Indexed(matcher, matcher.span)
        case _:
            return matcher


def _is_whole(matcher: Equals | Like | Regex) -> bool:
    """Whether a test is one of the whole value: not of what the mapping makes of it, nor of a Boolean."""
    return matcher.case is not Case.MAPPED and not (isinstance(matcher, Equals) and isinstance(matcher.value, bool))
