"""Every conversion of both corpora changes no more than it declares."""

from __future__ import annotations

import measure
import pytest

import isorule
from isorule.conversion.bounds import UndeclaredDifferenceError

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not measure.ELASTIC.is_dir(), reason=f"the rule corpora are not at {measure.SHARED}"),
]


@pytest.mark.parametrize(("side", "to", "least"), [("elastic", "sigma", 1_100), ("sigma", "elastic", 2_800)])
def test_no_conversion_changes_more_than_it_declares(side: str, to: str, least: int) -> None:
    paths = measure.elastic_files() if side == "elastic" else measure.sigma_files()
    undeclared: list[str] = []
    converted = 0
    for rule in measure.rules_of(paths, []):
        try:
            isorule.convert(rule, to)
            converted += 1
        except isorule.UnsupportedError:
            continue
        except UndeclaredDifferenceError as error:
            undeclared.append(f"{rule.metadata.title}: {error.diagnostic.message}")
    assert undeclared == []
    assert converted >= least
