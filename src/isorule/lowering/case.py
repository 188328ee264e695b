"""Letter case: dropped on purpose (`--case fold`), or left to the mapping where the target has no say in it (kuery)."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.analyzers import Analyzer
from isorule.ir.axes import Case, TokenMode
from isorule.ir.folding import has_case
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import Equals, Like, Matcher, Regex, Tokens, Wildcard
from isorule.ir.predicates import AnyField, Field, Predicate, Subject, Test
from isorule.ir.resolve import is_within_a_word
from isorule.ir.schema import FieldInfo, FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target, seen
from isorule.source import Span


def lower_case(predicate: Predicate, target: Target) -> Lowering:
    """Case as the target can say it."""
    if target.fold_case and Case.INSENSITIVE in target.capabilities.cases:
        return _folded(predicate)
    if Case.MAPPED in target.capabilities.cases and Case.SENSITIVE not in target.capabilities.cases:
        return _mapped(predicate, target)
    return Lowering(predicate)


def _folded(predicate: Predicate) -> Lowering:
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, _without_case)
        if matcher is test.matcher:
            return test
        message = "letter case is no longer compared"
        losses.append(loss("case-folded", seen(Effect.WIDENS, polarity), message, span=test.span))
        return replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _without_case(matcher: Matcher) -> Matcher:
    match matcher:
        case Equals(str(), Case.SENSITIVE) | Like(_, Case.SENSITIVE) if _cased(matcher):
            return replace(matcher, case=Case.INSENSITIVE)
        case _:
            return matcher


def _cased(matcher: Equals | Like | Regex) -> bool:
    if isinstance(matcher, Equals):
        return isinstance(matcher.value, str) and has_case(matcher.value)
    if isinstance(matcher, Regex):
        return has_case(matcher.pattern)
    return any(isinstance(part, str) and has_case(part) for part in matcher.parts)


def _mapped(predicate: Predicate, target: Target) -> Lowering:
    """Equality, wildcards and expressions as the mapping means them; a loss where it means something else."""
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        info = _info(test.subject, target)

        def change(matcher: Matcher) -> Matcher:
            match matcher:
                case Equals(str() as text, Case.SENSITIVE | Case.INSENSITIVE, span):
                    _declare(matcher, info, polarity, test.span, losses)
                    return Tokens(text, TokenMode.PHRASE, span)
                case Like(_, Case.SENSITIVE | Case.INSENSITIVE) | Regex(case=Case.SENSITIVE | Case.INSENSITIVE):
                    _declare(matcher, info, polarity, test.span, losses)
                    return replace(matcher, case=Case.MAPPED)
                case _:
                    return matcher

        matcher = rewrite_matchers(test.matcher, change)
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _info(subject: Subject, target: Target) -> FieldInfo | None:
    """What is known of the one field of a leaf; None for several fields at once, which may be of any type."""
    match subject:
        case Field(path):
            return target.schema[target.schema.real_path(path)]
        case AnyField():
            return None
        case _:
            return None


def _declare(
    matcher: Equals | Like | Regex, info: FieldInfo | None, polarity: Polarity, span: Span | None, losses: list[Loss]
) -> None:
    if info is not None and info.type is FieldType.TEXT:
        if isinstance(matcher, Like) and searches_letters(matcher, info.analyzer):
            return
        message = "the field is full text here: the value is found as words, not as a whole"
        losses.append(loss("whole-value-on-text", Effect.CHANGES, message, span=span))
    elif info is None:
        message = "fields are searched as each is mapped: words on full text, letter case on keywords"
        losses.append(loss("search-as-mapped", Effect.CHANGES, message, span=span))
    elif matcher.case is Case.INSENSITIVE and not info.folded and _cased(matcher):
        message = "letter case is compared on a keyword field"
        losses.append(loss("case-compared", seen(Effect.NARROWS, polarity), message, span=span))
    elif matcher.case is Case.SENSITIVE and info.folded and _cased(matcher):
        message = "letter case is not compared on a field with a lower-casing normalizer"
        losses.append(loss("case-folded", seen(Effect.WIDENS, polarity), message, span=span))


def searches_letters(matcher: Like, analyzer: Analyzer) -> bool:
    """Whether a pattern on full text is found in a word where it is found in the whole text, and nowhere else."""
    match matcher.parts:
        case (Wildcard.RUN, str() as text, Wildcard.RUN):
            return matcher.case is Case.INSENSITIVE and is_within_a_word(text, analyzer)
        case _:
            return False
