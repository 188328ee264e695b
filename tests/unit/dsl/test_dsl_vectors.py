"""Runs the vectors of `tests/vectors/dsl`: predicates as exact Query DSL, and what is refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from isorule.diagnostics import UnsupportedError
from isorule.dialects.dsl import DSL
from isorule.ir import axes, matchers, predicates
from isorule.ir.detections import Match
from isorule.ir.predicates import Predicate

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "dsl" / "leaves.toml").read_text(encoding="utf-8"))
NAMES = {**vars(axes), **vars(matchers), **vars(predicates)}


def predicate(notation: str) -> Predicate:
    """The predicate that a vector writes in the notation of the representation."""
    return eval(notation.replace("\n", " "), NAMES)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS["cases"]])
def test_predicate_is_written_exactly(case: dict[str, str]) -> None:
    emission = DSL.emit(Match(predicate(case["where"])))
    assert json.loads(emission.text) == json.loads(case["dsl"])
    assert emission.losses == ()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["where"]) for case in VECTORS["refusals"]])
def test_predicate_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        DSL.emit(Match(predicate(case["where"])))
    assert caught.value.diagnostic.name == case["error"]
