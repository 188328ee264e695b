"""`isorule convert --to` a backend of pySigma: its own test backend, which pySigma offers where tests run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]

TO = ("--to", "text_query_test", "--max-loss", "any")
MAPPING = "name: ours\ntransformations:\n    - type: field_name_mapping\n      mapping: {process.name: exe}\n"


@pytest.fixture
def rules(write: Write, texts: Any) -> None:
    """An Elastic rule and two Sigma rules in a tree."""
    write("in/a.toml", texts.elastic(1))
    write("in/deep/b.yml", texts.sigma(2).replace("|cased", ""))
    write("in/deep/c.yml", texts.sigma(3).replace("|cased", ""))


@pytest.mark.usefixtures("rules")
def test_any_rule_goes_to_a_backend_in_a_tree_like_the_input(run: Run) -> None:
    result = run("convert", "in", *TO, "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert [line.split()[1:] for line in result.stdout.splitlines()[2:]] == [
        ["in/a.toml", "a.txt"],
        ["in/deep/b.yml", "deep/b.txt"],
        ["in/deep/c.yml", "deep/c.txt"],
    ]
    assert Path("out/deep/b.txt").read_text() == "'process.name'=\"bash\"\n"


@pytest.mark.usefixtures("rules")
def test_one_rule_that_is_refused_does_not_stop_the_others(run: Run, write: Write) -> None:
    write(
        "in/deep/d.yml", "title: none\nlogsource: {category: test}\ndetection: {s: {f|expand: '%a%'}, condition: s}\n"
    )
    result = run("convert", "in/deep", *TO, "--format", "json")
    records = {item["path"]: item for item in json.loads(result.stdout)["rules"]}
    assert records["in/deep/b.yml"]["status"] == records["in/deep/c.yml"]["status"] == "converted"
    refused = records["in/deep/d.yml"]
    assert (refused["status"], refused["reason"]) == ("refused", "backend-refused")
    assert "placeholder" in refused["diagnostic"]["message"]
    assert refused["diagnostic"]["line"] == 3


@pytest.mark.usefixtures("rules")
def test_the_format_is_the_backends_where_it_has_one_of_that_name(run: Run) -> None:
    result = run("convert", "in/deep", *TO, "--format", "list_of_dict", "-o", "all.txt")
    assert result.exit_code == 0, result.stderr
    assert [item["query"] for item in json.loads(Path("all.txt").read_text())] == ["'process.name'=\"bash\""] * 2


@pytest.mark.usefixtures("rules")
def test_the_report_has_a_word_of_its_own(run: Run) -> None:
    values = json.loads(run("convert", "in/deep", *TO, "--format", "str", "--report", "json").stdout)
    assert (values["target"], values["format"]) == ("text_query_test", "str")
    assert {note["name"] for note in values["notes"]} == {"backend-not-examined", "output-not-read"}


@pytest.mark.usefixtures("rules")
def test_pipelines_are_names_or_files(run: Run, write: Write) -> None:
    write("ours.yml", MAPPING)
    command = ("convert", "in/deep/b.yml", *TO, "-p", "ours.yml")
    assert run(*command).stdout == 'exe="bash"\n'
    write("ours.yml", MAPPING.replace("exe", "program"))
    assert run(*command).stdout == 'program="bash"\n', "a changed pipeline is not taken from an earlier run"


@pytest.mark.usefixtures("rules")
def test_pipelines_serve_targets_of_our_own_too(run: Run, write: Write) -> None:
    write("ours.yml", MAPPING)
    result = run("convert", "in/deep/b.yml", "--to", "eql", "-p", "ours.yml")
    assert (result.exit_code, result.stdout.strip()) == (0, 'any where exe : "bash"')


@pytest.mark.usefixtures("rules")
def test_what_is_not_verified_is_not_clean_unless_the_caller_says_so(run: Run) -> None:
    command = ("convert", "in/deep/b.yml", "--to", "text_query_test")
    assert run(*command).exit_code == 1
    assert run(*command, "--max-loss", "any").exit_code == 0


@pytest.mark.usefixtures("rules")
def test_the_reason_is_said_once_for_all_rules(run: Run) -> None:
    assert run("convert", "in/deep", *TO, "-o", "out").stderr.count("does not read this output") == 1


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "datadog"], "pip install pysigma-backend-datadog"),
        (["--to", "splunkk"], "close to it: splunk"),
        (["--to", "text_query_test", "--format", "nosuch"], "has no output format 'nosuch'; it has bytes, default"),
        (["--to", "sigma", "--format", "savedsearches"], "--format is text or json here"),
        (["--to", "eql", "--format", "siem_rule"], "--to pysigma:eql"),
        (["--to", "text_query_test", "-O", "no sign"], "name=value"),
    ],
)
def test_what_is_not_there_is_wrong_usage(run: Run, arguments: list[str], message: str) -> None:
    result = run("convert", "in/deep/b.yml", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("target", ["text_query_test", "eql"])
def test_a_pipeline_that_is_not_there_is_wrong_usage(run: Run, target: str) -> None:
    result = run("convert", "in/deep/b.yml", "--to", target, "-p", "nosuch")
    assert result.exit_code == 2
    assert "no processing pipeline is called 'nosuch'" in result.stderr


def test_dialects_lists_what_is_installed(run: Run) -> None:
    text = run("dialects").stdout
    assert "text_query_test" in text
    assert "dummy_test" in text
    values = json.loads(run("dialects", "--format", "json").stdout)
    (found,) = [item for item in values["backends"] if item["name"] == "text_query_test"]
    assert found["default_format"] == "default"
    assert "list_of_dict" in found["formats"]
    assert "dummy_test" in values["pipelines"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("arguments", "imported"),
    [(["--to", "sigma"], False), (["--to", "eql", "-p", "ours.yml"], True), (["--to", "pysigma:none"], True)],
)
def test_pysigma_is_imported_only_where_it_is_asked_for(write: Write, arguments: list[str], imported: bool) -> None:
    write("ours.yml", MAPPING)
    script = (
        "import sys\nfrom isorule.cli import main\n"
        f"sys.argv = ['isorule', 'convert', 'in/deep/b.yml', '--no-cache', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('sigma' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == str(imported)
