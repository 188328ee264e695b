"""A user's own mapping file: what it does, and what is said of a wrong one, with file and line."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import tomli

import isorule
from isorule.ir.rule import LogSource
from isorule.mappings.tables import ecs_taxonomy
from isorule.schemas import violations

MINE = """\
name: mine
spellings:
    yes-no:
        "true": ["Y", "1"]
        "false": "N"
sources:
    - logsource: {product: windows, category: process_creation}
      requires: {kind: proc}
      fields:
          Image: {to: proc.path, name: proc.file}
          CommandLine: cmd
          Elevated: {to: proc.elevated, values: yes-no}
"""

RULE = r"""
title: A rule
logsource: {product: windows, category: process_creation}
detection:
    selection:
        Image|endswith: '\x.exe'
        CommandLine|contains: abc
        Elevated: 'true'
    condition: selection
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_maps_there_and_back(tmp_path: Path) -> None:
    path = written(tmp_path, MINE)
    (rule,) = isorule.loads(RULE, "sigma")
    query = isorule.convert(rule, "eql", fields=path).text
    assert 'proc.file : "x.exe"' in query
    assert 'kind == "proc"' in query
    assert 'proc.elevated : ("Y", "1")' in query
    elastic = isorule.convert(rule, "elastic", fields=str(path))
    back = isorule.convert(elastic.rule, "sigma", fields=path)
    assert isorule.verify(rule, back.rule).same


def test_a_file_maps_events(tmp_path: Path) -> None:
    source = {"product": "windows", "category": "process_creation"}
    (event,) = isorule.map_events([{"Image": r"C:\x.exe", "Elevated": "true"}], str(written(tmp_path, MINE)), source)
    assert event == {"proc": {"path": r"C:\x.exe", "file": "x.exe", "elevated": "Y"}, "kind": "proc"}


def test_a_file_may_extend_ecs(tmp_path: Path) -> None:
    section = "    - logsource: {product: windows}\n      fields: {Nothing: some.field}\n"
    path = written(tmp_path, f"name: mine\nextends: ecs\nsources:\n{section}")
    (rule,) = isorule.loads(RULE.replace("Elevated: 'true'", "Nothing: x"), "sigma")
    query = isorule.convert(rule, "eql", fields=path).text
    assert 'some.field : "x"' in query
    assert 'process.name : "x.exe"' in query


def test_types_and_names_may_be_given_together(tmp_path: Path) -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    types = {"proc.file": "keyword", "cmd": "wildcard", "proc.elevated": "keyword", "kind": "keyword"}
    found = isorule.convert(rule, "eql", fields=[types, written(tmp_path, MINE)])
    assert found.verdict.same


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("name: mine", "nam: mine", "nam", 1),
        ("to: proc.path", "too: proc.path", "", 10),
        ("product: windows", "prodct: windows", "prodct", 7),
        ("values: yes-no", "values: yes", "`spellings` has no table", 12),
        ("CommandLine: cmd", "CommandLine: [cmd", "", None),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str, line: int | None) -> None:
    (rule,) = isorule.loads(RULE, "sigma")
    path = written(tmp_path, MINE.replace(old, new))
    with pytest.raises(isorule.ParseError) as caught:
        isorule.convert(rule, "eql", fields=path)
    found = caught.value.diagnostic
    assert found.path is not None
    assert found.path.endswith("mine.yml")
    assert message in found.message
    assert found.line is not None
    assert line is None or found.line == line


def test_the_packaged_tables_follow_the_schema() -> None:
    folder = files("isorule.mappings").joinpath("taxonomies")
    names = []
    for item in folder.iterdir():
        document = tomli.loads(item.read_text(encoding="utf-8"))
        assert list(violations("mapping", document)) == [], item.name
        names.append(item.name)
    assert sorted(names) == ["cloud.toml", "linux.toml", "macos.toml", "network.toml", "windows.toml"]


def test_a_windows_log_source_has_no_two_fields_in_one_place() -> None:
    """The way back is unambiguous: no two of Sysmon's fields of a category stand in the same field of ECS."""
    taxonomy = ecs_taxonomy()
    other_names = {"SourceImage", "SourceProcessId", "SourceProcessGuid", "SourceProcessGUID", "ComputerName"}
    hashes = {"md5", "sha1", "sha256", "Imphash", "Hash"}
    for section in taxonomy.sections:
        source = section.logsource
        if source.product != "windows" or source.category is None or source.service is not None:
            continue
        layout = taxonomy.layout(source)
        held: dict[str, str] = {}
        for row in layout.rows.values():
            if row.sigma in hashes or (row.sigma in other_names and row.sigma not in _own(source)):
                continue
            for path in row.paths:
                assert path not in held or path == "message", (source, path, held.get(path), row.sigma)
                held[path] = row.sigma


def _own(source: LogSource) -> set[str]:
    """The other names of a process that are the names of these events."""
    if source.category in ("process_access", "create_remote_thread"):
        return {"SourceImage", "SourceProcessId"}
    return set()
