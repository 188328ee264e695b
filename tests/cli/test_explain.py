"""`isorule explain` and `isorule dialects`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isorule.dialects import dialect, dialect_names

Run = Callable[..., Any]
Write = Callable[..., Path]


def test_a_rule_is_told_in_plain_words(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='process where process.name : "bash*" and not user.id == "0"'))
    result = run("explain", "a.toml")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "Rule 0"
    assert f"  id          {texts.id()}" in lines
    assert lines[lines.index("every event for which") :] == [
        "every event for which",
        "  all of these",
        '    the event category is "process" (letter case counts)',
        '    process.name starts with "bash" (letter case does not count)',
        '    not: user.id is "0" (letter case counts; an event without it meets this, too)',
        'e.g. {"event": {"category": "process"}, "process": {"name": "bash"}}',
    ]


def test_branches_have_events_and_needless_terms_are_named(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='any where user.id == "0" or process.name : ("a*", "ab") or process.pid > 5'))
    result = run("explain", "a.toml")
    lines = result.stdout.splitlines()
    assert lines[lines.index("every event for which") :] == [
        "every event for which",
        "  one or more of these",
        '    user.id is "0" (letter case counts)',
        '      e.g. {"user": {"id": "0"}}',
        '    process.name matches one of the patterns "a*", "ab" (letter case does not count)',
        '      e.g. {"process": {"name": "a"}}',
        "    process.pid is greater than 5",
        '      e.g. {"process": {"pid": 6}}',
        "could do without, or never comes true:",
        '  19:51: `"ab"` is covered by `"a*"`',
    ]


def test_the_analysis_as_json(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query='any where user.id == "0" and user.id == null'))
    (rule,) = json.loads(run("explain", "a.toml", "--format", "json").stdout)["rules"]
    (condition,) = rule["conditions"]
    assert rule["stream"] == []
    assert condition["matches"] == "none"
    assert condition["examples"] == []
    (finding,) = condition["findings"]
    assert (finding["kind"], finding["scope"]) == ("never-true", "all-events")
    assert [part["line"] for part in finding["by"]] == [19, 19]


def test_a_sequence_has_a_stream_of_events(run: Run, write: Write, texts: Any) -> None:
    query = 'sequence by host.id [process where process.name == "a"] [process where process.name == "b"] with runs=9'
    write("a.toml", texts.elastic(query=query))
    lines = run("explain", "a.toml").stdout.splitlines()
    shown = lines[lines.index("gives an alert on these events together:") + 1 :]
    names = [json.loads(line)["process"]["name"] for line in shown[:-1]]
    assert (names, shown[-1]) == (["a", *"bbbbbbb"], "  and 2 more")
    (rule,) = json.loads(run("explain", "a.toml", "--format", "json").stdout)["rules"]
    assert [event["process"]["name"] for event in rule["stream"]] == ["a", *"b" * 9]
    assert len({event["host"]["id"] for event in rule["stream"]}) == 1


def test_the_representation_is_added_when_asked_for(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    plain, with_ir = run("explain", "a.toml").stdout, run("explain", "--ir", "a.toml").stdout
    assert with_ir.startswith(plain)
    assert '(process.name = "bash")' in with_ir.removeprefix(plain)


def test_every_rule_of_a_file_is_told(run: Run, texts: Any) -> None:
    result = run("explain", "-", stdin=f"{texts.sigma(1)}---\n{texts.sigma(2)}")
    assert [line for line in result.stdout.splitlines() if line.startswith("Rule")] == ["Rule 1", "Rule 2"]


def test_a_broken_rule_is_a_finding(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query="process where"))
    result = run("explain", "a.toml")
    assert result.exit_code == 1
    assert "a.toml:" in result.stderr


def test_a_loss_is_explained_by_its_name(run: Run) -> None:
    result = run("explain", "case-folded")
    assert result.exit_code == 0
    assert result.stdout.startswith("case-folded (loss)\n")


def test_a_name_that_nothing_has_is_wrong_usage(run: Run) -> None:
    result = run("explain", "no-such-thing")
    assert result.exit_code == 2
    assert "no-such-thing" in result.stderr


def test_every_dialect_is_in_the_matrix(run: Run) -> None:
    values = json.loads(run("dialects", "--format", "json").stdout)
    assert [item["name"] for item in values["dialects"]] == list(dialect_names())
    for item in values["dialects"]:
        found = dialect(item["name"])
        assert item["reads"] is (found.parse is not None)
        assert item["writes"] is (found.emit is not None)
        if found.capabilities is not None:
            assert set(item["capabilities"]["cases"]) == {case.value for case in found.capabilities.cases}
    text = run("dialects").stdout
    assert all(f"\n{name}  " in text for name in dialect_names())


def test_a_condition_that_is_too_large_says_so(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(query="any where " + " or ".join(['user.id == "0"'] * 3_000)))
    assert run("explain", "a.toml").stdout.splitlines()[-1] == "  not analysed: too large"
    (rule,) = json.loads(run("explain", "a.toml", "--format", "json").stdout)["rules"]
    (condition,) = rule["conditions"]
    assert (condition["matches"], condition["not_analysed"], condition["findings"]) == ("not-decided", "too large", [])
