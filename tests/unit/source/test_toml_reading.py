"""What TOML files are read as: values and places."""

from __future__ import annotations

import pytest

from isorule.source.reading import Reading
from isorule.source.text import KeyPath, SourceFile
from isorule.source.toml_values import read_toml

TEXT = """\
top = 1 # remark
"quoted key" = 'x'
dates = [1979-05-27, 1979-05-27T07:32:00-08:00, 07:32:00]

[rule]
name = "a \\"b\\" # no remark"
query = '''
process where [true] # still text
'''
tags = [
    "one", # [[rule.threat]]
    "two",
]
nested = [[1, 2], [{ a = "}", b.c = [] }]]
a.b.c = true

[[rule.threat]]
framework = "x"
[[rule.threat.technique]]
id = "T1"
[[rule.threat.technique]]
id = "T2"
[rule.threat.tactic]
id = "TA1"

[[rule.threat]]
[rule.threat.tactic]
id = "TA2"

[rule."dotted.name".deep]
x = 1
"""


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_toml(SourceFile("rule.toml", TEXT))


def cut(reading: Reading, *path: str | int) -> str:
    span = reading.places[path].value
    return TEXT[span.start : span.end]


def key(reading: Reading, *path: str | int) -> str:
    span = reading.places[path].key
    assert span is not None
    return TEXT[span.start : span.end]


def test_every_value_has_a_place(reading: Reading) -> None:
    assert set(reading.places) == set(paths(reading.values))


def paths(value: object, path: KeyPath = ()) -> list[KeyPath]:
    found: list[KeyPath] = [path]
    if isinstance(value, dict):
        for name, part in value.items():
            found += paths(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += paths(part, (*path, index))
    return found


def test_places_of_values(reading: Reading) -> None:
    assert cut(reading, "top") == "1"
    assert cut(reading, "quoted key") == "'x'"
    assert cut(reading, "rule", "name") == '"a \\"b\\" # no remark"'
    assert cut(reading, "rule", "query").startswith("'''\nprocess")
    assert cut(reading, "rule", "tags", 1) == '"two"'
    assert cut(reading, "rule", "nested", 1, 0) == '{ a = "}", b.c = [] }'
    assert cut(reading, "rule", "nested", 1, 0, "b", "c") == "[]"
    assert cut(reading, "rule", "a", "b", "c") == "true"
    assert cut(reading, "rule", "threat", 0, "technique", 1, "id") == '"T2"'
    assert cut(reading, "rule", "threat", 1, "tactic", "id") == '"TA2"'


def test_places_of_tables_reach_to_their_last_part(reading: Reading) -> None:
    assert cut(reading, "rule", "threat", 0, "technique") == (
        '[[rule.threat.technique]]\nid = "T1"\n[[rule.threat.technique]]\nid = "T2"'
    )
    assert cut(reading, "rule", "threat", 0).endswith('id = "TA1"')
    assert cut(reading, "rule").startswith("[rule]")
    assert cut(reading, "rule").endswith("x = 1")


def test_places_of_keys(reading: Reading) -> None:
    assert key(reading, "quoted key") == '"quoted key"'
    assert key(reading, "rule") == "rule"
    assert key(reading, "rule", "a", "b") == "b"
    assert key(reading, "rule", "dotted.name") == '"dotted.name"'
    assert reading.places[("rule", "threat", 0)].key is None


def test_dates_and_times_stay_texts(reading: Reading) -> None:
    assert reading.values["dates"] == ["1979-05-27", "1979-05-27T07:32:00-08:00", "07:32:00"]


def test_byte_order_mark_and_crlf() -> None:
    file = SourceFile("rule.toml", "\ufeff[rule]\r\nname = 'x'\r\nquery = '''\r\na\r\nb'''\r\n")
    reading = read_toml(file)
    assert reading.values == {"rule": {"name": "x", "query": "a\nb"}}
    span = reading.places[("rule", "name")].value
    assert file.text[span.start : span.end] == "'x'"
