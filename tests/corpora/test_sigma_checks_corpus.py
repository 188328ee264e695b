"""The checks of Sigma rules over the examples of the specification. `test_readings.py` has SigmaHQ's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from isorule.checks import plan
from isorule.checks.choice import Choice
from isorule.checks.file import report_path
from isorule.checks.run import settle
from isorule.checks.sigma import CHECKS

EXAMPLES = Path(__file__).parents[2] / ".." / "shared" / "reference" / "sigma-spec-examples"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples of the specification in ../shared are absent"),
]


def test_the_examples_of_the_specification_have_no_warnings() -> None:
    names = tuple(kind.about.name for kind in CHECKS if kind.about.group not in ("PYSIGMA", "SIGMAHQ"))
    chosen = plan(Choice(select=names))
    paths = sorted(EXAMPLES.rglob("*.yml"))
    found = settle({str(path): report_path(path, chosen) for path in paths}, chosen)
    assert paths
    assert [(item.path, item.line, item.message) for item in found] == []
