"""Whatever stands in a file: a diagnostic with its place, never a traceback, never silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isorule.cli.program import isorule

Run = Callable[..., Any]
Write = Callable[..., Path]

BROKEN = {
    "empty.toml": b"",
    "empty.yml": b"",
    "blank.yml": b"\n\n  \n",
    "comment.yml": b"# nothing\n",
    "unclosed-table.toml": b"[rule\n",
    "unclosed-string.toml": b'[rule]\nname = "x\n',
    "unclosed-multi-line-string.toml": b'[rule]\nquery = """\nany where true\n',
    "twice.toml": b"[rule]\nname = 'a'\nname = 'b'\n",
    "no-rule.toml": b'[tool.other]\nx = 1\n',
    "rule-is-no-table.toml": b"rule = 1\n",
    "rule-is-a-list.toml": b"[[rule]]\nname = 'a'\n",
    "query-is-a-number.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\nquery = 1\n',
    "query-is-missing.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\n',
    "type-is-unknown.toml": b'[rule]\nname = "a"\ntype = "x"\nlanguage = "eql"\nquery = "any where true"\n',
    "invalid-utf-8.toml": b'[rule]\nname = "\xff"\n',
    "invalid-utf-8.yml": b"title: \xff\n",
    "utf-16.yml": "title: x\n".encode("utf-16"),
    "nul.yml": b"title: \0\n",
    "nul.toml": b"name = '\0'\n",
    "tab.yml": b"title:\n\tx: 1\n",
    "unclosed-list.yml": b"title: [a, b\n",
    "unclosed-quote.yml": b'title: "a\n',
    "list.yml": b"- a\n- b\n",
    "scalar.yml": b"just a text\n",
    "twice.yml": b"title: a\ntitle: b\n",
    "alias.yml": b"title: *nothing\n",
    "tag.yml": b"title: !!python/object/apply:os.system [echo]\n",
    "no-detection.yml": b"title: a\nlogsource: {product: linux}\n",
    "detection-is-a-text.yml": b"title: a\nlogsource: {product: linux}\ndetection: text\n",
    "no-condition.yml": b"title: a\nlogsource: {product: linux}\ndetection:\n  selection:\n    a: b\n",
    "bad-condition.yml": b"title: a\nlogsource: {}\ndetection:\n  selection:\n    a: b\n  condition: selection and\n",
    "unknown-search.yml": b"title: a\nlogsource: {}\ndetection:\n  selection:\n    a: b\n  condition: other\n",
    "unknown-modifier.yml": b"title: a\nlogsource: {}\ndetection:\n  s:\n    a|nothing: b\n  condition: s\n",
    "deep.yml": b"title: " + b"[" * 3000 + b"]" * 3000 + b"\n",
    "deep-block.yml": b"".join(b" " * depth + b"a:\n" for depth in range(2000)),
    "deep.toml": b"a = " + b"[" * 3000 + b"]" * 3000 + b"\n",
    "deep-keys.toml": b".".join([b"a"] * 3000) + b" = 1\n",
    "deep-query.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\nquery = "any where '
    + b"(" * 3000
    + b"true"
    + b")" * 3000
    + b'"\n',
    "many-nots.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\nquery = "any where '
    + b"not " * 3000
    + b'true"\n',
    "long-number.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\nquery = "any where a == '
    + b"1" * 5000
    + b'"\n',
    "long-pipe.toml": b'[rule]\nname = "a"\ntype = "eql"\nlanguage = "eql"\nquery = "any where true | head '
    + b"1" * 5000
    + b'"\n',
    "infinite.yml": b"title: a\nlogsource: {}\ndetection:\n  s:\n    a: .inf\n  condition: s\n",
    "long-timespan.yml": b"title: a\ncorrelation:\n  type: event_count\n  rules: [b]\n  timespan: "
    + b"1" * 5000
    + b"s\n  condition: {gte: 1}\n",
    "deep-condition.yml": b"title: a\nlogsource: {}\ndetection:\n  s:\n    a: b\n  condition: "
    + b"(" * 3000
    + b"s"
    + b")" * 3000
    + b"\n",
    "bomb.yml": b"a: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + n, 98 + n, 97 + n, 97 + n) for n in range(24))
    + b"title: *y\n",
}  # fmt: skip

VERBS = {
    "check": ["check"],
    "convert": ["convert", "--to", "sigma", "-o", "out", "--max-loss", "any"],
    "convert-json": ["convert", "--to", "elastic", "--max-loss", "any", "--format", "json"],
    "explain": ["explain", "--ir"],
    "eval": ["eval", "--events", "events.ndjson"],
    "test": ["test"],
}
"""How each verb is given a file; the file's name is added."""


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_a_finding_with_its_place(run: Run, write: Write, name: str, verb: str) -> None:
    write(name, BROKEN[name])
    write("events.ndjson", "{}\n")
    result = run(*VERBS[verb], name)
    assert result.exit_code == 1, result.output
    if verb == "convert-json":
        found = json.loads(result.stdout)["rules"][0]["diagnostic"]
        place = f"{found['path']}:{found.get('line')}:{found.get('column')}"
    else:
        place = next(line for line in result.output.splitlines() if line.startswith(name)).split(": ")[0]
    path, line, column = place.rsplit(":", 2)
    assert path == name
    assert int(line) >= 1
    assert int(column) >= 1


@pytest.mark.parametrize("verb", [name for name in VERBS if name != "test"])
def test_a_broken_file_on_stdin_is_a_finding_too(run: Run, write: Write, verb: str) -> None:
    write("events.ndjson", "{}\n")
    result = run(*VERBS[verb], "-", stdin=b"title: \xff\n")
    assert result.exit_code == 1
    assert "<stdin>" in result.output


@pytest.mark.parametrize("verb", [name for name in VERBS if name != "test"])
def test_a_broken_file_does_not_hide_a_sound_one(run: Run, write: Write, texts: Any, verb: str) -> None:
    write("r/a.toml", BROKEN["unclosed-string.toml"])
    write("r/b.toml", texts.elastic(1))
    write("events.ndjson", '{"event.category": "process", "process.name": "bash"}\n')
    result = run(*VERBS[verb], "r")
    assert result.exit_code == 1
    assert "r/a.toml:2:" in result.output
    if verb != "check":
        assert "Rule 1" in result.output or Path("out/b.yml").is_file()


def test_a_folder_named_like_a_rule_is_a_folder(run: Run, folder: Path) -> None:
    (folder / "a.toml").mkdir()
    assert run("check", "a.toml").exit_code == 2


def test_a_file_without_permission_is_a_finding(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.toml", "")
    original = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == path.name:
            raise PermissionError(13, "Permission denied")
        return original(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run("check", "a.toml")
    assert result.exit_code == 1
    assert "a.toml:1:1: error[unreadable-file]" in result.stdout


FRAGMENTS = st.sampled_from(
    [
        "title: a\n",
        "logsource:\n",
        "  product: linux\n",
        "detection:\n",
        "  s:\n",
        "    a|re: '('\n",
        "    a|cidr: x\n",
        "    a|base64offset|contains: [1, null]\n",
        "  condition: 1 of them\n",
        "  condition: [s, s]\n",
        "---\n",
        "? ",
        "- ",
        "[rule]\n",
        "[metadata]\n",
        "[[rule.threat]]\n",
        "name = 'a'\n",
        "type = 'eql'\n",
        "type = 'threshold'\n",
        "language = 'eql'\n",
        "language = 'kuery'\n",
        "query = 'any where a : (1, \"*\")'\n",
        "query = 'a : (b or not c)'\n",
        "query = '''sequence by x [any where 1 == 1]'''\n",
        "threshold = {field = 1}\n",
        "= ",
        '"',
        "'''",
        "\t",
        "\u2028",
        "&x ",
        "*x",
        "{",
        "}",
        "[",
        "]",
        "2026-13-45",
        "1e999",
        "0x",
        "\\u12",
        ":",
        "|\n",
        ">-\n",
        "#",
        "\r\n",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(FRAGMENTS, max_size=25), suffix=st.sampled_from([".toml", ".yml"]))
def test_no_text_gives_a_traceback(folder: Path, parts: list[str], suffix: str) -> None:
    path = folder / f"a{suffix}"
    path.write_text("".join(parts), encoding="utf-8", newline="")
    for verb in (["check"], ["convert", "--to", "sigma", "--max-loss", "any"], ["explain"]):
        result = CliRunner().invoke(isorule, [*verb, path.name])
        assert isinstance(result.exception, SystemExit | None)
        assert result.exit_code in (0, 1), result.output
