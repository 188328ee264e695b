"""Files that are not well-formed give an error with a name and a place, never anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

from isorule.source.files import decode, read_file
from isorule.source.reading import MAX_DEPTH, SourceError
from isorule.source.text import SourceFile
from isorule.source.toml_values import read_toml
from isorule.source.yaml_values import read_yaml

VECTORS = Path(__file__).parents[2] / "vectors" / "source" / "broken.toml"
CASES: list[dict[str, Any]] = tomli.loads(VECTORS.read_text(encoding="utf-8"))["case"]
READERS = {"toml": read_toml, "yaml": read_yaml}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_error_has_name_and_place(case: dict[str, Any]) -> None:
    file = SourceFile("rule", case["text"])
    with pytest.raises(SourceError) as caught:
        READERS[case["format"]](file)
    error = caught.value
    assert (error.name, *file.position(error.span.start)) == (case["error"], case["line"], case["column"])
    assert [file.position(span.start).line for _, span in error.related if "also" in case] == [
        line for line in [case.get("also")] if line
    ]


@pytest.mark.parametrize(
    ("reader", "text", "line", "column"),
    [
        (read_yaml, "a: " + "[" * 5000, 1, 4 + MAX_DEPTH - 1),
        (read_yaml, "".join(f"{' ' * depth}k:\n" for depth in range(400)), MAX_DEPTH + 1, MAX_DEPTH + 1),
        (read_toml, "a = " + "[" * 300 + "]" * 300, 1, 5 + MAX_DEPTH),
        (read_toml, "a = " + "[" * 5000 + "]" * 5000, 1, 5 + MAX_DEPTH),
        (read_toml, "a" + ".a" * 250 + " = 1", 1, 501),
    ],
    ids=["yaml flow", "yaml block", "toml arrays", "toml arrays beyond the reader", "toml dotted key"],
)
def test_deep_nesting_is_refused_where_it_gets_too_deep(reader: Any, text: str, line: int, column: int) -> None:
    file = SourceFile("rule", text)
    with pytest.raises(SourceError) as caught:
        reader(file)
    assert caught.value.name == "nested-too-deep"
    assert file.position(caught.value.span.start) == (line, column)


def test_nesting_below_the_bound_is_read() -> None:
    depth = MAX_DEPTH - 2
    text = "a = " + "[" * depth + "]" * depth
    assert read_toml(SourceFile("rule", text)).values["a"] != []
    assert read_yaml(SourceFile("rule", "a: " + "[" * depth + "]" * depth))[0].values["a"] != []


def test_alias_bomb_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    file = SourceFile("rule", "\n".join(lines))
    with pytest.raises(SourceError) as caught:
        read_yaml(file)
    assert caught.value.name == "too-many-aliases"
    assert file.position(caught.value.span.start).line == 4


def test_huge_integer_in_toml_is_an_error_with_a_place() -> None:
    file = SourceFile("rule", "[rule]\nrisk_score = " + "9" * 5000)
    with pytest.raises(SourceError) as caught:
        read_toml(file)
    assert caught.value.name == "toml-syntax"
    assert file.position(caught.value.span.start) == (2, 14)


def test_bad_byte_has_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "rule.yml"
    path.write_bytes("title: gr\u00fcn\nauthor: ".encode() + b"J\xfcrgen\n")
    with pytest.raises(SourceError) as caught:
        read_file(path)
    error = caught.value
    assert error.name == "invalid-utf-8"
    assert "0xfc" in error.message
    assert error.file is not None
    assert error.file.position(error.span.start) == (2, 10)


def test_utf16_is_named_in_the_hint() -> None:
    with pytest.raises(SourceError) as caught:
        decode("title: x\n".encode("utf-16"), "rule.yml")
    assert caught.value.hint is not None
    assert "UTF-16" in caught.value.hint


def test_file_that_is_not_there_is_an_error_about_that_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_file(tmp_path / "absent.toml")
    assert caught.value.name == "unreadable-file"
    assert caught.value.file is not None
    assert caught.value.file.path.endswith("absent.toml")


def test_the_hint_for_a_bad_byte_fits_every_file() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"select = [\xff]", "isorule.toml")
    assert caught.value.hint == "isorule reads UTF-8; save the file in that encoding"
