"""How values are laid out in the two house styles."""

from __future__ import annotations

from typing import Any

import pytest

from isorule.source.toml_layout import write_toml
from isorule.source.yaml_layout import write_yaml


def test_sigma_style() -> None:
    assert write_yaml(
        {
            "title": "A title: with a colon",
            "id": "08c2f7b0-0000-4000-8000-000000000000",
            "status": "test",
            "description": "First line\nSecond 'line'\n",
            "references": ["https://example.org/a#b"],
            "author": "@someone",
            "date": "2025-01-31",
            "tags": ["attack.t1018"],
            "detection": {
                "selection": {"Image|endswith": ["\\cmd.exe", "it's"], "EventID": 4688, "Flag": True, "Gone": None},
                "other": [{"a": "yes", "b": ["x"]}, {"c": "*"}],
                "empty": {},
                "condition": "selection and not other",
            },
            "falsepositives": ["no", "2025-01-31", "017"],
            "level": "high",
        }
    ) == (
        "title: 'A title: with a colon'\n"
        "id: 08c2f7b0-0000-4000-8000-000000000000\n"
        "status: test\n"
        "description: |\n"
        "    First line\n"
        "    Second 'line'\n"
        "references:\n"
        "    - https://example.org/a#b\n"
        "author: '@someone'\n"
        "date: 2025-01-31\n"
        "tags:\n"
        "    - attack.t1018\n"
        "detection:\n"
        "    selection:\n"
        "        Image|endswith:\n"
        "            - '\\cmd.exe'\n"
        '            - "it\'s"\n'
        "        EventID: 4688\n"
        "        Flag: true\n"
        "        Gone: null\n"
        "    other:\n"
        "        - a: 'yes'\n"
        "          b:\n"
        "              - 'x'\n"
        "        - c: '*'\n"
        "    empty: {}\n"
        "    condition: selection and not other\n"
        "falsepositives:\n"
        "    - 'no'\n"
        "    - '2025-01-31'\n"
        "    - '017'\n"
        "level: high\n"
    )


def test_elastic_style() -> None:
    assert write_toml(
        {
            "rule": {
                "threshold": {"field": ["host.id"], "value": 5, "cardinality": [{"field": "user.name", "value": 2}]},
                "threat": [
                    {
                        "tactic": {"id": "TA0007"},
                        "technique": [{"id": "T1018", "subtechnique": [{"id": "T1018.001"}]}],
                        "framework": "MITRE ATT&CK",
                    }
                ],
                "query": "process where\n  process.name == 'a\\b'\n",
                "type": "eql",
                "note": '## Heading\nText with \\ and """\n',
                "description": "First\nSecond\n",
                "author": ["Elastic"],
                "tags": [f"Number {n}" for n in range(12)],
                "false_positives": ["\n    Long text\n    "],
                "filters": [
                    {"meta": {"negate": True}, "query": {"wildcard": {"file.path": {"value": "C:\\*"}}}},
                ],
            },
            "transform": {"osquery": [{"label": "x", "query": "SELECT 1"}]},
            "metadata": {"maturity": "production", "creation_date": "2025/01/31"},
        }
    ) == (
        "[metadata]\n"
        'creation_date = "2025/01/31"\n'
        'maturity = "production"\n'
        "\n"
        "[transform]\n"
        "[[transform.osquery]]\n"
        'label = "x"\n'
        'query = "SELECT 1"\n'
        "\n"
        "[rule]\n"
        'author = ["Elastic"]\n'
        'description = """\nFirst\nSecond\n"""\n'
        "false_positives = [\n"
        '    """\n\n    Long text\n    """,\n'
        "]\n"
        'note = """## Heading\nText with \\\\ and \\"""\n"""\n'
        "tags = [\n" + "".join(f'    "Number {n}",\n' for n in range(12)) + "]\n"
        'type = "eql"\n'
        "query = '''\nprocess where\n  process.name == 'a\\b'\n'''\n"
        "\n"
        "[[rule.filters]]\n"
        "\n"
        "[rule.filters.meta]\n"
        "negate = true\n"
        "\n"
        '[rule.filters.query.wildcard."file.path"]\n'
        'value = "C:\\\\*"\n'
        "\n"
        "[[rule.threat]]\n"
        'framework = "MITRE ATT&CK"\n'
        "\n"
        "[[rule.threat.technique]]\n"
        'id = "T1018"\n'
        "\n"
        "[[rule.threat.technique.subtechnique]]\n"
        'id = "T1018.001"\n'
        "\n"
        "[rule.threat.tactic]\n"
        'id = "TA0007"\n'
        "\n"
        "[rule.threshold]\n"
        'field = ["host.id"]\n'
        "value = 5\n"
        "\n"
        "[[rule.threshold.cardinality]]\n"
        'field = "user.name"\n'
        "value = 2\n"
    )


def test_query_that_cannot_stand_between_three_single_quotes_is_escaped() -> None:
    text = write_toml({"rule": {"query": "a '''b''' \\\n"}})
    assert text == "[rule]\nquery = \"\"\"\na '''b''' \\\\\n\"\"\"\n"


def test_lists_of_lists_of_tables_stand_between_braces() -> None:
    providers = [[{"excluded": False, "field": "host.id"}]]
    text = write_toml({"transform": {"investigate": [{"label": "x", "providers": providers}]}})
    assert text.endswith(
        'providers = [\n  [\n    { excluded = false, field = "host.id" },\n  ],\n]\n'.replace("'", '"')
    )


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": {1, 2}}, [b"x"]])
def test_values_of_other_types_are_refused(value: Any) -> None:
    for write in (write_yaml, write_toml):
        with pytest.raises(TypeError):
            write({"rule": {"key": value}})


def test_null_is_refused_in_toml_and_written_in_yaml() -> None:
    with pytest.raises(TypeError, match=r"rule\.key"):
        write_toml({"rule": {"key": None}})
    assert write_yaml({"key": None}) == "key: null\n"


def test_lone_surrogates_and_bottomless_values_are_refused() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(500):
        inner["k"] = {}
        inner = inner["k"]
    for write in (write_yaml, write_toml):
        with pytest.raises(ValueError, match=r"written|nested"):
            write({"key": "\ud800"})
        with pytest.raises(ValueError, match="nested"):
            write(deep)
