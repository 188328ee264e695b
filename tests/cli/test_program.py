"""The program as a whole: help, versions, exit codes, faults, closed pipes, start-up."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from isorule.cli.program import VERBS, isorule

HEAVY = ("sigma", "jsonschema", "yaml", "tomli", "tomli_w", "isorule.api", "isorule.conversion", "isorule.dialects")


def test_every_verb_is_listed_with_the_first_line_of_its_own_help() -> None:
    context = click.Context(isorule)
    for name, (_, summary) in VERBS.items():
        command = isorule.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert (command.help or "").splitlines()[0] == summary


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], *([verb, "--help"] for verb in VERBS)])
def test_help_and_version_are_clean(run: Callable[..., Any], arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert result.stdout
    assert not result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["bogus"], ["--bogus"], ["convert", "--to", "sigma"], ["check", "--format", "xml", "."], ["verify", "a"]],
)
def test_wrong_usage_is_2(run: Callable[..., Any], arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert not result.stdout
    assert "Error" in result.stderr


def _modules_after(*arguments: str, environment: Mapping[str, str] | None = None) -> set[str]:
    """The modules that a new process has imported once the command has run."""
    script = (
        "import sys, json\n"
        "from isorule.cli import main\n"
        f"sys.argv = ['isorule', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=None if environment is None else {**os.environ, **environment},
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_help_imports_nothing_heavy() -> None:
    imported = _modules_after("--help")
    assert "isorule.cli.program" in imported
    assert not {name for name in HEAVY if name in imported}
    assert not {name for name in imported if name.startswith("isorule.cli.") and name.split(".")[-1] in VERBS}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_imports_its_options_only(verb: str) -> None:
    imported = _modules_after(verb, "--help")
    assert not {name for name in (*HEAVY, "isorule.evaluation", "isorule.verification") if name in imported}
    assert len([name for name in imported if name.startswith("isorule")]) < 40


def test_completion_of_a_verb_imports_its_options_only() -> None:
    asked = {"_ISORULE_COMPLETE": "bash_complete", "COMP_WORDS": "isorule convert --max-loss ", "COMP_CWORD": "3"}
    imported = _modules_after(environment=asked)
    assert "isorule.cli.commands.convert" in imported
    assert not {name for name in HEAVY if name in imported}


def test_the_limits_that_convert_offers_are_all_there_are() -> None:
    from isorule.conversion import MaxLoss

    command = isorule.get_command(click.Context(isorule), "convert")
    assert command is not None
    (option,) = (item for item in command.params if item.name == "max_loss")
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == [limit.value for limit in MaxLoss]
    assert option.default == MaxLoss.WIDENS.value


def test_checking_an_elastic_rule_does_not_import_pysigma(folder: Path, write: Callable[..., Path], texts: Any) -> None:
    write("a.toml", texts.elastic())
    assert "sigma" not in _modules_after("check", "a.toml")


@pytest.mark.parametrize("module", ["click", "isorule.cli.program", "isorule.cli.check", "isorule.checks.cache"])
def test_an_interrupt_during_an_import_ends_the_run_quietly(module: str) -> None:
    script = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from isorule.cli import main\n"
        "sys.argv = ['isorule', 'check', '.']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "isorule: interrupted")


def test_a_closed_pipe_ends_the_run_quietly() -> None:
    """`isorule dialects | true`: nothing is left to say, and the exit code is that of a process ended by SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-c", "from isorule.cli import main; main()", "dialects"]
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """isorule itself is at fault."""

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("by us")

    monkeypatch.setattr("isorule.checks.file.report_file", fail)


@pytest.mark.usefixtures("broken_check")
def test_a_fault_in_one_file_is_3_and_is_called_a_bug(
    run: Callable[..., Any], write: Callable[..., Path], texts: Any
) -> None:
    write("a.toml", texts.elastic(1))
    write("b.toml", texts.elastic(2))
    result = run("check", ".")
    assert result.exit_code == 3
    assert result.stdout.count("internal fault: ZeroDivisionError: by us") == 2
    assert "please report" in result.stdout


@pytest.mark.usefixtures("broken_check")
def test_the_traceback_of_a_fault_is_shown_when_asked_for(
    folder: Path, write: Callable[..., Path], texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    monkeypatch.setenv("ISORULE_DEBUG", "1")
    write("a.toml", texts.elastic())
    assert "Traceback (most recent call last)" in CliRunner().invoke(isorule, ["check", "a.toml"]).output


def test_a_fault_outside_of_any_file_is_3(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError("by us")

    monkeypatch.setattr("isorule.cli.dialects.dialect_names", fail)
    result = run("dialects")
    assert result.exit_code == 3
    assert result.stderr.startswith("isorule: internal fault: ZeroDivisionError: by us\n")


def test_a_full_disk_is_no_bug_of_ours(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("isorule.cli.dialects.dialect_names", fail)
    result = run("dialects")
    assert result.exit_code == 3
    assert result.stderr == "isorule: the output cannot be written: No space left on device\n"


def test_an_interrupt_is_130(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("isorule.cli.dialects.dialect_names", interrupt)
    assert run("dialects").exit_code == 130


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "isorule", "bogus"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "bogus" in done.stderr
