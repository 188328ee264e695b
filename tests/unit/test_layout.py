"""What the folders of the project and the files of the code may hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
CHARACTER_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")
POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{[0-9,]+\})\+")


@pytest.mark.parametrize("folder", ["rules", "sigma"])
def test_folders_of_rules_hold_no_python(folder: str) -> None:
    """pySigma's package is the namespace package `sigma`: Python in a folder of that name would become part of it."""
    assert (ROOT / folder).is_dir()
    assert not list((ROOT / folder).rglob("*.py"))


def test_no_group_of_an_expression_is_repeated_possessively() -> None:
    """Python before 3.11.5 may miss a match of `(?:…)*+` (https://github.com/python/cpython/issues/106052)."""
    found = [f"{path.relative_to(ROOT)}: {pattern}" for path in SOURCES for pattern in _patterns(path)]
    assert len(found) > 20
    assert [text for text in found if POSSESSIVE_GROUP.search(CHARACTER_CLASS.sub("x", text))] == []


def _patterns(path: Path) -> list[str]:
    """The arguments of `re.compile` in a file, as written."""
    text = path.read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and _is_compile(node.func)]
    return [ast.get_source_segment(text, call) or "" for call in calls]


def _is_compile(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "compile"


def test_whatever_is_ignored_or_caught_unseen_has_a_reason_on_its_line() -> None:
    silences = re.compile(r"# noqa|# type: ignore|# pragma|except (?:Base)?Exception\b|except:")
    reason = re.compile(r"(?:noqa: [A-Z0-9]+|type: ignore\[[a-z-]+\]|except \w+(?: as \w+)?:)\W+\w+ .+")
    folders = [ROOT / name for name in ("src", "tools", "tests/unit", "tests/corpora")]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (path for folder in folders for path in folder.rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if silences.search(line) and not reason.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_paths_in_the_documentation_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    written = re.findall(r"`([a-z0-9_.]+/[a-z0-9_./]*|[a-z_]+\.py)`", text)
    assert len(written) > 5
    places = (ROOT, ROOT / "src" / "isorule", ROOT / "src" / "isorule" / "dialects" / "kuery")
    sibling = ROOT / "src" / "isorule" / "dialects" / "sigma"
    assert [path for path in written if not any((place / path).exists() for place in (*places, sibling))] == []
