"""Regular expressions in the target's flavor."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import IsoruleError, UnsupportedError
from isorule.ir.losses import refusal
from isorule.ir.matchers import Matcher, Regex
from isorule.ir.predicates import Predicate, Test
from isorule.ir.regex import translate
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target


def lower_regex(predicate: Predicate, target: Target) -> Lowering:
    """Every expression translated to a flavor of the target; exact, or refused with the feature that has no form."""
    flavors = target.capabilities.regex_flavors
    if not flavors:
        return Lowering(predicate)
    wanted = min(flavors, key=lambda flavor: flavor.value)

    def change(matcher: Matcher) -> Matcher:
        if not isinstance(matcher, Regex) or matcher.flavor in flavors:
            return matcher
        try:
            return replace(translate(matcher, wanted), span=matcher.span)
        except UnsupportedError as error:
            raise UnsupportedError(replace(error.diagnostic, span=matcher.span)) from error
        except IsoruleError as error:
            message = f"the regular expression cannot be read: {error.diagnostic.message}"
            raise refusal("regex-not-readable", message, span=matcher.span) from error

    def leaf(test: Test, _polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, change)
        return test if matcher is test.matcher else replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf))
