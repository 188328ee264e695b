"""What YAML files are read as: values, places, notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from isorule.source import yaml_values
from isorule.source.reading import Reading
from isorule.source.text import SourceFile, path_text
from isorule.source.yaml_values import read_yaml

VECTORS = Path(__file__).parents[2] / "vectors" / "source" / "yaml_scalars.toml"
SCALARS: list[dict[str, Any]] = tomli.loads(VECTORS.read_text(encoding="utf-8"))["case"]


@pytest.fixture(params=["libyaml", "pure"])
def any_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers underneath: libyaml's, and the one of PyYAML itself."""
    if request.param == "pure":
        monkeypatch.setattr(yaml_values, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML is installed without libyaml")


def one(text: str) -> Reading:
    (reading,) = read_yaml(SourceFile("rule.yml", text))
    return reading


def written(reading: Reading, *path: str | int) -> str:
    span = reading.places[path].value
    return reading.file.text[span.start : span.end]


@pytest.mark.parametrize("case", SCALARS, ids=lambda case: case["name"])
def test_unquoted_scalar(case: dict[str, Any]) -> None:
    reading = one(f"key: {case['text']}\n")
    value, expected = reading.values["key"], json.loads(case["json"])
    assert (type(value), value) == (type(expected), expected)
    assert [(note.name, path_text(note.path)) for note in reading.notes] == (
        [("yaml-version-dependent", "key")] if case.get("note") else []
    )


@pytest.mark.usefixtures("any_parser")
def test_every_form_of_a_value_and_its_place() -> None:
    reading = one(
        "plain: some text # remark\n"
        "'quoted key': 'it''s'\n"
        'double: "a\\tb"\n'
        "literal: |\n    one\n\n    two\n\n# remark\n"
        "folded: >-\n    one\n    two\n"
        "flow: {a: [1, 2], b: {}}\n"
        "list:\n    - x\n    - k: v\n      l: w\n\n"
        "nothing:\n"
        "last: end"
    )
    assert reading.values == {
        "plain": "some text",
        "quoted key": "it's",
        "double": "a\tb",
        "literal": "one\n\ntwo\n",
        "folded": "one two",
        "flow": {"a": [1, 2], "b": {}},
        "list": ["x", {"k": "v", "l": "w"}],
        "nothing": None,
        "last": "end",
    }
    assert written(reading, "plain") == "some text"
    assert written(reading, "quoted key") == "'it''s'"
    assert written(reading, "double") == '"a\\tb"'
    assert written(reading, "literal") == "|\n    one\n\n    two\n"
    assert written(reading, "folded") == ">-\n    one\n    two\n"
    assert written(reading, "flow", "a") == "[1, 2]"
    assert written(reading, "flow", "a", 1) == "2"
    assert written(reading, "list", 1) == "k: v\n      l: w"
    assert written(reading, "list") == "- x\n    - k: v\n      l: w"
    assert reading.file.position(reading.places[("nothing",)].value.start) == (19, 9)
    key = reading.places[("quoted key",)].key
    assert key is not None
    assert reading.file.text[key.start : key.end] == "'quoted key'"
    assert reading.places[("list", 0)].key is None


@pytest.mark.usefixtures("any_parser")
def test_anchors_aliases_and_merge_keys() -> None:
    reading = one(
        "base: &base\n    product: windows\n    service: security\n"
        "more: &more {service: system, category: x}\n"
        "merged:\n    <<: [*base, *more]\n    product: linux\n"
        "again: *base\n"
        "text: &t 'x'\n"
        "same: *t\n"
    )
    assert reading.values["merged"] == {"product": "linux", "service": "security", "category": "x"}
    assert reading.values["again"] == {"product": "windows", "service": "security"}
    assert reading.values["same"] == "x"
    assert written(reading, "again", "service") == "security"
    assert written(reading, "merged", "category") == "x"
    assert written(reading, "text") == "'x'"
    assert [note.name for note in reading.notes] == ["yaml-merge-key"]
    assert set(reading.places) == {path for path, _ in walk(reading.values)}


def walk(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, part in value.items():
            found += walk(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += walk(part, (*path, index))
    return found


def test_documents_of_one_file_and_empty_ones() -> None:
    text = "---\ntitle: one\n---\n# nothing\n---\ntitle: two\n...\n"
    readings = read_yaml(SourceFile("rules.yml", text))
    assert [reading.values for reading in readings] == [{"title": "one"}, {"title": "two"}]
    assert readings[1].file.position(readings[1].places[("title",)].value.start) == (6, 8)
    assert read_yaml(SourceFile("empty.yml", "# remark\n")) == ()


def test_places_after_a_byte_order_mark_and_crlf() -> None:
    reading = one("\ufefftitle: one\r\nlist:\r\n    - a\r\n    - b\r\n")
    assert reading.values == {"title": "one", "list": ["a", "b"]}
    assert written(reading, "title") == "one"
    assert written(reading, "list", 1) == "b"


def test_characters_beyond_the_basic_plane_count_as_one() -> None:
    reading = one("a: 😀😀\nb: x\n")
    assert written(reading, "a") == "😀😀"
    assert written(reading, "b") == "x"


def test_core_tags_are_read() -> None:
    assert one("a: !!str 12\nb: !!int 12\nc: ! 12\nd: !!null ''\n").values == {"a": "12", "b": 12, "c": "12", "d": None}


def test_embedded_asks_for_a_text() -> None:
    reading = one("a: {b: 1}\nc: [x]\n")
    assert reading.embedded(("c", 0)).text == "x"
    for path in (("a",), ("a", "b"), ("c", 1), ("d",), ("c", "x")):
        with pytest.raises(KeyError):
            reading.embedded(path)
