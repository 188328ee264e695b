"""The packaged ATT&CK tables."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from isorule.attack import VERSIONS, attack, tactic_by_shortname, technique
from isorule.diagnostics import UnknownNameError

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / ".." / "shared" / "reference"


def test_a_technique_has_its_name_tactics_and_page() -> None:
    found = attack().technique("T1018")
    assert found is not None
    assert (found.name, found.tactics, found.parent) == ("Remote System Discovery", ("TA0007",), None)
    assert found.url == "https://attack.mitre.org/techniques/T1018/"


def test_a_sub_technique_knows_its_parent_and_its_page() -> None:
    found = attack().technique("T1059.004")
    assert found is not None
    assert (found.name, found.parent) == ("Unix Shell", "T1059")
    assert found.url == "https://attack.mitre.org/techniques/T1059/004/"


def test_a_revoked_technique_names_its_successor_and_the_chain_is_followed() -> None:
    table = attack()
    found = table.technique("T1150")
    assert found is not None
    assert (found.revoked, found.replacement) == (True, "T1547.011")  # which was itself revoked later
    current = table.current("T1150")
    assert current is not None
    assert current.id == "T1647"


def test_nothing_stands_for_a_deprecated_technique() -> None:
    found = attack().technique("T1064")
    assert found is not None
    assert found.deprecated
    assert attack().current("T1064") is None


@pytest.mark.parametrize(("key", "domain"), [("T1018", "enterprise"), ("T1603", "mobile"), ("T0803", "ics")])
def test_all_three_domains_are_there(key: str, domain: str) -> None:
    found = attack().technique(key)
    assert found is not None
    assert found.domain == domain


def test_both_spellings_of_the_split_tactic_resolve() -> None:
    names = {name: tactic_by_shortname(name) for name in ("defense-evasion", "stealth", "defense-impairment")}
    ids = {name: found.id for name, found in names.items() if found is not None}
    assert ids == {"defense-evasion": "TA0005", "stealth": "TA0005", "defense-impairment": "TA0112"}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("T1562.001", "T1685", "Disable or Modify Tools"),
        ("T1070.001", "T1685.005", "Clear Windows Event Logs"),
        ("T1656", "T1684.001", "Impersonation"),
    ],
)
def test_what_version_19_renumbered_resolves_on_both_sides(old: str, new: str, name: str) -> None:
    before, after = technique(old), technique(new)
    assert before is not None
    assert not before.revoked  # in use in 18.1
    assert after is not None
    assert after.name == name
    current = attack("19").current(old)
    assert current is not None
    assert current.id == new


def test_every_successor_exists_and_every_sub_technique_in_use_has_a_parent_in_use() -> None:
    for version in VERSIONS:
        table = attack(version)
        for item in table.techniques.values():
            if item.replacement is not None:
                assert item.replacement in table.techniques, (version, item.id)
            if item.parent is not None and not item.revoked and not item.deprecated:
                parent = table.technique(item.parent)
                assert parent is not None, (version, item.id)
                assert not parent.revoked, (version, item.id)


def test_unknown_names_give_none_and_an_unknown_version_an_error() -> None:
    assert technique("T9999") is None
    assert tactic_by_shortname("evasion-of-defense") is None
    with pytest.raises(UnknownNameError, match="'17'"):
        attack("17")


def test_a_shortname_belongs_to_its_domain() -> None:
    table = attack()
    assert table.tactic_by_shortname("evasion") is None
    ics = table.tactic_by_shortname("evasion", "ics")
    assert ics is not None
    assert ics.id == "TA0103"


@pytest.mark.corpus
def test_the_tables_are_what_their_generator_makes() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the reference data in ../shared is absent")
    spec = importlib.util.spec_from_file_location("make_attack_table", ROOT / "tools" / "make_attack_table.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for name, text in tool.table_texts(REFERENCE).items():
        assert (tool.PACKAGE / name).read_text(encoding="utf-8") == text, name
