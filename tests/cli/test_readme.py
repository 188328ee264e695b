"""What the README shows is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from isorule.cli.program import isorule

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LEFT_OUT = "…"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("block", _blocks("console"))
def test_a_command_prints_what_the_readme_shows(block: str) -> None:
    command, _, shown = block.partition("\n")
    arguments = shlex.split(command.removeprefix("$ isorule "))
    output = CliRunner().invoke(isorule, arguments).output
    parts = shown.split(f"{LEFT_OUT}\n")
    assert output.startswith(parts[0])
    assert output.endswith(parts[-1])
    at = 0
    for part in parts:
        assert part in output[at:], part
        at = output.index(part, at) + len(part)


def test_the_query_that_is_shown_is_in_a_rule() -> None:
    rules = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.toml"))
    assert _blocks("toml")
    assert all(block in rules for block in _blocks("toml"))


@pytest.mark.parametrize("block", _blocks("python"))
def test_the_python_example_holds(block: str) -> None:
    assert "assert" in block
    exec(compile(block, "README.md", "exec"), {})


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_is_shown_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
