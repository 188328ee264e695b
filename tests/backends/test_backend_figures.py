"""The recorded figures of pySigma's backends are whole, and give a page."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import backend_figures
import bench_sigma_backends


def test_every_case_is_recorded_with_its_versions_and_adds_up() -> None:
    runs = backend_figures.read_figures()["run"]
    recorded = {(item["corpus"], item["backend"], item["format"], tuple(item["pipelines"])) for item in runs}
    assert recorded == {(case.corpus, case.backend, case.format, case.pipelines) for case in backend_figures.CASES}
    for item in runs:
        rules = {"sigma": 2910, "elastic": 1649}[item["corpus"]]
        assert item["converted"] + item["refused"] == item["rules"]
        assert item["rules"] * item["every"] == pytest.approx(rules, rel=0.05)
        assert sum(item["reasons"].values()) == item["refused"]
        assert sum(item["verdicts"].values()) == item["converted"]
        assert item["date"]
        assert all(version[-1].isdigit() for version in item["versions"])


def test_the_page_is_a_table_of_all_cases() -> None:
    lines = backend_figures.section()
    rows = [line for line in lines if line.startswith("| ") and ("sigma |" in line[:12] or "elastic |" in line[:12])]
    assert len(rows) == len(backend_figures.CASES)
    assert len({line.count(" | ") for line in rows}) == 1


def test_the_figures_beside_isorules_add_up_and_are_a_table() -> None:
    figures = tomllib.loads(bench_sigma_backends.FIGURES.read_text(encoding="utf-8"))
    told = [(row["tool"], row["format"]) for row in figures["row"]]
    assert told[0] == ("isorule", "elastic, fields=ecs")
    assert [form for tool, form in told if tool == "pySigma"] == list(bench_sigma_backends.FORMATS)
    for row in figures["row"]:
        assert row["rules"] == row["converted"] + row["refused"] == 2910
        assert sum(row["verdicts"].values()) == row["converted"] - row["invalid"]
    assert figures["date"]
    lines = [line for line in bench_sigma_backends.section() if line.startswith(("| isorule", "| pySigma"))]
    assert len(lines) == len(told)
    assert len({line.count(" | ") for line in lines}) == 1
