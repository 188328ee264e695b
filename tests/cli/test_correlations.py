"""Correlations on the command line: rules in several files, and what `--allow-loss` gives."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from click.testing import CliRunner, Result

from isorule.cli.program import isorule

FAILED = """\
title: Failed login
name: failed
taxonomy: ecs
logsource: {product: windows, service: security}
detection: {s: {event.code: '4625'}, condition: s}
"""
BURST = """\
title: Burst
id: 0c7a1f3e-5b1d-4a55-9c5e-000000000001
level: high
correlation:
    type: event_count
    rules: [failed]
    group-by: [user.name]
    timespan: 1m
    condition: {gte: 2}
"""
FILTER = """\
title: Without service accounts
taxonomy: ecs
logsource: {product: windows}
filter:
    rules: [failed]
    selection: {user.name|startswith: svc_}
    condition: not selection
"""
UNTIL = """\
[rule]
name = "A rule"
rule_id = "0c7a1f3e-5b1d-4a55-9c5e-000000000002"
from = "now-9m"
type = "eql"
language = "eql"
query = '''
sequence by host.id with maxspan=1m
  [any where event.code == "1"]
  [any where event.code == "2"]
until [any where event.code == "3"]
'''
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(isorule, list(arguments))


def folder(tmp_path: Path, **texts: str) -> str:
    for name, text in texts.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    return str(tmp_path)


def events(tmp_path: Path, *users: str) -> str:
    file = tmp_path / "events.ndjson"
    rows = [
        {"@timestamp": f"2026-01-01T00:00:{second:02}Z", "event": {"code": "4625"}, "user": {"name": user}}
        for second, user in enumerate(users)
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return str(file)


def test_eval_follows_references_through_files_and_applies_filters(tmp_path: Path) -> None:
    found = run(
        "eval",
        folder(tmp_path, failed=FAILED, burst=BURST, filter=FILTER),
        "--events",
        events(tmp_path, "a", "svc_x", "svc_x", "b", "a"),
    )
    assert found.exit_code == 0, found.output
    alerts = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(alert["title"], [event["user"]["name"] for event in alert["events"]]) for alert in alerts] == [
        ("Burst", ["a", "a"])
    ]


def test_eval_says_which_rule_is_unknown_and_where(tmp_path: Path) -> None:
    found = run("eval", folder(tmp_path, burst=BURST), "--events", events(tmp_path, "a"))
    assert found.exit_code == 1
    assert "burst.yml:6:13: error[unresolved-rule]" in found.stderr.replace(f"{tmp_path}/", "")


def test_a_part_that_sigma_cannot_say_is_refused_or_dropped_and_declared(tmp_path: Path) -> None:
    rule = tmp_path / "rule.toml"
    rule.write_text(UNTIL, encoding="utf-8")
    refused = run("convert", str(rule), "--to", "sigma", "--no-cache")
    assert refused.exit_code == 1
    assert "[until]" in refused.stderr
    dropped = run("convert", str(rule), "--to", "sigma", "--allow-loss", "--no-cache")
    assert dropped.exit_code == 0, dropped.stderr
    assert "until-dropped" in dropped.stderr
    documents = list(yaml.safe_load_all(dropped.stdout))
    assert documents[-1]["correlation"]["type"] == "temporal_ordered"
    none = run("convert", str(rule), "--to", "sigma", "--allow-loss", "--max-loss", "cosmetic", "--no-cache")
    assert none.exit_code == 1


def test_eval_says_which_filter_has_no_effect(tmp_path: Path) -> None:
    lost = FILTER.replace("[failed]", "[nobody]")
    rules = folder(tmp_path, failed=FAILED, burst=BURST, filter=lost)
    found = run("eval", rules, "--events", events(tmp_path, "svc_x", "svc_x"))
    assert found.exit_code == 0, found.output
    assert "filter.yml:5:13: warning[dangling-reference]" in found.stderr.replace(f"{tmp_path}/", "")
    assert len(found.stdout.splitlines()) == 1


def checked(path: str) -> list[tuple[str, str]]:
    """What `isorule check` finds wrong with references: the file and the name of each finding."""
    found = json.loads(run("check", path, "--format", "json").stdout)["diagnostics"]
    names = ("dangling-reference", "ambiguous-reference", "filter-taxonomy")
    return sorted((Path(item["path"]).name, item["name"]) for item in found if item["name"] in names)


def test_check_says_which_references_lead_nowhere_or_to_several_rules(tmp_path: Path) -> None:
    second = FAILED.replace("Failed login", "Another")
    assert checked(folder(tmp_path, failed=FAILED, burst=BURST, filter=FILTER)) == []
    assert checked(folder(tmp_path, second=second)) == [("burst.yml", "ambiguous-reference")]
    near = f"{second}---\n{BURST}"
    assert checked(folder(tmp_path, second="title: x\n", burst=near)) == [], "the rule of the same file is meant"
    lost = FILTER.replace("[failed]", "[nobody]").replace("title:", "name: lost\ntitle:", 1)
    found = checked(folder(tmp_path, burst=BURST.replace("[failed]", "[lost]"), filter=lost))
    assert found == [("burst.yml", "dangling-reference"), ("filter.yml", "dangling-reference")]
    other = FILTER.replace("taxonomy: ecs\n", "")
    assert checked(folder(tmp_path, burst=BURST, filter=other)) == [("filter.yml", "filter-taxonomy")]


def test_a_detection_without_a_form_is_named_in_the_words_of_rules(tmp_path: Path) -> None:
    values = BURST.replace("event_count", "value_count").replace("{gte: 2}", "{field: host.id, gte: 2}")
    result = run("convert", folder(tmp_path, burst=f"{FAILED}---\n{values}"), "--to", "eql")
    assert "EQL has no form for a threshold on counted events or values" in result.output


def test_a_bound_that_is_no_finite_number_is_refused_as_such(tmp_path: Path) -> None:
    result = run("explain", folder(tmp_path, burst=BURST.replace("gte: 2", "gte: .inf")) + "/burst.yml")
    assert "correlation.condition.gte is inf, expected is a finite number" in result.output
