"""`isorule check` for teams: configuration, selection, baselines, fixes, other files in folders, kept results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isorule.checks.file import report_file

Run = Callable[..., Any]
Write = Callable[..., Path]


def banded(texts: Any, number: int = 0) -> str:
    """A rule whose risk score is within no band of its severity: one error."""
    return str(texts.elastic(number)).replace("risk_score = 21", "risk_score = 50")


def names(result: Any) -> list[str]:
    return [json.loads(line)["name"] for line in result.stdout.splitlines()]


def test_the_rules_of_these_tests_have_one_finding(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", banded(texts))
    assert names(run("check", ".", "--format", "jsonl")) == ["risk-score-band"]


# --- files


def test_files_in_a_folder_that_are_no_rules_are_passed_over(run: Run, write: Write, texts: Any) -> None:
    write("rules/a.toml", texts.elastic())
    write("pyproject.toml", '[project]\nname = "x"\n')
    write("mkdocs.yml", "site_name: x\nnav: []\n")
    write("compose.yaml", "services: {a: {image: b}}\n")
    result = run("check", ".")
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("1 file checked")


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("x.toml", '[project]\nname = "x"\n', "an Elastic rule has a table [rule]"),
        ("x.yml", "services: {}\n", "a Sigma rule has the keys title, logsource and detection"),
    ],
)
def test_a_named_file_that_is_no_rule_is_an_error(run: Run, write: Write, name: str, text: str, wanted: str) -> None:
    write(name, text)
    result = run("check", name)
    assert result.exit_code == 1
    assert f"{name}:1:1: error[not-a-rule] this is no rule: {wanted} (RULE007)" in result.stdout
    assert run("check", name, "--only-rules").exit_code == 0


def test_a_folder_without_rules_does_not_look_clean(run: Run, write: Write) -> None:
    write("x/pyproject.toml", '[project]\nname = "x"\n')
    assert run("check", "x").exit_code == 2


@pytest.mark.parametrize("text", ["[rule]\nname = \n", "[[rule.threat]\n"])
def test_a_broken_rule_is_still_a_rule(run: Run, write: Write, text: str) -> None:
    write("x/a.toml", text)
    assert "toml-syntax" in run("check", "x").stdout


@pytest.mark.parametrize("pattern", ["drafts", "drafts/", "drafts/*.toml", "**/b.toml", "b.toml", "?.t*l"])
def test_excluded_files_are_passed_over(run: Run, write: Write, texts: Any, pattern: str) -> None:
    write("rules/drafts/b.toml", banded(texts))
    write("rules/aa.toml", texts.elastic(1))
    command = ("check", "rules", "--exclude", pattern if "/" not in pattern.rstrip("/") else f"**/{pattern}")
    assert run(*command).exit_code == 0
    assert run("check", "rules").exit_code == 1


# --- selection


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--ignore", "risk-score-band"), []),
        (("--ignore", "RISK001"), []),
        (("--ignore", "RISK"), []),
        (("--ignore", "risk-*,schema"), []),
        (("--select", "COLL"), []),
        (("--select", "COLL, RISK"), ["risk-score-band"]),
        (("--select", "RISK", "--ignore", "RISK001"), []),
        (("--select", "schema", "--extend-select", "RISK"), ["risk-score-band"]),
    ],
)
def test_checks_are_chosen_by_name_code_group_and_pattern(
    run: Run, write: Write, texts: Any, options: tuple[str, ...], found: list[str]
) -> None:
    write("a.toml", banded(texts))
    assert names(run("check", "a.toml", "--format", "jsonl", *options)) == found


def test_all_selects_checks_that_are_off_by_default_too(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", banded(texts))
    assert {"risk-score-band", "attack-missing"} <= set(
        names(run("check", "a.toml", "--format", "jsonl", "--select", "ALL"))
    )


def test_a_selector_that_means_nothing_is_wrong_usage(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    result = run("check", "a.toml", "--ignore", "risk-score-bend")
    assert result.exit_code == 2
    assert "no check is called 'risk-score-bend' (did you mean risk-score-band?)" in result.stderr


def test_explain_prints_the_documentation(run: Run) -> None:
    result = run("check", "--explain", "RISK001")
    assert result.exit_code == 0
    assert result.stdout.startswith("risk-score-band (RISK001, error in elastic rules)")
    assert run("check", "--explain", "no-such").exit_code == 2
    assert run("check").exit_code == 2


# --- configuration


@pytest.mark.parametrize(
    ("name", "head"), [("isorule.toml", ""), ("pyproject.toml", '[project]\nname = "x"\n\n[tool.isorule]\n')]
)
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("", 1),
        ('ignore = ["RISK"]', 0),
        ('select = ["schema"]', 0),
        ('exclude = ["rules"]', 2),
        ('severity = { RISK001 = "info" }', 0),
        ('severity = { RISK001 = "off" }', 0),
        ('severity = { RISK = "info" }\nfail-on = "info"', 1),
        ('per-file-ignores = { "rules/*" = ["RISK"] }', 0),
        ('per-file-ignores = { "other/**" = ["RISK"] }', 1),
    ],
)
def test_settings_come_from_the_nearest_file_upwards(
    run: Run, write: Write, texts: Any, name: str, head: str, settings: str, code: int
) -> None:
    write(name, f"{head}{settings}\n")
    write("rules/a.toml", banded(texts))
    assert run("check", "rules").exit_code == code
    assert run("check", "rules", "--no-config").exit_code == 1


def test_patterns_count_from_the_folder_of_the_configuration(
    run: Run, write: Write, texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("isorule.toml", 'per-file-ignores = { "rules/old/*" = ["RISK"] }\n')
    path = write("rules/old/a.toml", banded(texts))
    monkeypatch.chdir(path.parent)
    assert run("check", "a.toml").exit_code == 0


def test_the_command_line_goes_before_the_configuration(run: Run, write: Write, texts: Any) -> None:
    write("isorule.toml", 'select = ["schema"]\nfail-on = "info"\n')
    write("a.toml", banded(texts))
    assert run("check", "a.toml").exit_code == 0
    assert run("check", "a.toml", "--select", "RISK").exit_code == 1
    write("other.toml", 'ignore = ["RISK"]\n')
    assert run("check", "a.toml", "--config", "other.toml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('ignores = ["RISK"]\n', "1:1", "unknown key ignores"),
        ('fail-on = "fatal"\n', "1:11", 'fail-on is "fatal"; it must be one of error, warning, info'),
        ('ignore = ["RISK"]\nselect = "ALL"\n', "2:10", 'select is "ALL"; it must be a list'),
        ('ignore = ["RISK", "risk-score-bond"]\n', "1:19", "no check is called 'risk-score-bond'"),
        ('[severity]\nrisky = "off"\n', "2:1", "no check is called 'risky'"),
        ("[checks.schema]\nlength = 3\n", "2:1", "schema has no option 'length'"),
        ("ignore = [\n", "1:12", "Invalid"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_underlined(
    run: Run, write: Write, texts: Any, text: str, place: str, message: str
) -> None:
    write("a.toml", texts.elastic())
    write("isorule.toml", text)
    result = run("check", "a.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"isorule.toml:{place}: error[configuration] {message}") or place == "1:12"
    assert "isorule.toml:" in result.stderr


# --- baseline


def test_old_findings_are_left_out_also_when_lines_move(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", banded(texts))
    assert run("check", ".", "--write-baseline", "--baseline", "old.json").exit_code == 0
    write("a.toml", "# a\n# b\n" + banded(texts))
    result = run("check", ".", "--baseline", "old.json")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "1 in the baseline" in result.stderr
    write("b.toml", banded(texts, 1))
    found = run("check", ".", "--baseline", "old.json", "--format", "jsonl")
    new = [(item["path"], item["name"]) for item in map(json.loads, found.stdout.splitlines())]
    assert new == [("b.toml", "risk-score-band"), ("b.toml", "unique-query")]


def test_a_baseline_that_is_none_is_wrong_usage(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    write("old.json", "{}")
    assert run("check", "a.toml", "--baseline", "old.json").exit_code == 2
    assert run("check", "a.toml", "--baseline", "absent.json").exit_code == 2


# --- fixes

THREAT = """
[[rule.threat]]
framework = "MITRE ATT&CK"  # of old

[rule.threat.tactic]
id = "TA0007"
name = 'Discovering'   # wrong
reference = "https://attack.mitre.org/tactics/TA0007/"
"""


def test_fixes_are_shown_and_then_made(run: Run, write: Write, texts: Any) -> None:
    before = texts.elastic() + THREAT
    path = write("a.toml", before)
    shown = run("check", ".", "--diff")
    assert shown.exit_code == 1
    assert "-name = 'Discovering'   # wrong\n+name = 'Discovery'   # wrong\n" in shown.stdout
    assert "1 file would change" in shown.stderr
    assert path.read_text() == before
    made = run("check", ".", "--fix")
    assert made.exit_code == 0
    assert "1 fix made" in made.stderr
    assert path.read_text() == before.replace("Discovering", "Discovery")
    assert run("check", ".", "--diff").exit_code == 0


def test_unsafe_fixes_are_asked_for(run: Run, write: Write, texts: Any) -> None:
    path = write("a.toml", banded(texts))
    assert run("check", "a.toml", "--fix").exit_code == 1
    assert path.read_text() == banded(texts)
    assert run("check", "a.toml", "--fix", "--unsafe-fixes").exit_code == 0
    assert path.read_text() == texts.elastic()


def test_a_fixed_file_keeps_its_mark_and_line_breaks(run: Run, write: Write, texts: Any) -> None:
    before = (texts.elastic() + THREAT).replace("\n", "\r\n")
    path = write("a.toml", b"\xef\xbb\xbf" + before.encode())
    run("check", "a.toml", "--fix")
    assert path.read_bytes() == b"\xef\xbb\xbf" + before.replace("Discovering", "Discovery").encode()


def test_what_is_excluded_or_ignored_is_not_mended(run: Run, write: Write, texts: Any) -> None:
    before = texts.elastic() + THREAT
    path = write("a.toml", before)
    write("isorule.toml", 'per-file-ignores = { "a.toml" = ["attack-name"] }\n')
    run("check", ".", "--fix")
    run("check", ".", "--fix", "--no-config", "--ignore", "ATTACK")
    assert path.read_text() == before


# --- collections


def test_rules_of_several_files_are_compared(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    other = texts.elastic(query="process where process.pid == 4").replace('"Rule 0"', '"Another"')
    write("b.toml", other)
    write("c.yml", texts.sigma())
    found = run("check", ".", "--format", "json")
    (item,) = json.loads(found.stdout)["diagnostics"]
    assert (item["name"], item["path"]) == ("unique-id", "b.toml")
    assert item["related"][0]["path"] == "a.toml"
    write("b.toml", other.replace("rule_id", "# isorule: ignore[unique-id] twin\nrule_id"))
    assert run("check", ".").exit_code == 0


# --- results that are kept


def test_a_second_run_gives_the_same_bytes_without_checking_again(
    run: Run, write: Write, texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("rules/a.toml", banded(texts))
    write("rules/b.toml", banded(texts).replace("Rule 0", "x") + THREAT + "# isorule: ignore[schema] nothing\n")
    write("rules/c.yml", texts.sigma(2))
    write("rules/d.yml", "services: {}\n")
    first = run("check", "rules", "--format", "sarif")
    calls: list[str] = []

    def counted(file: Any, form: str, plan: Any) -> Any:
        calls.append(file.path)
        return report_file(file, form, plan)

    monkeypatch.setattr("isorule.checks.file.report_file", counted)
    assert run("check", "rules", "--format", "sarif").stdout_bytes == first.stdout_bytes
    assert calls == []
    write("rules/c.yml", texts.sigma(3))
    run("check", "rules")
    assert calls == ["rules/c.yml"]
    run("check", "rules", "--ignore", "schema")
    assert len(calls) == 4
    run("check", "rules", "--no-cache")
    assert len(calls) == 7


def test_a_store_that_cannot_be_used_is_no_hindrance(run: Run, write: Write, texts: Any, folder: Path) -> None:
    write("a.toml", banded(texts))
    write("file", "")
    assert run("check", "a.toml", "--cache-dir", "file/x").exit_code == 1
    write("kept/checks.sqlite3", "this is no database" * 100)
    assert run("check", "a.toml", "--cache-dir", "kept").exit_code == 1


def test_results_go_to_a_file(run: Run, write: Write, texts: Any, folder: Path) -> None:
    write("a.toml", banded(texts))
    result = run("check", "a.toml", "--format", "gitlab", "-o", "out.json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert json.loads((folder / "out.json").read_text())[0]["check_name"] == "risk-score-band"
