"""`isorule convert`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import isorule
from isorule.diagnostics import Effect
from isorule.ir.losses import loss
from isorule.verification import Verdict, VerdictKind, Witness

Run = Callable[..., Any]
Write = Callable[..., Path]

REFUSED = 'process where concat(process.name, "x") == "bashx"'
"""A query that Sigma cannot say."""


def test_one_rule_goes_to_stdout_and_the_rest_to_stderr(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic())
    result = run("convert", "a.toml", "--to", "sigma")
    assert result.exit_code == 0, result.stderr
    (rule,) = isorule.loads(result.stdout, "sigma")
    assert rule.metadata.title == "Rule 0"
    assert result.stderr == "1 rule: 1 converted\n  verdicts: 1 identical\n"


@pytest.mark.parametrize(
    ("target", "suffix"),
    [("sigma", ".yml"), ("elastic", ".toml"), ("eql", ".eql"), ("kuery", ".kuery"), ("dsl", ".json")],
)
def test_every_target_gives_a_tree_like_the_input(run: Run, write: Write, texts: Any, target: str, suffix: str) -> None:
    write("in/a.toml", texts.elastic(1))
    write("in/deep/er/b.toml", texts.elastic(2))
    result = run("convert", "in", "--to", target, "-o", "out", "--max-loss", "any")
    assert result.exit_code == 0, result.stderr
    assert [line.split()[1:] for line in result.stdout.splitlines()[2:]] == [
        ["in/a.toml", f"a{suffix}"],
        ["in/deep/er/b.toml", f"deep/er/b{suffix}"],
    ]
    written = sorted(path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file())
    assert written == [".isorule.json", f"a{suffix}", f"deep/er/b{suffix}"]


def test_a_rule_that_fails_does_not_stop_the_others(run: Run, write: Write, texts: Any) -> None:
    write("in/a.toml", texts.elastic(1, query="process where process.name ="))
    write("in/b.toml", b"\xff")
    write("in/c.toml", texts.elastic(2, query=REFUSED))
    write("in/d.toml", texts.elastic(3))
    result = run("convert", "in", "--to", "sigma", "-o", "out", "--format", "json")
    assert result.exit_code == 1
    rules = json.loads(result.stdout)["rules"]
    assert [(item["path"], item["status"], item["output"]) for item in rules] == [
        ("in/a.toml", "error", None),
        ("in/b.toml", "error", None),
        ("in/c.toml", "refused", None),
        ("in/d.toml", "converted", "d.yml"),
    ]
    assert rules[1]["reason"] == "invalid-utf-8"
    assert rules[2]["reason"] == "computed-operand"
    assert [(item["diagnostic"]["line"], item["diagnostic"]["path"]) for item in rules[:3]] == [
        (19, "in/a.toml"),
        (1, "in/b.toml"),
        (19, "in/c.toml"),
    ]
    assert Path("out/d.yml").is_file()
    assert "4 rules: 2 error, 1 converted, 1 refused" in result.stderr


def test_json_has_the_verdict_the_losses_and_the_identity_of_each_rule(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(4))
    values = json.loads(run("convert", "a.toml", "--to", "sigma", "--format", "json").stdout)
    assert values["version"] == 1
    assert values["target"] == "sigma"
    (rule,) = values["rules"]
    assert (rule["path"], rule["id"], rule["title"]) == ("a.toml", texts.id(4), "Rule 4")
    assert rule["verdict"] == {"kind": "identical", "reason": None, "witnesses": []}
    assert rule["losses"] == []
    assert isorule.loads(rule["text"], "sigma")
    assert values["summary"]["verdicts"] == {"identical": 1}


def test_refused_rules_may_be_expected(run: Run, write: Write, texts: Any) -> None:
    write("in/a.toml", texts.elastic(1, query=REFUSED))
    write("in/b.toml", texts.elastic(2))
    command = ("convert", "in", "--to", "sigma", "-o", "out")
    assert run(*command).exit_code == 1
    skipped = run(*command, "--skip-refused")
    assert skipped.exit_code == 0
    assert skipped.stdout.splitlines()[2].split() == ["refused", "in/a.toml", "computed-operand"]
    assert (
        skipped.stderr
        == "2 rules: 1 converted, 1 refused\n  verdicts: 1 identical\n  not converted: 1 computed-operand\n"
    )
    write("in/c.toml", "[rule]")
    assert run(*command, "--skip-refused").exit_code == 1


def test_check_compares_and_writes_nothing(run: Run, write: Write, texts: Any) -> None:
    write("in/a.toml", texts.elastic(1))
    write("in/b.toml", texts.elastic(2))
    command = ("convert", "in", "--to", "sigma", "-o", "out")
    missing = run(*command, "--check")
    assert missing.exit_code == 1
    assert missing.stderr.count("missing-output") == 2
    assert not Path("out").exists()
    assert run(*command).exit_code == 0
    assert run(*command, "--check").exit_code == 0
    stale = Path("out/a.yml")
    stale.write_bytes(stale.read_bytes() + b"\n")
    Path("out/orphan.yml").touch()
    changed = run(*command, "--check", "--format", "json")
    assert changed.exit_code == 1
    assert [(item["path"], item["name"]) for item in json.loads(changed.stdout)["files"]] == [
        ("out/a.yml", "edited-output"),
        ("out/orphan.yml", "orphan-output"),
    ]


def test_a_single_file_says_nothing_of_the_other_files_of_the_folder(run: Run, write: Write, texts: Any) -> None:
    write("in/a.toml", texts.elastic(1))
    assert run("convert", "in/a.toml", "--to", "sigma", "-o", "out").exit_code == 0
    Path("out/other.yml").touch()
    assert run("convert", "in/a.toml", "--to", "sigma", "-o", "out", "--check").exit_code == 0


def test_two_rules_never_share_a_file(run: Run, write: Write, texts: Any) -> None:
    write("in/a.toml", texts.elastic(1))
    write("in/a.yml", texts.sigma(2))
    result = run("convert", "in", "--to", "eql", "-o", "out", "--format", "json")
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)["rules"]
    assert (first["status"], first["output"]) == ("converted", "a.eql")
    assert (second["status"], second["reason"], second["output"]) == ("error", "output-collision", None)


def test_a_source_is_never_written_over(run: Run, write: Write, texts: Any) -> None:
    path = write("in/a.toml", texts.elastic(1))
    before = path.read_bytes()
    result = run("convert", "in", "--to", "elastic", "-o", "in", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rules"][0]["reason"] == "output-is-input"
    assert path.read_bytes() == before


def test_rules_of_one_file_are_numbered(run: Run, write: Write, texts: Any) -> None:
    write("in/a.yml", f"{texts.sigma(1)}---\n{texts.sigma(2)}")
    assert run("convert", "in", "--to", "elastic", "-o", "out", "--max-loss", "any").exit_code == 0
    assert sorted(path.name for path in Path("out").glob("[!.]*")) == ["a-1.toml", "a-2.toml"]


def test_sigma_rules_on_stdout_are_documents_of_one_text(run: Run, write: Write, texts: Any) -> None:
    write("a.toml", texts.elastic(1))
    write("b.toml", texts.elastic(2))
    result = run("convert", "a.toml", "b.toml", "--to", "sigma", "-o", "-")
    assert result.exit_code == 0
    assert [rule.metadata.title for rule in isorule.loads(result.stdout, "sigma")] == ["Rule 1", "Rule 2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["."], "name a folder"),
        (["a.toml", "--check"], "--check"),
        ([".", "-o", "-", "--to", "elastic", "--max-loss", "any"], "several rules"),
        (["a.toml", "--to", "klingon"], "klingon"),
        (["a.toml", "--fields", "a.toml"], "not JSON"),
        (["a.toml", "--fields", "none.json"], "cannot be read"),
        (["a.toml", "--fields", "list.json"], "no JSON object"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage(
    run: Run, write: Write, texts: Any, arguments: list[str], message: str
) -> None:
    write("a.toml", texts.elastic(1))
    write("b.toml", texts.elastic(2))
    write("list.json", "[]")
    result = run("convert", "--to", "sigma", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_several_processes_give_the_same_bytes(run: Run, write: Write, texts: Any) -> None:
    for number in range(9):
        write(f"in/{number}.toml", texts.elastic(number))
    command = ("convert", "in", "--to", "sigma", "--format", "json")
    assert run(*command).stdout_bytes == run(*command, "--jobs", "2").stdout_bytes


def test_a_converted_rule_from_stdin(run: Run, texts: Any) -> None:
    result = run("convert", "-", "--to", "eql", stdin=texts.elastic())
    assert result.exit_code == 0
    assert result.stdout.strip() == 'process where process.name == "bash"'


@pytest.mark.parametrize(
    ("kind", "limit", "code"),
    [
        (VerdictKind.IDENTICAL, "none", 0),
        (VerdictKind.EQUIVALENT, "none", 0),
        (VerdictKind.WIDER, "none", 1),
        (VerdictKind.WIDER, "cosmetic", 1),
        (VerdictKind.WIDER, "widens", 0),
        (VerdictKind.NARROWER, "widens", 1),
        (VerdictKind.NARROWER, "any", 0),
        (VerdictKind.DIVERGENT, "widens", 1),
        (VerdictKind.DIVERGENT, "any", 0),
        (VerdictKind.UNDECIDED, "widens", 1),
        (VerdictKind.UNDECIDED, "any", 0),
    ],
)
def test_a_verdict_beyond_the_limit_fails(
    run: Run, write: Write, texts: Any, monkeypatch: pytest.MonkeyPatch, kind: VerdictKind, limit: str, code: int
) -> None:
    write("a.toml", texts.elastic())
    (rule,) = isorule.load("a.toml")
    witness = Witness(({"process": {"name": "BASH"}},), (), ((0,),), "letter case")
    verdict = Verdict(kind, "letter case", (witness,))
    made = isorule.Conversion("text\n", rule, (loss("case-folded", Effect.WIDENS, "letter case"),), verdict)
    monkeypatch.setattr("isorule.api.convert", lambda *_, **__: made)
    result = run("convert", "a.toml", "--to", "sigma", "--max-loss", limit)
    assert result.exit_code == code
    assert "case-folded" in result.stderr
    if code:
        assert f"a.toml: {kind.value}\n  letter case\n" in result.stderr
        assert '{"process": {"name": "BASH"}}' in result.stderr
