"""Defects planted in clean rules of our own are found at their exact place, and nothing is found in the clean rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isorule.checks import plan
from isorule.checks.choice import Choice
from isorule.checks.file import report_file
from isorule.checks.run import settle
from isorule.diagnostics import Diagnostic
from isorule.documents import format_of_path
from isorule.source import SourceFile

VECTORS = Path(__file__).parents[2] / "vectors" / "checks"


@cache
def vectors(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def bases() -> Iterator[Any]:
    for path in sorted(VECTORS.glob("planted_*.toml")):
        for base in vectors(path)["base"]:
            yield pytest.param(base, id=f"{path.stem}-{base['id']}")


def planted() -> Iterator[Any]:
    for path in sorted(VECTORS.glob("planted_*.toml")):
        by_id = {base["id"]: base for base in vectors(path)["base"]}
        for number, case in enumerate(vectors(path)["planted"]):
            names = "+".join(found["check"] for found in case["finds"])
            yield pytest.param(by_id[case["base"]], case, id=f"{path.stem}-{number}-{names}")


def checked(files: dict[str, str], choice: Choice) -> list[Diagnostic]:
    chosen = plan(choice)
    reports = {path: report_file(SourceFile(path, text), format_of_path(path), chosen) for path, text in files.items()}
    return settle(reports, chosen)


def edited(text: str, case: dict[str, Any]) -> str:
    for old, new in case.get("edits") or [(case["replace"], case["with"])]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def silent() -> Iterator[Any]:
    by_id = {base["id"]: base for base in vectors(VECTORS / "planted_elastic.toml")["base"]}
    for case in vectors(VECTORS / "silent_elastic.toml")["case"]:
        yield pytest.param(by_id[case["base"]], case, id=f"{case['check']}: {case['why']}")


@pytest.mark.parametrize("base", list(bases()))
def test_a_clean_rule_has_no_finding(base: dict[str, Any]) -> None:
    found = checked({base["file"]: base["text"]}, Choice())
    assert [(item.name, item.line, item.column, item.message) for item in found] == []


@pytest.mark.parametrize(("base", "case"), list(planted()))
def test_a_planted_defect_is_found_at_its_place(base: dict[str, Any], case: dict[str, Any]) -> None:
    """Checks that do not run by default are switched on where they are expected to speak."""
    text = edited(base["text"], case)
    names = tuple(item["check"] for item in case["finds"])
    files = {case["beside"]: base["text"]} if "beside" in case else {}
    path = case.get("file", base["file"])
    found = checked(files | {path: text}, Choice(extend=names))
    places = {(item.name, item.line, item.column) for item in found if item.path == path}
    for item in case["finds"]:
        expected = (item["check"], item["line"], item["column"])
        assert expected in places, (expected, sorted(places, key=str), text)


@pytest.mark.parametrize(("base", "case"), list(silent()))
def test_a_check_is_silent_where_nothing_is_wrong(base: dict[str, Any], case: dict[str, Any]) -> None:
    found = checked({base["file"]: edited(base["text"], case)}, Choice(select=(case["check"], "schema")))
    assert [(item.name, item.line, item.column, item.message) for item in found] == []
