"""Computed operands that have a form without computing: the length of a text as a regular expression.

EQL counts the length of a text in UTF-16 units (a character beyond U+FFFF counts twice: Elasticsearch's
`LengthFunctionProcessor` is Java's `String.length`), an expression counts characters. The expressions here agree
with it on every text without such characters; on the others they err on the side that the whole rule matches more.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import Loss, loss
from isorule.ir.matchers import Bound, Equals, Matcher, OneOf, Range, Regex
from isorule.ir.predicates import Call, Field, Predicate, Test
from isorule.ir.walk import Polarity, rewrite_leaves
from isorule.lowering.target import Lowering, Target

_BEYOND_BMP = f"[{chr(0x10000)}-{chr(0x10FFFF)}]"
_WITHIN_BMP = f"[^{chr(0x10000)}-{chr(0x10FFFF)}]"


def lower_computed(predicate: Predicate, target: Target) -> Lowering:
    """Length comparisons as expressions where the target cannot compute; other calls are left to the emitter."""
    if "length" in target.capabilities.functions or RegexFlavor.SIGMA not in target.capabilities.regex_flavors:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        match test.subject:
            case Call("length", (Field(_, _) as subject,)):
                matcher = _by_length(test.matcher, polarity)
            case _:
                return test
        if matcher is None:
            return test
        message = "characters beyond U+FFFF count once here and twice in EQL's length"
        losses.append(loss("length-in-characters", Effect.WIDENS, message, span=test.span))
        return replace(test, subject=subject, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _by_length(matcher: Matcher, polarity: Polarity) -> Matcher | None:
    """The expression for a length; too many texts where the leaf is positive, too few where it is negated."""
    match matcher:
        case Equals(int() as count) if count >= 0:
            exact = _times(count, count, polarity)
            return _or_beyond(exact) if polarity is Polarity.POSITIVE else exact
        case Range(Bound() as lower, None):
            least = _least(lower)
            if least is None:
                return None
            exact = _counted(".", f"{{{least},}}")
            return _or_beyond(exact) if polarity is Polarity.POSITIVE else exact
        case Range(None, Bound() as upper):
            most = _most(upper)
            return None if most is None else _times(0, most, polarity)
        case _:
            return None


def _times(least: int, most: int, polarity: Polarity) -> Regex:
    unit = "." if polarity is Polarity.POSITIVE else _WITHIN_BMP
    return _counted(unit, f"{{{most}}}" if least == most else f"{{{least},{most}}}")


def _counted(unit: str, count: str) -> Regex:
    return Regex(f"^{unit}{count}$", RegexFlavor.SIGMA, dotall=unit == ".")


def _or_beyond(exact: Regex) -> OneOf:
    return OneOf((exact, Regex(_BEYOND_BMP, RegexFlavor.SIGMA)))


def _least(bound: Bound) -> int | None:
    if not isinstance(bound.value, int) or bound.value < 0:
        return None
    return bound.value if bound.inclusive else bound.value + 1


def _most(bound: Bound) -> int | None:
    if not isinstance(bound.value, int):
        return None
    most = bound.value if bound.inclusive else bound.value - 1
    return most if most >= 0 else None
