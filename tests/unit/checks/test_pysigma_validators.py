"""pySigma's validators as a check of ours: they say what they say in pySigma, at a place, and without the network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml
from sigma.collection import SigmaCollection
from sigma.plugins import InstalledSigmaPlugins
from sigma.validation import SigmaValidator

from isorule.backends.catalogue import validator_classes
from isorule.backends.validators import NEEDS_NETWORK, validator_names
from isorule.checks import plan
from isorule.checks.choice import Choice
from isorule.checks.file import report_file
from isorule.checks.run import settle
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError
from isorule.source import SourceFile

HEAD = (
    "title: A title\nid: 0b7c5a3e-41d2-4f6b-9a80-5e1c2d3f4a6b\nlogsource:\n    product: windows\n    service: sysmon\n"
)
RULE = (
    HEAD
    + r"""detection:
    selection:
        EventID: 1
        Image|endswith: '\scan.exe'
        CommandLine: '*scan*'
        ProcessId: '17'
    unused:
        User: a
    condition: selection
tags:
    - attack.discovery
    - attack.t9999
    - attack.g0001
    - cve.2026.1
references:
    - https://example.org
    - https://example.org
relatde: x
"""
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a validator asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def said(*texts: str, options: dict[str, object] | None = None) -> list[Diagnostic]:
    chosen = plan(Choice(select=("PYSIGMA",), options={"PYSIGMA": options or {}}))
    files = {f"a_folder/a_rule_{number}.yml": text for number, text in enumerate(texts)}
    return settle({name: report_file(SourceFile(name, text), "sigma", chosen) for name, text in files.items()}, chosen)


def test_every_issue_stands_at_what_it_speaks_of() -> None:
    lines = RULE.splitlines()
    found = {(item.message.partition(":")[0], lines[(item.line or 1) - 1].strip()) for item in said(RULE)}
    assert found == {
        ("specific_instead_of_generic_logsource", "EventID: 1"),
        ("wildcards_instead_of_modifiers", "CommandLine: '*scan*'"),
        ("number_as_string", "ProcessId: '17'"),
        ("dangling_detection", "unused:"),
        ("attacktag", "- attack.t9999"),
        ("cvetag", "- cve.2026.1"),
        ("duplicate_references", "- https://example.org"),
        ("custom_attributes", "relatde: x"),
    }


def test_the_issues_are_those_of_pysigma_itself() -> None:
    names = [name for name in validator_names() if name not in ("attacktag", "tlpv1_tag", "filename_length")]
    classes = InstalledSigmaPlugins.autodiscover(False, False, True).validators
    validator = SigmaValidator([classes[name] for name in names])
    expected = validator.validate_rules(SigmaCollection.from_dicts([yaml.safe_load(RULE)]).rules)
    ours = [item.message for item in said(RULE, options={"validators": names})]
    assert sorted(message.split(": ", 1)[1].partition(" (")[0] for message in ours) == sorted(
        " ".join(issue.description.split()).rstrip(".") for issue in expected
    )


def test_grades_are_those_of_pysigma() -> None:
    grades = {item.message.partition(":")[0]: item.severity for item in said(RULE)}
    assert grades["dangling_detection"] is Severity.ERROR
    assert grades["attacktag"] is Severity.WARNING
    assert grades["number_as_string"] is Severity.INFO


def test_validators_that_remember_see_all_rules() -> None:
    plain = HEAD + "detection:\n    selection:\n        EventID: 255\n    condition: selection\n"
    options: dict[str, object] = {"validators": ["identifier_uniqueness", "duplicate_title"]}
    found = said(plain, plain, options=options)
    assert sorted((item.path, item.line, item.message.partition(":")[0]) for item in found) == [
        ("a_folder/a_rule_1.yml", 1, "duplicate_title"),
        ("a_folder/a_rule_1.yml", 1, "identifier_uniqueness"),
    ]
    assert said(plain, options=options) == []


def test_a_rule_that_pysigma_does_not_take_is_one_finding() -> None:
    broken = HEAD + "detection:\n    selection:\n        EventID: 255\n    condition: selection\nlevel: grave\n"
    (found,) = (item for item in said(broken) if item.code == "PYSIGMA001")
    assert found.severity is Severity.ERROR
    assert "grave" in found.message


@pytest.mark.parametrize("name", ["attacktag", "identifier_uniqueness"])
def test_a_validator_that_breaks_is_a_finding_of_its_own(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a shape that it does not expect")

    monkeypatch.setattr(validator_classes()[name], "validate", broken)
    (found,) = said(RULE, options={"validators": [name]})
    assert found.severity is Severity.INFO
    assert found.message == f"{name}: the validator cannot be run: 'a shape that it does not expect'"


def test_filters_are_passed_over_and_correlations_are_not() -> None:
    narrowed = "title: F\nlogsource: {product: windows}\nfilter: {rules: [a], s: {User: x}, condition: not s}\n"
    counted = (
        "title: C\ncorrelation: {type: event_count, rules: [a], group-by: [u], timespan: 5m, condition: {gte: 5}}\n"
    )
    assert said(narrowed) == []
    assert [item.message.partition(":")[0] for item in said(counted)] == ["identifier_existence"]


def test_a_name_that_no_validator_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownNameError) as caught:
        said(RULE, options={"validators": ["nonsense"]})
    assert "double_wildcard" in str(caught.value.diagnostic.hint)


def test_validators_that_need_the_network_are_left_out() -> None:
    assert set(validator_names()).isdisjoint(NEEDS_NETWORK)


def test_nothing_of_pysigma_is_imported_until_the_check_runs() -> None:
    source = (Path(__file__).parents[3] / "src" / "isorule" / "checks").rglob("*.py")
    assert [path.name for path in source if "from sigma" in path.read_text("utf-8")] == []
