"""Networks where the target has no word for them: on a field mapped as an address, a value that is a block is one."""

from __future__ import annotations

from dataclasses import replace

from isorule.ir.axes import TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import InNetwork, Matcher, OneOf, Tokens
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target


def lower_networks(predicate: Predicate, target: Target) -> Lowering:
    """Blocks as searches on address fields; exact. On other fields they are left to the emitter, which refuses.

    An emitter does not see field types: where it would write a block as a plain value, other fields are refused here.

    Raises `UnsupportedError` (`network-on-other-type`).
    """
    capabilities = target.capabilities
    searched = "InNetwork" not in capabilities.matchers and "Tokens" in capabilities.matchers
    if not searched and not capabilities.networks_need_addresses:
        return Lowering(predicate)

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, _searched)
        if matcher is test.matcher or not isinstance(test.subject, Field):
            return test
        if target.schema.type_of(test.subject.path) is FieldType.IP:
            return replace(test, matcher=matcher) if searched else test
        if capabilities.networks_need_addresses:
            message = f"{test.subject.path!r} is not of type ip and cannot be asked for a network"
            hint = "with --fields it has another type, or another name"
            raise refusal("network-on-other-type", message, span=test.span, hint=hint)
        return test

    return Lowering(rewrite_leaves(predicate, leaf))


def _searched(matcher: Matcher) -> Matcher:
    if not isinstance(matcher, InNetwork):
        return matcher
    blocks = tuple(Tokens(block, TokenMode.PHRASE, matcher.span) for block in matcher.blocks)
    return OneOf(blocks, matcher.span) if len(blocks) > 1 else blocks[0]
