"""What the checks say, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isorule.checks import CheckedDocument, check_file, check_rule, plan
from isorule.checks.file import diagnose, report_file
from isorule.checks.run import settle
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError
from isorule.documents import document_format
from isorule.ir.rule import Rule
from isorule.source import SourceFile

PLAN = plan()
RULE = """\
[metadata]
creation_date = "2026/11/21"
maturity = "production"
updated_date = "2026/11/21"

[rule]
author = ["isorule"]
description = "What it finds."
language = "eql"
name = "A rule"
risk_score = 47
rule_id = "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"
severity = "medium"
type = "eql"
query = '''
process where process.name == "nmap"
'''

[[rule.threat]]
framework = "MITRE ATT&CK"

[[rule.threat.technique]]
id = "T1046"
name = "Network Service Discovery"
reference = "https://attack.mitre.org/techniques/T1046/"

[rule.threat.tactic]
id = "TA0007"
name = "Discovery"
reference = "https://attack.mitre.org/tactics/TA0007/"
"""


def checked(file: SourceFile, form: str) -> list[Diagnostic]:
    return settle({file.path: report_file(file, form, PLAN)}, PLAN)


def elastic(text: str) -> list[Diagnostic]:
    return checked(SourceFile("rule.toml", text), "elastic")


def sigma(tags: str) -> list[Diagnostic]:
    text = f"title: T\nlogsource: {{product: linux}}\ndetection: {{s: {{a: b}}, condition: s}}\ntags: [{tags}]\n"
    return checked(SourceFile("rule.yml", text), "sigma")


def test_a_right_rule_has_no_findings() -> None:
    assert elastic(RULE) == []


@pytest.mark.parametrize(
    ("old", "new", "name", "severity", "message", "place"),
    [
        (
            'severity = "medium"',
            'severity = "mediun"',
            "schema",
            Severity.ERROR,
            'rule.severity is "mediun"; it must be one of low, medium, high, critical',
            (13, 12),
        ),
        ('name = "A rule"', 'name = "A rule"\nnames = 1', "schema", Severity.ERROR, "unknown key rule.names", (11, 1)),
        (
            "risk_score = 47",
            "risk_score = 48",
            "risk-score-band",
            Severity.ERROR,
            "risk_score 48 belongs to severity high; severity is medium (22 to 47)",
            (11, 14),
        ),
        (
            "risk_score = 47",
            "risk_score = 22",
            "risk-score-usual",
            Severity.INFO,
            "risk_score is 22; medium rules usually have 47",
            (11, 14),
        ),
        (
            '"T1046"',
            '"T1946"',
            "attack-unknown",
            Severity.ERROR,
            "no technique T1946 is known to ATT&CK 18.1 and 19",
            (23, 6),
        ),
        (
            "Network Service Discovery",
            "Network Service Scanning",
            "attack-name",
            Severity.ERROR,
            "T1046 is called Network Service Discovery, not Network Service Scanning",
            (24, 8),
        ),
        (
            "techniques/T1046/",
            "techniques/T1047/",
            "attack-reference",
            Severity.ERROR,
            (
                "the page of T1046 is https://attack.mitre.org/techniques/T1046/, "
                "not https://attack.mitre.org/techniques/T1047/"
            ),
            (25, 13),
        ),
        (
            'id = "TA0007"',
            'id = "TA0002"',
            "attack-tactic",
            Severity.ERROR,
            "T1046 (Network Service Discovery) is no technique of TA0002 (Execution)",
            (23, 6),
        ),
        (
            'id = "TA0007"',
            'id = "TA9999"',
            "attack-unknown",
            Severity.ERROR,
            "no tactic TA9999 is known to ATT&CK 18.1 and 19",
            (28, 6),
        ),
    ],
)
def test_one_slip_gives_a_finding_at_its_place(
    old: str, new: str, name: str, severity: Severity, message: str, place: tuple[int, int]
) -> None:
    assert old in RULE
    found = next(item for item in elastic(RULE.replace(old, new)) if item.name == name)
    assert (found.message, found.severity) == (message, severity)
    assert (found.path, found.line, found.column) == ("rule.toml", *place)


@pytest.mark.parametrize(
    ("score", "severity", "names"),
    [
        (0, "low", ["risk-score-usual"]),
        (21, "low", []),
        (22, "low", ["risk-score-band"]),
        (21, "medium", ["risk-score-band"]),
        (47, "medium", []),
        (48, "medium", ["risk-score-band"]),
        (73, "high", []),
        (74, "high", ["risk-score-band"]),
        (73, "critical", ["risk-score-band"]),
        (99, "critical", []),
        (100, "critical", ["risk-score-usual"]),
        (101, "critical", ["schema"]),
    ],
)
def test_the_bands_of_the_risk_score(score: int, severity: str, names: list[str]) -> None:
    text = RULE.replace("risk_score = 47", f"risk_score = {score}").replace('"medium"', f'"{severity}"')
    assert [item.name for item in elastic(text)] == names


def test_a_page_without_its_last_slash_is_the_same_page() -> None:
    assert elastic(RULE.replace("techniques/T1046/", "techniques/T1046")) == []


def test_a_revoked_sub_technique_names_what_stands_for_it() -> None:
    text = RULE.replace("T1046", "T1547").replace("Network Service Discovery", "Boot or Logon Autostart Execution")
    text = text.replace("TA0007", "TA0003").replace("Discovery", "Persistence")
    sub = '\n[[rule.threat.technique.subtechnique]]\nid = "T1547.011"\nname = "Plist Modification"\n'
    sub += 'reference = "https://attack.mitre.org/techniques/T1547/011/"\n'
    (found,) = elastic(text.replace("\n[rule.threat.tactic]", f"{sub}\n[rule.threat.tactic]"))
    assert found.name == "attack-revoked"
    assert found.message == "T1547.011 (Plist Modification) is revoked in ATT&CK 18.1 and 19"
    assert found.hint == "T1647 (Plist File Modification) stands for it"


def test_names_of_both_versions_are_right() -> None:
    text = RULE.replace("T1046", "T1027").replace("Network Service Discovery", "Obfuscated Files or Information")
    for name in ("Defense Evasion", "Stealth"):
        assert elastic(text.replace("TA0007", "TA0005").replace('"Discovery"', f'"{name}"')) == []


def test_other_frameworks_are_passed_over() -> None:
    text = RULE.replace("MITRE ATT&CK", "MITRE ATLAS").replace('"T1046"', '"AML.T0051"').replace("TA0007", "AML.TA0005")
    assert [item.name for item in elastic(text) if item.name.startswith("attack")] == []


@pytest.mark.parametrize("name", ["attack-name", "attack-reference"])
def test_the_fix_of_a_wrong_name_or_page_gives_the_right_rule(name: str) -> None:
    slip = {"attack-name": ('"Discovery"', '"Discovering"'), "attack-reference": ("tactics/TA0007/", "tactics/TA0008/")}
    text = RULE.replace(*slip[name])
    (found,) = elastic(text)
    assert found.name == name
    assert found.fix is not None
    for edit in found.fix.edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert text == RULE


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("attack.discovery, attack.t1046", []),
        ("attack.defense-evasion, attack.t1562.001", []),  # version 18
        ("attack.stealth, attack.defense-impairment, attack.t1685.005", []),  # version 19
        ("attack.s0139, attack.g0032, attack.ds0005, attack.dc0001, attack.an0001", []),
        ("cve.2021-44228, detection.emerging-threats", []),
        ("attack.command_and_control", ["sigma-tag-attack"]),  # the spelling of Sigma 1
        ("attack.ta0002, attack.t1059_1", ["sigma-tag-attack", "sigma-tag-attack"]),
        ("attack.ta0999, attack.t1059_999", ["attack-unknown", "attack-unknown", "sigma-tag-attack"]),
        ("attack.evasion-of-defence", ["attack-unknown"]),
        ("attack.t1046, attack.t9999.001", ["attack-unknown"]),
        ("attack.t1064", ["attack-deprecated"]),
        ("attack.t1086", ["attack-revoked"]),
    ],
)
def test_tags_of_sigma_rules(tags: str, names: list[str]) -> None:
    assert [item.name for item in sigma(tags)] == names


def test_a_tag_is_reported_at_the_tag() -> None:
    (found,) = sigma("attack.discovery, attack.t9999")
    assert (found.line, found.column) == (4, 26)


def test_a_rule_is_checked_through_its_origin_and_one_without_has_nothing_to_check() -> None:
    (rule,) = document_format("elastic").read(
        SourceFile("rule.toml", RULE.replace("risk_score = 47", "risk_score = 5"))
    )
    assert [item.name for item in check_rule(rule)] == ["risk-score-band"]
    bare = Rule(rule.metadata, rule.data_source, rule.detection, rule.type)
    assert check_rule(bare) == []


def test_a_file_that_is_no_rule_gives_all_that_is_wrong_and_each_thing_once(tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(RULE.replace('type = "eql"\n', "").replace("T1046", "T1946"), encoding="utf-8")
    found = check_file(path)
    assert "the key type is missing in rule" in [item.message for item in found]
    assert "attack-unknown" in [item.name for item in found]
    assert sum("type" in item.message for item in found) == 1


def test_a_syntax_error_in_a_query_is_a_finding_beside_the_others(tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text(
        RULE.replace("risk_score = 47", "risk_score = 5").replace('== "nmap"', '= "nmap"'), encoding="utf-8"
    )
    found = check_file(path)
    assert [item.line for item in found] == [11, 16]
    assert found[0].name == "risk-score-band"
    assert found[1].code.startswith("EQL")


def test_a_file_that_is_not_well_formed_gives_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "rule.toml"
    path.write_text("[rule\n", encoding="utf-8")
    (found,) = check_file(path)
    assert found.name == "toml-syntax"
    with pytest.raises(UnknownNameError):
        check_file(tmp_path / "rule.txt")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.sampled_from(["T1046", "TA0007", "MITRE ATT&CK", "high", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "reference", "threat", "tactic", "technique", "subtechnique", "framework", "risk_score"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(rule=json_values, tags=json_values)
def test_no_check_stumbles_over_values_of_any_shape(rule: object, tags: object) -> None:
    for form in ("elastic", "sigma"):
        document = CheckedDocument(form, {"rule": rule, "tags": tags}, SourceFile("rule", ""))
        assert diagnose(document, PLAN) != []  # the schema has something to say, at least
