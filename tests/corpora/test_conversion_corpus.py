"""How much of the published corpora converts, and how sure the conversions are; `measure.py` prints the same counts."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import isorule
from isorule.ir.detections import Sequence

HERE = Path(__file__).parent


def measuring() -> ModuleType:
    spec = importlib.util.spec_from_file_location("isorule_corpus_measure", HERE / "measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


measure = measuring()
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not measure.ELASTIC.is_dir(), reason=f"the rule corpora are not at {measure.SHARED}"),
]


def total(rows: dict[str, Any], field: str) -> Any:
    values = [getattr(row, field) for row in rows.values()]
    return sum(values, start=Counter()) if isinstance(values[0], Counter) else sum(values)


def test_elastic_to_sigma() -> None:
    rows = measure.measure_elastic()
    assert "unreadable" not in rows
    for kind in (
        "eql / eql / active",
        "eql / eql / deprecated",
        "query / kuery / active",
        "new_terms / kuery / active",
    ):
        assert rows[kind].rules == rows[kind].parsed == rows[kind].round_tripped, kind
    single = [rows["eql / eql / active"], rows["query / kuery / active"]]
    events = sum(row.single_event for row in single)
    identical = sum(row.verdicts["identical"] for row in single)
    assert identical >= 0.97 * events
    assert [title for row in rows.values() for title in row.undeclared] == []


def test_sigma_to_elastic() -> None:
    rows = measure.measure_sigma()
    assert "unreadable" not in rows
    assert total(rows, "rules") == total(rows, "parsed") == total(rows, "round_tripped") == 2910
    assert total(rows, "verdicts")["identical"] >= 0.96 * 2910
    assert [title for row in rows.values() for title in row.undeclared] == []
    unconverted = total(rows, "refusals")
    assert set(unconverted) == {"placeholder", "regex-word-boundary-in-lucene"}


def difference(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The key paths under which two documents differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(before.keys() | after.keys())
        return [found for key in keys for found in difference(before.get(key), after.get(key), (*path, key))]
    return [] if before == after else [path]


@pytest.mark.parametrize(
    ("there", "back", "detection"),
    [("sigma", "elastic", {("rule", "query"), ("rule", "filters")}), ("elastic", "sigma", {("detection",)})],
)
def test_the_way_back_restores_every_key(there: str, back: str, detection: set[tuple[str, ...]]) -> None:
    files = measure.elastic_files() if there == "sigma" else measure.sigma_files()
    found: Counter[tuple[str, ...]] = Counter()
    restored = 0
    # A sequence that comes back from a correlation looks back far enough for every run to see whole windows.
    schedule = {("rule", "from"), ("rule", "interval")}
    for rule in measure.rules_of(files[::3], []):
        try:
            other = isorule.convert(rule, there).rule
            home = isorule.convert(other, back).rule
        except isorule.UnsupportedError:
            continue
        restored += 1
        assert rule.origin is not None
        assert home.origin is not None
        paths = difference(rule.origin.document, home.origin.document)
        changed = detection | (schedule if isinstance(rule.detection, Sequence) else set())
        found.update(path for path in paths if not any(path[: len(known)] == known for known in changed))
    assert restored > 300
    assert found == Counter()


def test_conversion_is_repeatable() -> None:
    for path in measure.sigma_files()[::40]:
        for rule, again in zip(isorule.load(path), isorule.load(path), strict=True):
            try:
                first = isorule.convert(rule, "elastic").text
            except isorule.UnsupportedError:
                continue
            assert isorule.convert(again, "elastic").text == first
