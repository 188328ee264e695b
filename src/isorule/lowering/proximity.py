"""Phrases whose words may stand apart, where the target has none: all of the words, wherever they stand."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.axes import Quantifier, TokenMode
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import Near, OneOf, Tokens
from isorule.ir.predicates import Field, Predicate, Test, disjunction
from isorule.ir.resolve import all_words
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves
from isorule.lowering.target import Lowering, Target, seen


def lower_proximity(predicate: Predicate, target: Target) -> Lowering:
    """`Near` on one analyzed field as all of its words, which is wider; declared. The emitter refuses the others."""
    if "Near" in target.capabilities.matchers:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        options = test.matcher.options if isinstance(test.matcher, OneOf) else (test.matcher,)
        if not any(isinstance(option, Near) for option in options) or not _is_text(test, target):
            return test
        message = "the words of a phrase are found however far they stand apart"
        losses.append(loss("slop-left-out", seen(Effect.WIDENS, polarity), message, span=test.span))
        return disjunction(tuple(_loosened(replace(test, matcher=option), target) for option in options), test.span)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _is_text(test: Test, target: Target) -> bool:
    """Whether a test asks for any value of a field that is analyzed."""
    subject = test.subject
    if not isinstance(subject, Field) or test.quantifier is not Quantifier.ANY:
        return False
    return target.schema.type_of(subject.path) is FieldType.TEXT


def _loosened(test: Test, target: Target) -> Predicate:
    match test.matcher, test.subject:
        case Near(text, _, span), Field(path):
            analyzer = target.schema[target.schema.real_path(path)].analyzer
            return all_words(test, Tokens(text, TokenMode.ALL, span), analyzer)
        case _:
            return test
