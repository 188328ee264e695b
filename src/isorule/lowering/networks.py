"""Networks where the target has no word for them: on a field mapped as an address, a search for a block is one."""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.axes import TokenMode
from isorule.ir.matchers import InNetwork, Matcher, OneOf, Tokens
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target


def lower_networks(predicate: Predicate, target: Target) -> Lowering:
    """Blocks as searches on address fields; exact. On other fields they are left to the emitter, which refuses."""
    matchers = target.capabilities.matchers
    if "InNetwork" in matchers or "Tokens" not in matchers:
        return Lowering(predicate)

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        subject = test.subject
        if not isinstance(subject, Field) or target.schema.type_of(subject.path) is not FieldType.IP:
            return test
        matcher = rewrite_matchers(test.matcher, _searched)
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf))


def _searched(matcher: Matcher) -> Matcher:
    if not isinstance(matcher, InNetwork):
        return matcher
    blocks = tuple(Tokens(block, TokenMode.PHRASE, matcher.span) for block in matcher.blocks)
    return OneOf(blocks, matcher.span) if len(blocks) > 1 else blocks[0]
