"""The defects of Elastic's rules that corpus-facts.md (5e) tells of are found, each at its place.

Rules that are not in this copy of the corpus are left out: the pair of medium and 43, and the Splunk rule with 38
quoted wildcards. Deprecated rules are in it, which 5e does not count.
"""

from __future__ import annotations

import pytest
from check_counts import CORPUS, places

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

KNOWN = {
    # T1547.011, which ATT&CK revoked for T1647
    "attack-revoked": {
        "macos/persistence_hidden_plist_filename.toml:102:10",
        "macos/persistence_suspicious_launch_agent_or_launch_daemon.toml:112:10",
    },
    # T1218 under the name that it had before version 11
    "attack-name": {
        "_deprecated/defense_evasion_mshta_making_network_connections.toml:38:8",
        "_deprecated/execution_via_net_com_assemblies.toml:42:8",
    },
    # stars inside `in (…)` and behind `==`, which are compared as they stand
    "eql-literal-wildcard": {
        "cross-platform/defense_evasion_timestomp_touch.toml:96:70",
        "integrations/cloud_defend/discovery_tool_enumeration.toml:100:64",
        "linux/defense_evasion_apparmor_profile_compilation.toml:110:56",
        "linux/defense_evasion_apparmor_profile_compilation.toml:110:68",
        "linux/defense_evasion_apparmor_profile_compilation.toml:110:75",
        "linux/defense_evasion_interpreter_launched_from_decoded_payload.toml:122:62",
        "linux/defense_evasion_ld_so_creation.toml:108:71",
        "linux/execution_shell_via_java_revshell_linux.toml:110:8",
        "linux/execution_shell_via_java_revshell_linux.toml:111:73",
        "linux/execution_shell_via_java_revshell_linux.toml:112:8",
        "linux/execution_shell_via_java_revshell_linux.toml:113:106",
        "linux/execution_shell_via_java_revshell_linux.toml:113:73",
        "linux/persistence_init_d_file_creation.toml:178:98",
        "linux/persistence_rc_script_creation.toml:154:71",
        "linux/persistence_rc_script_creation.toml:163:56",
    },
    # a star behind `==` that the program takes, so that it may be meant
    "eql-star-argument": {"windows/credential_access_iis_apppoolsa_pwd_appcmd.toml:78:22"},
    # stars in quotes
    "kuery-quoted-wildcard": {
        "_deprecated/persistence_shell_activity_by_web_server.toml:79:45",
        "_deprecated/persistence_shell_activity_by_web_server.toml:79:58",
        "_deprecated/persistence_shell_activity_by_web_server.toml:79:69",
    },
    # a maxspan of 10 minutes, a look-back of 9 and of 6
    "maxspan-over-lookback": {
        "cross-platform/initial_access_fortigate_ssl_vpn_login_followed_by_siem_alert.toml:37:28",
        "integrations/okta/credential_access_okta_potentially_successful_okta_bombing_via_push_notifications.toml:78:32",
    },
    # sequences that may lie across two runs, and in neither of them
    "maxspan-over-overlap": {
        "_deprecated/execution_pdf_written_file.toml:89:15",
        "cross-platform/defense_evasion_missing_events_after_alert.toml:74:26",
        "cross-platform/initial_access_file_upload_followed_by_get_request.toml:88:27",
        "integrations/azure/credential_access_azure_service_principal_signin_then_arc_credential_listing.toml:89:15",
        "integrations/azure/credential_access_device_code_signin_aad_graph_enum.toml:111:43",
        "integrations/azure/persistence_identity_protect_alert_followed_by_device_reg.toml:76:15",
        "integrations/kubernetes/privilege_escalation_sensitive_rbac_change_followed_by_workload_modification.toml:68:28",
        "integrations/o365/credential_access_entra_id_device_reg_via_oauth_redirection.toml:67:31",
        "integrations/okta/persistence_mfa_deactivation_with_no_reactivation.toml:79:33",
        "integrations/okta/persistence_stolen_credentials_used_to_login_to_okta_account_after_mfa_reset.toml:81:28",
        "linux/privilege_escalation_docker_mount_chroot_container_escape.toml:109:52",
        "windows/command_and_control_dns_tunneling_nslookup.toml:101:26",
        "windows/defense_evasion_rundll32_no_arguments.toml:35:15",
        "windows/execution_ms_office_written_file.toml:34:15",
        "windows/impact_ransomware_note_file_over_smb.toml:32:37",
        "windows/initial_access_execution_from_removable_media.toml:33:36",
        "windows/persistence_temp_scheduled_task.toml:69:67",
        "windows/privilege_escalation_krbrelayup_service_creation.toml:41:39",
    },
    # looks back 1 minute every 2 minutes
    "schedule-gap": {
        "promotions/privilege_escalation_endgame_process_injection_prevented.toml:13:8",
    },
    # looks back 5 minutes every 5 minutes
    "schedule-overlap": {
        "windows/impact_ransomware_note_file_over_smb.toml:12:8",
    },
    # also the name of a deprecated rule
    "unique-name": {"linux/defense_evasion_attempt_to_disable_iptables_or_firewall.toml:17:8"},
    # the query of another rule, word for word
    "unique-query": {
        "integrations/aws/impact_s3_unusual_object_encryption_with_sse_c.toml:98:1",
        "integrations/azure/impact_azure_compute_vm_snapshot_deletions.toml:88:1",
        "integrations/azure/impact_azure_storage_account_deletion_multiple.toml:84:1",
        "linux/initial_access_successful_ssh_authentication_by_unusual_user.toml:72:1",
    },
    # Elastic Licence v2
    "licence-spelling": {
        "integrations/cloud_defend/execution_container_management_binary_launched_inside_a_container.toml:28:11",
    },
}
"""By check: `path:line:column`. These are all that the checks find."""

AT_LEAST = {"duplicate-term": 67, "like-without-wildcard": 43, "case-sensitive-path": 18}
"""By check: how many findings are known of defects that many rules have; `test_readings.py` has places of them."""


@pytest.mark.parametrize("check", KNOWN)
def test_known_defects_are_found_at_their_places_and_nothing_else(check: str) -> None:
    assert places("elastic")[check] == KNOWN[check]


@pytest.mark.parametrize("check", AT_LEAST)
def test_frequent_defects_are_found(check: str) -> None:
    assert len(places("elastic")[check]) >= AT_LEAST[check]
