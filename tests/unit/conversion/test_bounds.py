"""What a conversion is seen to change lies within what it declares, and within the limit."""

from __future__ import annotations

import pytest

import isorule
from isorule.conversion.bounds import UndeclaredDifferenceError, declared, observed, require_declared, require_within
from isorule.conversion.result import MaxLoss
from isorule.diagnostics import Effect
from isorule.ir.losses import Loss, loss
from isorule.verification import Verdict, VerdictKind, Witness

WIDER, NARROWER, DIVERGENT = VerdictKind.WIDER, VerdictKind.NARROWER, VerdictKind.DIVERGENT
ALERT = ((0,),)
RULE = """
title: Any
logsource: {category: process_creation, product: windows}
detection: {s: {Image: a.exe}, condition: s}
"""


def losses(*effects: Effect) -> tuple[Loss, ...]:
    return tuple(loss("case-folded", effect, "letter case") for effect in effects)


@pytest.mark.parametrize(
    ("kind", "effects", "within"),
    [
        (WIDER, (Effect.WIDENS,), True),
        (WIDER, (Effect.CHANGES,), True),
        (WIDER, (Effect.NARROWS,), False),
        (WIDER, (Effect.COSMETIC,), False),
        (WIDER, (), False),
        (NARROWER, (Effect.NARROWS,), True),
        (NARROWER, (Effect.WIDENS,), False),
        (DIVERGENT, (Effect.WIDENS,), False),
        (DIVERGENT, (Effect.WIDENS, Effect.NARROWS), True),
        (DIVERGENT, (Effect.CHANGES,), True),
        (VerdictKind.EQUIVALENT, (), True),
        (VerdictKind.IDENTICAL, (Effect.NARROWS,), True),
        (VerdictKind.UNDECIDED, (), True),
    ],
)
def test_an_effect_that_is_seen_must_be_declared(kind: VerdictKind, effects: tuple[Effect, ...], within: bool) -> None:
    verdict = Verdict(kind, "why")
    if within:
        require_declared(verdict, losses(*effects))
        assert observed(verdict) <= declared(losses(*effects))
    else:
        with pytest.raises(UndeclaredDifferenceError) as caught:
            require_declared(verdict, losses(*effects))
        assert caught.value.diagnostic.name == "undeclared-difference"
        assert "why" in caught.value.diagnostic.message


def test_a_witness_counts_where_the_other_direction_is_open() -> None:
    verdict = Verdict(VerdictKind.UNDECIDED, "open", (Witness(({},), ALERT, (), "only the first"),))
    with pytest.raises(UndeclaredDifferenceError):
        require_declared(verdict, losses(Effect.WIDENS))
    require_declared(verdict, losses(Effect.NARROWS))


@pytest.mark.parametrize(
    ("kind", "limit", "within"),
    [
        (WIDER, MaxLoss.WIDENS, True),
        (WIDER, MaxLoss.COSMETIC, False),
        (NARROWER, MaxLoss.WIDENS, False),
        (NARROWER, MaxLoss.ANY, True),
        (DIVERGENT, MaxLoss.WIDENS, False),
        (VerdictKind.IDENTICAL, MaxLoss.NONE, True),
    ],
)
def test_an_effect_over_the_limit_is_refused(kind: VerdictKind, limit: MaxLoss, within: bool) -> None:
    if within:
        require_within(Verdict(kind, "why"), limit)
    else:
        with pytest.raises(isorule.UnsupportedError) as caught:
            require_within(Verdict(kind, "why"), limit)
        assert caught.value.diagnostic.name == "verdict-over-limit"


def test_a_conversion_that_changes_more_than_it_says_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    wider = Verdict(WIDER, "a witness")
    monkeypatch.setattr("isorule.conversion.to_query.compare", lambda *_, **__: wider)
    with pytest.raises(UndeclaredDifferenceError):
        isorule.convert(rule, "eql")
