"""Full text where the target has no analyzer of its own.

On a field mapped as text, a value without letter case is found as a phrase there (see `ir.resolve`), so a phrase
is written as that value: the same on an Elastic index, and only there. A wildcard that is searched word by word has no
such form; it becomes a search for the same letters anywhere in the value, which holds wherever the word is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from isorule.diagnostics import Effect
from isorule.ir.analyzers import STANDARD, Analyzer, Runs
from isorule.ir.axes import Case, TokenMode
from isorule.ir.folding import fold
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, Near, Tokens, Wildcard, like
from isorule.ir.predicates import AnyField, Field, Predicate, Subject, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target, seen


def lower_full_text(predicate: Predicate, target: Target) -> Lowering:
    """Word searches as values, for targets that leave the search to the field's mapping; declares each.

    Targets that neither search words nor leave that to the mapping have no form for tests of analyzed fields at all.
    """
    if "Tokens" in target.capabilities.matchers:
        return Lowering(predicate)
    if not target.capabilities.values_as_mapped:
        return Lowering(rewrite_leaves(predicate, lambda test, _: _unless_analyzed(test, target)))
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        change = _change(test.subject, target)
        if change is None:
            return test
        found: list[Loss] = []
        matcher = rewrite_matchers(test.matcher, lambda inner: change(inner, polarity, found))
        losses.extend(found[:1])
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _unless_analyzed(test: Test, target: Target) -> Test:
    """The test, if its field is not analyzed: EQL refuses text fields (Elasticsearch's EQL limitations)."""
    subject = test.subject
    if isinstance(subject, Field) and target.schema.type_of(subject.path) is FieldType.TEXT:
        message = f"{subject.path} is full text in its mapping, which {target.capabilities.dialect} does not search"
        raise refusal("full-text", message, span=test.span)
    return test


_Change = Callable[[Matcher, Polarity, list[Loss]], Matcher]


def _change(subject: Subject, target: Target) -> _Change | None:
    """How the matchers of a subject are rewritten; None for a subject that holds no full text."""
    match subject:
        case AnyField():
            return _as_keyword
        case Field(path) if target.schema.type_of(path) is FieldType.TEXT:
            return partial(_as_value, analyzer=target.schema[target.schema.real_path(path)].analyzer)
        case _:
            return None


def _as_keyword(matcher: Matcher, polarity: Polarity, losses: list[Loss]) -> Matcher:
    """A search in all fields as keywords: they find letters anywhere in a value, the search words and whole values."""
    match matcher:
        case Like(parts, Case.MAPPED, span):
            pass
        case Tokens(text, TokenMode.PHRASE | TokenMode.ANY, span) if text.isalnum():
            parts = (text,)
        case Tokens(text, _, span) | Near(text, _, span):
            raise refusal("free-text-phrase", f"keywords cannot say the phrase {text!r}", span=span)
        case _:
            return matcher
    message = "a search in all fields becomes a search for the same letters anywhere in a value"
    losses.append(loss("words-as-substring", seen(_effect(parts), polarity), message, span=span))
    return like((Wildcard.RUN, *parts, Wildcard.RUN), Case.INSENSITIVE, span)


def _effect(parts: tuple[LikePart, ...], analyzer: Analyzer = STANDARD) -> Effect:
    """What a search for letters anywhere does in the place of a search for words.

    It finds more; but where it asks for an i, it misses the İ, which an analyzer lower-cases to that letter (Lucene,
    LowerCaseFilter) and which without letter case is one of its own (Unicode, CaseFolding). Words that are ASCII alone
    have none.
    """
    if isinstance(analyzer, Runs):
        return Effect.WIDENS
    return Effect.CHANGES if any(isinstance(part, str) and "i" in fold(part) for part in parts) else Effect.WIDENS


def _as_value(matcher: Matcher, polarity: Polarity, losses: list[Loss], *, analyzer: Analyzer) -> Matcher:
    match matcher:
        case Tokens(text, TokenMode.PHRASE, span):
            message = "the value is found as words: the field is full text in its mapping"
            losses.append(loss("found-as-words", Effect.COSMETIC, message, span=span))
            return Equals(text, Case.INSENSITIVE, span)
        case Tokens(text, _, span):
            raise refusal("words-not-split", f"the words of {text!r} are split by rules of its script", span=span)
        case Like(parts, Case.MAPPED, span):
            message = "a wildcard that is searched word by word becomes a search anywhere in the value"
            losses.append(loss("words-as-substring", seen(_effect(parts, analyzer), polarity), message, span=span))
            return like((Wildcard.RUN, *parts, Wildcard.RUN), Case.INSENSITIVE, span)
        case _:
            return matcher
