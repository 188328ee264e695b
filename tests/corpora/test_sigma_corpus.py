"""Every detection of SigmaHQ's collection is read, written, and read again with the same meaning."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from isorule.dialects.sigma import read_detection, write_detection
from isorule.ir.core import core

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "sigma"
RULES = 2910

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the Sigma corpus is not at {CORPUS}"),
]


class Loader(yaml.CSafeLoader):
    """Dates stay texts, as `source.yaml_values` reads them."""


Loader.yaml_implicit_resolvers = {
    first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
    for first, entries in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def detections() -> dict[str, dict[str, object]]:
    """The `detection` mapping of every rule, by file name."""
    files = sorted(path for folder in CORPUS.glob("rules*") for path in folder.rglob("*.yml"))
    found: dict[str, dict[str, object]] = {}
    for path in files:
        (document,) = yaml.load_all(path.read_text(encoding="utf-8"), Loader)
        found[str(path.relative_to(CORPUS))] = document["detection"]
    return found


def test_all_detections_are_read_and_keep_their_meaning() -> None:
    assert len(detections()) == RULES
    started = time.perf_counter()
    matches = {name: read_detection(detection) for name, detection in detections().items()}
    read = time.perf_counter()
    written = {name: write_detection(match).mapping for name, match in matches.items()}
    print(f"\n{RULES} detections: read {read - started:.2f} s, written {time.perf_counter() - read:.2f} s")
    changed = [
        name for name, match in matches.items() if core(read_detection(written[name]).where) != core(match.where)
    ]
    assert changed == []


def test_what_is_written_is_written_again_in_the_same_way() -> None:
    unsteady = []
    for name, detection in detections().items():
        written = write_detection(read_detection(detection)).mapping
        if repr(write_detection(read_detection(written)).mapping) != repr(written):
            unsteady.append(name)
    assert unsteady == []


def test_the_usual_layouts_are_kept() -> None:
    """A rule with one selection, or selections and filters named by SigmaHQ's convention, has the same maps again."""
    same = 0
    for detection in detections().values():
        written = write_detection(read_detection(detection)).mapping
        same += contents(written) == contents(detection)
    print(f"\n{same} of {RULES} detections have the same selections, {same / RULES:.0%}")
    assert same / RULES > 0.8


def contents(detection: dict[str, object]) -> list[str]:
    """The selections without their names."""
    return sorted(repr(value) for name, value in detection.items() if name != "condition")


def test_pysigma_reads_what_is_written() -> None:
    """pySigma accepts every mapping, and finds the same fields and values in it as in the rule."""
    pytest.importorskip("sigma.rule")
    started = time.perf_counter()
    different = []
    for name, detection in detections().items():
        written = write_detection(read_detection(detection)).mapping
        if pysigma_leaves(written) != pysigma_leaves(detection):
            different.append(name)
    print(f"\npySigma: {time.perf_counter() - started:.2f} s")
    assert different == []


def pysigma_leaves(detection: dict[str, object]) -> set[tuple[object, ...]]:
    from sigma.rule import SigmaRule

    rule = SigmaRule.from_dict({"title": "t", "logsource": {"category": "any"}, "detection": detection})
    return {leaf for condition in rule.detection.parsed_condition for leaf in _leaves(condition.parsed)}


def _leaves(node: object) -> Iterator[tuple[object, ...]]:
    from sigma.conditions import ConditionFieldEqualsValueExpression, ConditionItem, ConditionValueExpression
    from sigma.types import SigmaExpansion

    if isinstance(node, ConditionItem):
        for argument in node.args:
            yield from _leaves(argument)
        return
    assert isinstance(node, ConditionFieldEqualsValueExpression | ConditionValueExpression)
    values = node.value.values if isinstance(node.value, SigmaExpansion) else [node.value]
    for value in values:
        yield _leaf(getattr(node, "field", None), value)


def _leaf(field: str | None, value: object) -> tuple[object, ...]:
    """A leaf as data: a null and its negation `exists` are one, and keywords need no stars around them."""
    from sigma.types import SigmaExists, SigmaNull, SigmaNumber, SigmaRegularExpression, SigmaString

    match value:
        case SigmaNull() | SigmaExists():
            return field, "presence"
        case SigmaString() | SigmaNumber() if field is None:
            return None, "text", str(value).strip("*").lower()
        case SigmaRegularExpression():
            return field, "re", value.regexp.original, frozenset(value.flags)
        case SigmaString():
            return field, "text", str(value).lower()
        case _:
            return field, type(value).__name__, str(value)
