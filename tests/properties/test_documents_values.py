"""Whatever plain values are written as YAML or TOML are read back as the same values, by other readers, too."""

from __future__ import annotations

import io
from typing import Any

import tomli
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from isorule.source.equality import same_values
from isorule.source.text import SourceFile
from isorule.source.toml_layout import write_toml
from isorule.source.toml_rewrite import rewrite_toml
from isorule.source.toml_values import read_toml
from isorule.source.yaml_layout import write_yaml
from isorule.source.yaml_rewrite import rewrite_yaml
from isorule.source.yaml_values import read_yaml


class TextDates(yaml.SafeLoader):
    """PyYAML without its dates, which are texts in a rule."""


TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":timestamp")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

MEANINGFUL = ("yes", "No", "null", "~", "", " ", "017", "08", "1e3", "0x1F", "1_0", "12:30", "2025-01-31", "y", ".inf")
SIGNS = (
    "=",
    "<<",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#a",
    "*x",
    "&x",
    "!x",
    "%x",
    "@x",
    "`x",
    "{a}",
    "[a]",
    "---",
    "...",
    "? a",
)
QUOTES = ("'", '"', "\\", "a\\nb", "'''", '"""', "'''a'''\n", '"""a\\\n', "a'", 'a"', "key:")
BREAKS = ("a\n", "\na", "a\n\n", "  a\nb\n", "a \nb\n", "\t", "a\tb", "\ta\nb", "\r", "a\r\nb", "\x85", "\u2028")
ODD = ("\ufeff", "\x00", "\x1b", "😀")
TRICKY = st.sampled_from((*MEANINGFUL, *SIGNS, *QUOTES, *BREAKS, *ODD))
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TEXTS = TRICKY | PLAIN_TEXT | st.builds("\n".join, st.lists(TRICKY | PLAIN_TEXT, max_size=4))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)


def documents(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=8,
    )
    keys = st.sampled_from(["rule", "metadata", "query", "threat", "detection", "date", "title"]) | TEXTS
    return st.dictionaries(keys, values, max_size=4)


YAML_DOCUMENTS = documents(TEXTS | NUMBERS | st.booleans() | st.none())
TOML_DOCUMENTS = documents(TEXTS | NUMBERS | st.booleans())


@settings(max_examples=300, deadline=None)
@given(YAML_DOCUMENTS)
@example({"a": [["x", {"b": "\n  y\n"}]]})
def test_yaml_is_read_back_by_three_readers(values: dict[str, Any]) -> None:
    text = write_yaml(values)
    (reading,) = read_yaml(SourceFile("written", text)) or (None,)
    assert reading is not None
    assert same_values(reading.values, values)
    if "date" not in values and "modified" not in values:
        assert same_values(yaml.load(text, TextDates), values)
        new = YAML(typ="safe", pure=True)
        new.version = (1, 2)
        assert same_values(new.load(io.StringIO(text)), values)
    assert not reading.notes


@settings(max_examples=300, deadline=None)
@given(TOML_DOCUMENTS, st.booleans())
def test_toml_is_read_back(values: dict[str, Any], keep_order: bool) -> None:
    text = write_toml(values, keep_order=keep_order)
    assert same_values(tomli.loads(text), values)
    assert same_values(read_toml(SourceFile("written", text)).values, values)


@settings(max_examples=200, deadline=None)
@given(YAML_DOCUMENTS)
@example({"rule": "0\n\t"})
@example({"rule": "a\n  \n"})
@example({"rule": "a\n  "})
def test_characters_of_written_yaml_have_their_places(values: dict[str, Any]) -> None:
    text = write_yaml(values)
    (reading,) = read_yaml(SourceFile("written", text))
    for path in reading.places:
        value = at(values, path)
        if isinstance(value, str):
            embedded = reading.embedded(path)
            for index, character in enumerate(value):
                found = text[embedded.outer(index)]
                assert found == character or found == "\\" or (found == "'" and character == "'")


@settings(max_examples=200, deadline=None)
@given(TOML_DOCUMENTS)
def test_characters_of_written_toml_have_their_places(values: dict[str, Any]) -> None:
    text = write_toml(values)
    reading = read_toml(SourceFile("written", text))
    assert set(reading.places) >= {(key,) for key in values}
    for path in reading.places:
        value = at(values, path)
        if isinstance(value, str):
            embedded = reading.embedded(path)
            for index, character in enumerate(value):
                assert text[embedded.outer(index)] in (character, "\\")


@settings(max_examples=200, deadline=None)
@given(YAML_DOCUMENTS, YAML_DOCUMENTS)
def test_rewritten_yaml_has_the_new_values(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = write_yaml(old)
    (reading,) = read_yaml(SourceFile("written", text))
    both = {**old, **new}
    edited = rewrite_yaml(text, reading.values, reading.places, both)
    assert same_values(read_yaml(SourceFile("edited", edited))[0].values, both)


@settings(max_examples=200, deadline=None)
@given(TOML_DOCUMENTS, TOML_DOCUMENTS)
def test_rewritten_toml_has_the_new_values(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = write_toml(old)
    reading = read_toml(SourceFile("written", text))
    both = {**old, **new}
    edited = rewrite_toml(text, reading.values, reading.places, both)
    assert same_values(tomli.loads(edited), both)


def at(values: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        values = values[part]
    return values
