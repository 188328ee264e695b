"""The checks over the corpora: no false errors, and the defects that are known to be there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from isorule.checks import check_file
from isorule.diagnostics import Severity

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

KNOWN = {
    # ATT&CK revoked T1547.011 for T1647
    ("persistence_hidden_plist_filename.toml", "attack-revoked"): 1,
    ("persistence_suspicious_launch_agent_or_launch_daemon.toml", "attack-revoked"): 1,
    # T1218 under the name that it had before version 11
    ("_deprecated/defense_evasion_mshta_making_network_connections.toml", "attack-name"): 1,
    ("_deprecated/execution_via_net_com_assemblies.toml", "attack-name"): 1,
}
"""What corpus-facts.md lists: defects of the rules, not of the checks."""


def test_elastic_rules_have_the_known_defects_and_no_others() -> None:
    found: Counter[tuple[str, str]] = Counter()
    files = sorted((CORPUS / "elastic" / "rules").rglob("*.toml"))
    for path in files:
        deprecated = path.parent.name == "_deprecated"
        shown = f"{path.parent.name}/{path.name}" if deprecated else path.name
        found.update((shown, item.name) for item in check_file(path) if item.severity is not Severity.INFO)
    assert len(files) == 1649
    assert found == Counter(KNOWN)


def test_sigma_rules_have_no_findings() -> None:
    files = sorted((CORPUS / "sigma").glob("rules*/**/*.yml"))
    found = [(path.name, item.message) for path in files for item in check_file(path)]
    assert len(files) == 2910
    assert found == []


def test_the_examples_of_the_sigma_specification_have_no_findings() -> None:
    files = sorted((CORPUS / ".." / "reference" / "sigma-spec-examples").rglob("*.yml"))
    found = [(path.name, item.message) for path in files for item in check_file(path) if item.name == "schema"]
    assert files
    assert found == []
