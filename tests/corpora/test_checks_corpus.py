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
    ("defense_evasion_mshta_making_network_connections.toml", "attack-name"): 1,
    ("execution_via_net_com_assemblies.toml", "attack-name"): 1,
    # wildcards inside `in (…)` and behind `==`
    ("credential_access_iis_apppoolsa_pwd_appcmd.toml", "eql-literal-wildcard"): 1,
    ("defense_evasion_apparmor_profile_compilation.toml", "eql-literal-wildcard"): 3,
    ("defense_evasion_interpreter_launched_from_decoded_payload.toml", "eql-literal-wildcard"): 1,
    ("defense_evasion_ld_so_creation.toml", "eql-literal-wildcard"): 1,
    ("defense_evasion_timestomp_touch.toml", "eql-literal-wildcard"): 1,
    ("discovery_tool_enumeration.toml", "eql-literal-wildcard"): 1,
    ("execution_shell_via_java_revshell_linux.toml", "eql-literal-wildcard"): 5,
    ("persistence_init_d_file_creation.toml", "eql-literal-wildcard"): 1,
    ("persistence_rc_script_creation.toml", "eql-literal-wildcard"): 2,
    # a maxspan of 10 minutes, a look-back of 9 and of 6
    ("initial_access_fortigate_ssl_vpn_login_followed_by_siem_alert.toml", "maxspan-over-lookback"): 1,
    (
        "credential_access_okta_potentially_successful_okta_bombing_via_push_notifications.toml",
        "maxspan-over-lookback",
    ): 1,
    # looks back 1 minute every 2 minutes
    ("privilege_escalation_endgame_process_injection_prevented.toml", "schedule-gap"): 1,
    # the guide counts its queries from 1
    ("persistence_insmod_kernel_module_load.toml", "guide-placeholder"): 2,
    ("credential_access_high_volume_of_pbpaste.toml", "guide-placeholder"): 2,
    # `related` names the rule's own id
    ("proc_creation_win_powershell_msexchange_transport_agent.yml", "sigma-related-self"): 1,
}
"""Every error in the corpora, each read by hand: defects of the rules, not of the checks."""


def test_the_errors_are_the_known_defects_and_no_others() -> None:
    files = [
        *sorted((CORPUS / "elastic" / "rules").rglob("*.toml")),
        *sorted((CORPUS / "sigma").glob("rules*/**/*.yml")),
    ]
    found: Counter[tuple[str, str]] = Counter()
    for path in files:
        found.update((path.name, item.name) for item in check_file(path) if item.severity is Severity.ERROR)
    assert len(files) == 1649 + 2910
    assert found == Counter(KNOWN)


def test_the_examples_of_the_sigma_specification_have_no_findings() -> None:
    files = sorted((CORPUS / ".." / "reference" / "sigma-spec-examples").rglob("*.yml"))
    found = [(path.name, item.message) for path in files for item in check_file(path) if item.name == "schema"]
    assert files
    assert found == []
