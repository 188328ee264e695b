"""The checks of Sigma rules over SigmaHQ's rules: what they find there, read by hand, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from isorule.checks import plan
from isorule.checks.choice import Choice
from isorule.checks.file import report_path
from isorule.checks.run import settle
from isorule.checks.sigma import CHECKS

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "sigma"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

FOUND = {
    "sigma-id-version": 34,  # 20 of version 1, 11 of no version, 3 of versions 2, 6 and 8
    "sigmahq-logsource-definition": 5,
    "sigma-falsepositives-typo": 4,  # "legimate"
    "sigma-logsource-generic": 3,  # 16, 27 and 28 of Sysmon
    "sigma-reference-url": 2,  # an address with a remark behind it
    "sigmahq-file-prefix": 2,  # appxpackaging in place of appxdeployment
    "sigmahq-provider-covered": 2,
    "sigma-related-self": 1,
    "sigmahq-file-name": 1,  # .yml.yml
}


def test_sigma_rules_have_these_findings_and_no_others() -> None:
    names = tuple(kind.about.name for kind in CHECKS if kind.about.group != "PYSIGMA")
    chosen = plan(Choice(select=names))
    paths = sorted(CORPUS.glob("rules*/**/*.yml"))
    found = settle({str(path): report_path(path, chosen) for path in paths}, chosen)
    assert len(paths) == 2910
    assert Counter(item.name for item in found) == Counter(FOUND)
    assert [item.message for item in found if item.line is None or item.column is None] == []


def test_the_examples_of_the_specification_have_no_warnings() -> None:
    names = tuple(kind.about.name for kind in CHECKS if kind.about.group not in ("PYSIGMA", "SIGMAHQ"))
    chosen = plan(Choice(select=names))
    paths = sorted((CORPUS / ".." / ".." / "reference" / "sigma-spec-examples").rglob("*.yml"))
    found = settle({str(path): report_path(path, chosen) for path in paths}, chosen)
    assert paths
    assert [(item.path, item.line, item.message) for item in found] == []
