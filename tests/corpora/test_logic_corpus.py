"""The checks of query logic over the corpora: the known defects are found at their place, and none stumbles."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from isorule.checks import plan
from isorule.checks.choice import Choice
from isorule.checks.file import report_path
from isorule.checks.logic import CHECKS
from isorule.diagnostics import Diagnostic, Severity

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

KNOWN = {
    # corpus-facts.md, 5e: wildcards inside `in (…)` and behind `==`, which are compared as they stand
    ("eql-literal-wildcard", "defense_evasion_apparmor_profile_compilation.toml"): 3,
    ("eql-literal-wildcard", "execution_shell_via_java_revshell_linux.toml"): 5,
    ("eql-literal-wildcard", "defense_evasion_ld_so_creation.toml"): 1,
    ("eql-literal-wildcard", "persistence_rc_script_creation.toml"): 2,
    ("eql-literal-wildcard", "persistence_init_d_file_creation.toml"): 1,
    ("eql-literal-wildcard", "discovery_tool_enumeration.toml"): 1,
    ("eql-literal-wildcard", "defense_evasion_timestomp_touch.toml"): 1,
    ("eql-literal-wildcard", "defense_evasion_interpreter_launched_from_decoded_payload.toml"): 1,
    ("eql-literal-wildcard", "credential_access_iis_apppoolsa_pwd_appcmd.toml"): 1,
    # maxspan above the look-back
    ("maxspan-over-lookback", "initial_access_fortigate_ssl_vpn_login_followed_by_siem_alert.toml"): 1,
    (
        "maxspan-over-lookback",
        "credential_access_okta_potentially_successful_okta_bombing_via_push_notifications.toml",
    ): 1,
}
"""Every error that these checks find; each was read by hand and is one."""


def findings(folder: str, suffix: str) -> list[tuple[str, Diagnostic]]:
    chosen = plan(Choice(), checks=tuple(check() for check in CHECKS))
    return [
        (path.name, item)
        for path in sorted((CORPUS / folder).rglob(f"*{suffix}"))
        if "regression_data" not in path.parts
        for item in report_path(path, chosen).diagnostics
        if any(item.code == check.about.code for check in CHECKS)
    ]


def test_errors_in_elastic_rules_are_the_known_defects() -> None:
    found = findings("elastic", ".toml")
    errors = Counter((item.name, name) for name, item in found if item.severity is Severity.ERROR)
    assert errors == Counter(KNOWN)
    kinds = Counter(item.name for _, item in found)
    assert kinds["duplicate-term"] > 80
    assert kinds["like-without-wildcard"] > 40
    assert kinds["maxspan-over-overlap"] >= 15


def test_a_dead_wildcard_is_shown_at_its_value() -> None:
    (path,) = (CORPUS / "elastic").rglob("credential_access_iis_apppoolsa_pwd_appcmd.toml")
    chosen = plan(Choice(select=("eql-literal-wildcard",)))
    (found,) = report_path(path, chosen).diagnostics
    line = path.read_text("utf-8").splitlines()[(found.line or 0) - 1]
    assert line[(found.column or 0) - 1 :].startswith('"/text:*"')


def test_sigma_rules_have_no_errors() -> None:
    found = findings("sigma", ".yml")
    assert [(name, item.name) for name, item in found if item.severity is Severity.ERROR] == []
    assert Counter(item.name for _, item in found)["subsumed-term"] > 200
