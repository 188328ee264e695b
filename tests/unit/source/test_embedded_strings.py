"""Where the characters of a string stand in its file, for every form of string."""

from __future__ import annotations

import pytest

from isorule.source.reading import Reading
from isorule.source.text import SourceFile, Span
from isorule.source.toml_values import read_toml
from isorule.source.yaml_values import read_yaml


def yaml(text: str) -> Reading:
    (reading,) = read_yaml(SourceFile("rule.yml", text))
    return reading


def toml(text: str) -> Reading:
    return read_toml(SourceFile("rule.toml", text))


FORMS = [
    ("yaml plain", yaml("k: one\n  two\n\n  three X\n"), "one two\nthree X"),
    ("yaml single", yaml("k: 'it''s\n  so\n\n\n  X'\n"), "it's so\n\nX"),
    ("yaml double", yaml('k: "a\\tb \\\n    \\u00fc\\U0001F600\n  c\\\\ X"\n'), "a\tb \u00fc\U0001f600 c\\ X"),
    ("yaml literal", yaml("k: |\n    one\n      two\n\n    X\n\n\n"), "one\n  two\n\nX\n"),
    ("yaml literal, keep", yaml("k: |+\n  X\n\n\nl: 1\n"), "X\n\n\n"),
    ("yaml literal, strip", yaml("k: |-\n  one\n  X\n\n"), "one\nX"),
    ("yaml literal, indentation given", yaml("k: |2\n    one\n  X\n"), "  one\nX\n"),
    (
        "yaml folded",
        yaml("k: >\n  one\n  two\n\n  three\n    more\n    indented\n\n  X\n"),
        "one two\nthree\n  more\n  indented\n\nX\n",
    ),
    ("yaml crlf", yaml("k: |\r\n  one\r\n  X\r\n"), "one\nX\n"),
    ("yaml tagged and anchored", yaml("k: &a !!str # remark\n  X\n"), "X"),
    ("toml basic", toml('k = "a\\tb\\u00fc\\\\ X"\n'), "a\tb\u00fc\\ X"),
    ("toml literal", toml("k = 'C:\\X'\n"), "C:\\X"),
    ("toml long literal", toml("k = '''\none\n  two X'''\n"), "one\n  two X"),
    ("toml long literal, at once", toml("k = '''one\nX''''\n"), "one\nX'"),
    ("toml long basic", toml('k = """\none \\\n   two\\"\n  X"""\n'), 'one two"\n  X'),
    ("toml long basic, quotes inside", toml('k = """a "b" ""c X"""""\n'), 'a "b" ""c X""'),
    ("toml crlf", toml("k = '''\r\none\r\nX'''\r\n"), "one\nX"),
]


@pytest.mark.parametrize(("reading", "value"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_each_character_has_its_place(reading: Reading, value: str) -> None:
    embedded = reading.embedded(("k",))
    text = reading.file.text
    assert embedded.text == value
    for index, character in enumerate(value):
        found = text[embedded.outer(index)]
        assert found == character or found == "\\" or (found in "\r\n" and character in " \n")
    marked = embedded.span(Span(value.index("X"), value.index("X") + 1))
    assert text[marked.start : marked.end] == "X"
    end = embedded.outer(len(value))
    assert reading.places[("k",)].value.start < end <= reading.places[("k",)].value.end


def test_places_after_a_fold_are_those_of_the_next_line() -> None:
    reading = yaml("k: >-\n  one\n  two\n")
    embedded = reading.embedded(("k",))
    assert reading.file.position(embedded.outer(4)) == (3, 3)


def test_an_escape_is_one_place() -> None:
    reading = toml('k = "\\u0041\\u0042c"\n')
    assert [reading.embedded(("k",)).outer(index) for index in range(3)] == [5, 11, 17]
