"""Moving a mapping from ATT&CK 18 to 19, and versions that a user brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isorule.attack import VERSIONS, attack, read_stix
from isorule.checks import plan
from isorule.checks.attack.migrating import migrated
from isorule.checks.cache import surroundings
from isorule.checks.choice import Choice
from isorule.checks.file import report_file
from isorule.diagnostics import UnknownNameError
from isorule.source import SourceFile

SIGMA = """title: A rule
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\example.exe'
    condition: selection
tags:
"""


def technique(key: str, *below: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": key, "name": "old", "reference": "old"}
    return row | ({"subtechnique": [technique(item) for item in below]} if below else {})


def threat(tactic: str, *techniques: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"framework": "MITRE ATT&CK", "tactic": {"id": tactic, "name": "old", "reference": "old"}}
    return row | ({"technique": list(techniques)} if techniques else {})


def shape(threats: list[dict[str, Any]]) -> list[tuple[str, dict[str, list[str]]]]:
    """Tactics with the ids of their techniques and sub-techniques."""
    return [
        (
            item["tactic"]["id"],
            {row["id"]: [sub["id"] for sub in row.get("subtechnique", [])] for row in item.get("technique", [])},
        )
        for item in threats
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Stealth kept the id of Defense Evasion
        ([threat("TA0005", technique("T1036", "T1036.003"))], [("TA0005", {"T1036": ["T1036.003"]})]),
        ([threat("TA0005")], [("TA0005", {})]),
        # Impair Defenses became a tactic; its first sub-technique and itself became one technique
        ([threat("TA0005", technique("T1562", "T1562.001"))], [("TA0112", {"T1685": []})]),
        # the parent is not kept where all its parts went to others
        ([threat("TA0005", technique("T1562", "T1562.004"))], [("TA0112", {"T1686": []})]),
        (
            [threat("TA0005", technique("T1562", "T1562.002", "T1562.004"))],
            [("TA0112", {"T1685": ["T1685.001"], "T1686": []})],
        ),
        # what stays and what moves stand under two tactics, one behind the other
        (
            [threat("TA0005", technique("T1036"), technique("T1562")), threat("TA0007", technique("T1046"))],
            [("TA0005", {"T1036": []}), ("TA0112", {"T1685": []}), ("TA0007", {"T1046": []})],
        ),
        # a sub-technique moves by itself
        (
            [threat("TA0005", technique("T1070", "T1070.001", "T1070.004"))],
            [("TA0005", {"T1070": ["T1070.004"]}), ("TA0112", {"T1685": ["T1685.005"]})],
        ),
        # an entry for the new tactic that is there already is joined
        (
            [threat("TA0005", technique("T1562")), threat("TA0112", technique("T1686"))],
            [("TA0112", {"T1685": [], "T1686": []})],
        ),
        # other tactics stay as they are
        ([threat("TA0003", technique("T1547", "T1547.001"))], [("TA0003", {"T1547": ["T1547.001"]})]),
    ],
)
def test_a_mapping_moves_to_version_19(old: list[dict[str, Any]], new: list[tuple[str, dict[str, list[str]]]]) -> None:
    assert shape(migrated(old)) == new


def test_names_and_pages_are_those_of_version_19() -> None:
    (made,) = migrated([threat("TA0005", technique("T1211"))])
    assert made["tactic"] == {
        "id": "TA0005",
        "name": "Stealth",
        "reference": "https://attack.mitre.org/tactics/TA0005/",
    }
    assert made["technique"][0]["name"] == "Exploitation for Stealth"


def test_other_frameworks_stay_as_they_are() -> None:
    atlas = {"framework": "MITRE ATLAS", "tactic": {"id": "AML.TA0005", "name": "x", "reference": "y"}}
    assert migrated([atlas]) == [atlas]


@pytest.mark.parametrize(
    ("tags", "mended"),
    [
        (["attack.defense-evasion", "attack.t1036"], ["attack.stealth", "attack.t1036"]),
        (["attack.defense-evasion", "attack.t1562.001"], ["attack.defense-impairment", "attack.t1685"]),
        (["attack.t1562.001", "attack.t1685"], ["attack.t1685"]),
    ],
)
def test_tags_move_to_version_19(tags: list[str], mended: list[str]) -> None:
    text = SIGMA + "".join(f"    - {tag}\n" for tag in tags)
    report = report_file(SourceFile("rule.yml", text), "sigma", plan(Choice(select=("attack-migration",))))
    for edit in sorted(
        (edit for item in report.diagnostics if item.fix for edit in item.fix.edits),
        key=lambda edit: edit.span.start,
        reverse=True,
    ):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert text == SIGMA + "".join(f"    - {tag}\n" for tag in mended)


def bundle(version: str) -> dict[str, Any]:
    def named(key: str) -> list[dict[str, str]]:
        return [{"source_name": "mitre-attack", "external_id": key}]

    return {
        "objects": [
            {"type": "x-mitre-collection", "id": "c", "x_mitre_version": version},
            {
                "type": "x-mitre-tactic",
                "id": "ta",
                "name": "Discovery",
                "x_mitre_shortname": "discovery",
                "external_references": named("TA0007"),
            },
            {
                "type": "attack-pattern",
                "id": "a",
                "name": "New Thing",
                "external_references": named("T2001"),
                "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "discovery"}],
            },
            {
                "type": "attack-pattern",
                "id": "b",
                "name": "Old Thing",
                "revoked": True,
                "external_references": named("T1046"),
            },
            {
                "type": "relationship",
                "id": "r",
                "relationship_type": "revoked-by",
                "source_ref": "b",
                "target_ref": "a",
            },
        ]
    }


def test_a_user_brings_a_version(tmp_path: Path) -> None:
    path = tmp_path / "enterprise-attack-21.json"
    path.write_text(json.dumps(bundle("21.0")), encoding="utf-8")
    text = SIGMA + "    - attack.discovery\n    - attack.t2001\n    - attack.t1046\n"

    def found(**options: list[str]) -> list[tuple[str, str]]:
        asked = Choice(select=("attack-unknown", "attack-revoked"), options={"ATTACK": options})
        report = report_file(SourceFile("rule.yml", text), "sigma", plan(asked))
        return [(item.name, item.message) for item in report.diagnostics]

    assert found() == [("attack-unknown", "no technique T2001 is known to ATT&CK 18.1 and 19")]
    assert found(stix=[str(path)]) == [("attack-revoked", "T1046 (Old Thing) is revoked in ATT&CK 21.0")]
    assert found(stix=[str(path)], versions=["19"]) == []
    assert read_stix(path).current("T1046") == attack_technique(path)


def test_groups_and_software_are_looked_up_where_a_users_version_has_some(tmp_path: Path) -> None:
    """Of the groups one is in use and one is revoked; the file has no software, so software is not judged."""
    path = tmp_path / "enterprise-attack-21.json"
    made = bundle("21.0")
    for number, revoked in ((7, False), (8, True)):
        ids = [{"source_name": "mitre-attack", "external_id": f"G000{number}"}]
        made["objects"].append({"type": "intrusion-set", "external_references": ids, "revoked": revoked})
    made["objects"].append({"type": "x-mitre-data-component", "name": "Process Creation"})
    path.write_text(json.dumps(made), encoding="utf-8")
    text = SIGMA + "    - attack.g0007\n    - attack.g0008\n    - attack.s0001\n"

    def found(**options: list[str]) -> list[str]:
        asked = Choice(select=("attack-unknown",), options={"ATTACK": options})
        return [item.message for item in report_file(SourceFile("rule.yml", text), "sigma", plan(asked)).diagnostics]

    assert found() == []
    assert found(stix=[str(path)]) == ["no group, software or the like G0008 is known to ATT&CK 21.0"]


def test_the_checks_of_sigma_tags_see_a_users_version(tmp_path: Path) -> None:
    """The bundle has one tactic, called discovery, and T2001 under it."""
    path = tmp_path / "enterprise-attack-21.json"
    made = json.dumps(bundle("21.0")).replace("TA0007", "TA0999")
    path.write_text(made, encoding="utf-8")
    text = SIGMA + "    - attack.ta0999\n    - attack.t2001\n"
    names = ("sigma-tag-attack", "sigmahq-technique-tactics")

    def found(**options: list[str]) -> list[tuple[str, str]]:
        report = report_file(
            SourceFile("rule.yml", text), "sigma", plan(Choice(select=names, options={"ALL": options}))
        )
        return [(item.name, item.message) for item in report.diagnostics]

    assert found(versions=["19"]) == []
    assert found(stix=[str(path)]) == [
        ("sigma-tag-attack", "Sigma writes attack.discovery, not attack.ta0999"),
        ("sigmahq-technique-tactics", "attack.t2001 belongs to attack.discovery"),
    ]


def test_results_are_kept_by_what_stands_in_a_users_file(tmp_path: Path) -> None:
    path = tmp_path / "attack.json"
    choice = Choice(options={"ALL": {"stix": [str(path)]}})
    path.write_text(json.dumps(bundle("21.0")), encoding="utf-8")
    first = surroundings(choice)
    path.write_text(json.dumps(bundle("22.0")), encoding="utf-8")
    assert surroundings(choice) != first
    path.write_text(json.dumps(bundle("21.0")), encoding="utf-8")
    assert surroundings(choice) == first


def attack_technique(path: Path) -> object:
    return read_stix(path).technique("T2001")


@pytest.mark.parametrize("text", ["", "{", "{}", '{"objects": []}', "[1]", '{"objects": [{"type": "attack-pattern"}]}'])
def test_a_file_that_is_no_stix_data_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "attack.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownNameError, match="cannot be read as STIX data"):
        read_stix(path)


def test_every_revoked_technique_of_version_19_has_an_heir() -> None:
    newest = attack(VERSIONS[-1])
    revoked = [
        key for key, row in newest.techniques.items() if row.revoked and not attack("18.1").techniques[key].revoked
    ]
    assert len(revoked) == 17
    assert all(newest.current(key) is not None for key in revoked)
