"""A folder of small rules and a way to run the command in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isorule.cli.program import isorule

ELASTIC = """[metadata]
creation_date = "2026/01/02"
updated_date = "2026/01/03"
maturity = "production"

[rule]
author = ["isorule"]
description = "A shell is started."
from = "now-9m"
index = ["logs-endpoint.events.process-*"]
language = "eql"
license = "Apache-2.0"
name = "{name}"
risk_score = 21
rule_id = "{id}"
severity = "low"
type = "eql"
query = \'\'\'
{query}
\'\'\'
"""

SIGMA = """title: {name}
id: {id}
status: experimental
description: A shell is started.
author: isorule
date: 2026-01-02
taxonomy: ecs
logsource:
  category: process_creation
  product: linux
detection:
  selection:
    process.name|cased: {value}
  condition: selection
level: low
"""

IDS = [f"0c7a1f3e-5b1d-4a55-9c5e-00000000000{number}" for number in range(10)]
EQL = 'process where process.name == "bash"'
SEQUENCE = "sequence by host.id with maxspan=1m [process where true] [network where true]"


class Texts:
    """Texts of rules; rules of one number have the same id, name and meaning in both formats."""

    sequence = SEQUENCE

    def elastic(self, number: int = 0, query: str = EQL) -> str:
        """An Elastic rule in TOML."""
        return ELASTIC.format(name=f"Rule {number}", id=IDS[number], query=query)

    def sigma(self, number: int = 0, value: str = "bash") -> str:
        """A Sigma rule."""
        return SIGMA.format(name=f"Rule {number}", id=IDS[number], value=value)

    def id(self, number: int = 0) -> str:
        """The id of a rule."""
        return IDS[number]


@pytest.fixture
def texts() -> Texts:
    """Texts of rules."""
    return Texts()


Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory whose name has a blank; results of runs are kept beside it."""
    path = tmp_path / "a folder"
    path.mkdir()
    monkeypatch.chdir(path)
    monkeypatch.setenv("ISORULE_CACHE_DIR", str(tmp_path / "cache"))
    return path


@pytest.fixture
def run(folder: Path) -> Run:
    """Run `isorule` with arguments; no exception may leave it but the end of the process."""

    def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(isorule, list(arguments), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def write(folder: Path) -> Callable[[str, str | bytes], Path]:
    """Put a file into the working directory."""

    def put(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put
