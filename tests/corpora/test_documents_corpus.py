"""Reading and writing every rule file of the corpora. `pytest -s` prints the figures."""

from __future__ import annotations

import difflib
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from isorule.diagnostics import UnsupportedError
from isorule.dialects import dialect
from isorule.documents import document_format
from isorule.documents.elastic_detections import DETECTION_KEYS
from isorule.ir.rule import LogSource, Rule
from isorule.source.equality import same_values
from isorule.source.files import read_file
from isorule.source.reading import Reading
from isorule.source.text import KeyPath, SourceFile
from isorule.source.toml_layout import write_toml
from isorule.source.toml_values import read_toml
from isorule.source.yaml_layout import write_yaml
from isorule.source.yaml_values import read_yaml

SHARED = Path(__file__).parents[3] / "shared"
ELASTIC = SHARED / "corpus" / "elastic" / "rules"
SIGMA = SHARED / "corpus" / "sigma"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"the corpora are not at {SHARED}"),
]

SECONDS = 20
"""A bound for a slow and busy machine; an idle one needs about a second for each corpus."""


class TextDates(yaml.CSafeLoader):
    """PyYAML without its dates, which are texts in a rule."""


TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":timestamp")]
    for first, rows in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def elastic_files() -> tuple[SourceFile, ...]:
    return tuple(read_file(path) for path in sorted(ELASTIC.rglob("*.toml")))


@cache
def sigma_files() -> tuple[SourceFile, ...]:
    return tuple(read_file(path) for folder in sorted(SIGMA.glob("rules*")) for path in sorted(folder.rglob("*.yml")))


@cache
def elastic_readings() -> tuple[Reading, ...]:
    return tuple(timed("read_toml, whole Elastic corpus", lambda: [read_toml(file) for file in elastic_files()]))


@cache
def sigma_readings() -> tuple[Reading, ...]:
    found = timed("read_yaml, whole Sigma corpus", lambda: [read_yaml(file) for file in sigma_files()])
    return tuple(reading for readings in found for reading in readings)


@cache
def rules(name: str) -> tuple[Rule, ...]:
    files = elastic_files() if name == "elastic" else sigma_files()
    found = timed(f"rules of the {name} corpus", lambda: [document_format(name).read(file) for file in files])
    return tuple(rule for group in found for rule in group)


def timed(what: str, work: Callable[[], list[Any]]) -> list[Any]:
    start = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - start
    print(f"\n{what}: {len(found)} in {seconds:.2f} s")
    assert seconds < SECONDS
    return found


def changed_lines(before: str, after: str, *, blank: bool) -> int:
    old, new = before.splitlines(), after.splitlines()
    if not blank:
        old, new = [line for line in old if line.strip()], [line for line in new if line.strip()]
    if old == new:
        return 0
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    return sum(line[:1] in "+-" and not line.startswith(("+++", "---")) for line in lines)


def report(what: str, pairs: list[tuple[str, str]], bound: float) -> None:
    for blank in (True, False):
        counts = [changed_lines(before, after, blank=blank) for before, after in pairs]
        median, mean = statistics.median(counts), statistics.mean(counts)
        unchanged = sum(count == 0 for count in counts)
        kind = "with blank lines" if blank else "blank lines left out"
        print(
            f"\n{what}, {kind}: median {median}, mean {mean:.1f} changed lines, {unchanged} of {len(counts)} unchanged"
        )
        assert median <= bound


def test_all_files_are_read() -> None:
    assert len(elastic_readings()) == 1649
    assert len(sigma_readings()) == 2910


def test_values_are_those_of_other_readers() -> None:
    for reading in elastic_readings():
        assert same_values(reading.values, tomli.loads(reading.file.text)), reading.file.path
    differing = []
    for reading in sigma_readings():
        if not same_values(reading.values, yaml.load(reading.file.text, TextDates)):
            differing.append(Path(reading.file.path).name)
    assert differing == []


def test_scalars_on_which_yaml_versions_differ() -> None:
    noted = {Path(reading.file.path).name: len(reading.notes) for reading in sigma_readings() if reading.notes}
    assert noted == {"registry_set_susp_keyboard_layout_load.yml": 2}


def test_values_written_in_house_style_are_read_back() -> None:
    for reading in elastic_readings():
        for keep_order in (False, True):
            assert same_values(tomli.loads(write_toml(reading.values, keep_order=keep_order)), reading.values)
    for reading in sigma_readings():
        assert same_values(yaml.load(write_yaml(reading.values), TextDates), reading.values)


def test_house_style_is_near_the_files() -> None:
    readings = random.Random(1).sample(elastic_readings(), 400)
    pairs = [(reading.file.text, write_toml(reading.values, keep_order=True)) for reading in readings]
    report("Elastic values in house style, order kept", pairs, bound=6)
    sigma = [(reading.file.text, write_yaml(reading.values)) for reading in sigma_readings()]
    report("Sigma values in house style", sigma, bound=3)


def test_every_place_holds_its_value() -> None:
    for reading in random.Random(2).sample(sigma_readings(), 300):
        assert set(reading.places) == {path for path, _ in walk(reading.values)}
        for path, value in walk(reading.values):
            span = reading.places[path].value
            text = reading.file.text[span.start : span.end]
            column = reading.file.position(span.start).column - 1
            margin = "" if text.startswith(("|", ">")) else " " * column
            assert yaml.load(margin + text, TextDates) == value, (reading.file.path, path)
    for reading in random.Random(3).sample(elastic_readings(), 300):
        assert set(reading.places) == {path for path, _ in walk(reading.values)}
        for path, value in walk(reading.values):
            span = reading.places[path].value
            text = reading.file.text[span.start : span.end]
            if path and not is_header(reading, path, value):
                assert tomli.loads(f"value = {text}")["value"] == value, (reading.file.path, path)


def is_header(reading: Reading, path: KeyPath, value: object) -> bool:
    start = reading.places[path].value.start
    line = reading.file.line(reading.file.position(start).line)
    tables = value if isinstance(value, list) else [value]
    is_table = bool(tables) and all(isinstance(item, dict) for item in tables)
    return is_table and re.match(r"\s*\[\[?[\w\"]", line) is not None


def test_every_key_stands_where_its_place_says() -> None:
    for reading in (*random.Random(4).sample(sigma_readings(), 300), *random.Random(5).sample(elastic_readings(), 300)):
        for path, located in reading.places.items():
            if located.key is not None:
                assert reading.file.text[located.key.start : located.key.end].strip("'\"") == path[-1]


def test_every_character_of_a_text_stands_where_its_place_says() -> None:
    for reading in (*random.Random(6).sample(sigma_readings(), 300), *random.Random(7).sample(elastic_readings(), 150)):
        for path, value in walk(reading.values):
            if isinstance(value, str):
                embedded = reading.embedded(path)
                for index, character in enumerate(value):
                    found = reading.file.text[embedded.outer(index)]
                    assert found in (character, "\\"), (reading.file.path, path, index)


def walk(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    yield path, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from walk(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from walk(part, (*path, index))


@pytest.mark.parametrize(("name", "bound"), [("elastic", 6), ("sigma", 3)])
def test_rules_are_written_as_they_were_read(name: str, bound: int) -> None:
    written = document_format(name)
    texts = timed(f"writing the rules of the {name} corpus", lambda: [written.write(rule) for rule in rules(name)])
    pairs = []
    for rule, text in zip(rules(name), texts, strict=True):
        assert rule.origin is not None
        pairs.append((rule.origin.file.text, text))
        (again,) = written.read(SourceFile(rule.origin.file.path, text))
        assert again == rule, rule.origin.file.path
    report(f"{name} rules, read and written", pairs, bound)


def test_rules_without_their_file_keep_every_value_but_the_query() -> None:
    """What the envelope and the extras hold is the whole rule; only the query and what it took in is written anew."""
    refused = []
    for rule in rules("elastic"):
        assert rule.origin is not None
        try:
            text = document_format("elastic").write(replace(rule, origin=None))
        except UnsupportedError as error:
            refused.append((error.diagnostic.name, rule.origin.document["rule"].keys() >= {"filters"}))
            continue
        assert same_values(_without_queries(tomli.loads(text)), _without_queries(rule.origin.document))
        (again,) = document_format("elastic").read(SourceFile("again.toml", text))
        assert again.detection == rule.detection
    print(f"\nElastic rules whose detection cannot be written anew: {len(refused)}")
    assert set(refused) <= {("index-term", True)}  # filters with patterns that ignore case have no form in kuery
    for rule in rules("sigma"):
        assert rule.origin is not None
        values = yaml.load(document_format("sigma").write(replace(rule, origin=None)), TextDates)
        assert same_values({**values, "detection": 0}, {**rule.origin.document, "detection": 0})


def test_elastic_rules_keep_every_key_on_a_way_through_sigma() -> None:
    """Only the detection is not looked at here: it is the same single test on the whole way."""
    parse = dialect("eql").parse
    assert parse is not None
    detection = parse("any where process.pid == 1")
    for rule in rules("elastic"):
        assert rule.origin is not None
        tags = tuple(f"attack.{technique.id.lower()}" for threat in rule.threats for technique in threat.techniques)
        subtags = tuple(
            f"attack.{inner.id.lower()}"
            for threat in rule.threats
            for technique in threat.techniques
            for inner in technique.subtechniques
        )
        as_sigma = replace(
            rule,
            type="sigma",
            language="sigma",
            detection=detection,
            metadata=replace(rule.metadata, tags=(*tags, *subtags)),
            data_source=replace(rule.data_source, logsource=LogSource(product="linux")),
            origin=None,
        )
        (sigma,) = document_format("sigma").read(SourceFile("rule.yml", document_format("sigma").write(as_sigma)))
        as_elastic = replace(sigma, type="eql", language="eql", detection=detection, origin=None)
        again = tomli.loads(document_format("elastic").write(as_elastic))
        assert same_values(_without_detection(again), _without_detection(rule.origin.document)), rule.origin.file.path


def _without_detection(document: Any) -> dict[str, Any]:
    detecting = ("type", "language", *DETECTION_KEYS)
    return {**document, "rule": {key: value for key, value in document["rule"].items() if key not in detecting}}


def _without_queries(document: Any) -> dict[str, Any]:
    taken_in = ("query", "filters", "threat_query", "threat_filters")
    return {**document, "rule": {key: value for key, value in document["rule"].items() if key not in taken_in}}


def test_an_edit_of_an_elastic_rule_changes_few_lines() -> None:
    counts = []
    for rule in random.Random(8).sample(rules("elastic"), 200):
        assert rule.origin is not None
        metadata = replace(rule.metadata, title="Another title", modified="2026-11-21")
        text = document_format("elastic").write(replace(rule, metadata=metadata, risk_score=1))
        assert tomli.loads(text)["rule"]["name"] == "Another title"
        counts.append(changed_lines(rule.origin.file.text, text, blank=True))
    assert max(counts) == 6


def test_an_edit_of_a_sigma_rule_changes_few_lines() -> None:
    counts = []
    for rule in random.Random(9).sample(rules("sigma"), 400):
        assert rule.origin is not None
        metadata = replace(rule.metadata, title="Another title", modified="2026-11-21")
        text = document_format("sigma").write(replace(rule, metadata=metadata))
        assert yaml.load(text, TextDates)["modified"] == "2026-11-21"
        counts.append(changed_lines(rule.origin.file.text, text, blank=True))
    assert max(counts) <= 4
