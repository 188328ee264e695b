"""The page of other tools' checks is what the rows say, and the rows name checks that exist."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "make_parity_page.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = spec_from_file_location(SCRIPT.stem, SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[SCRIPT.stem] = module  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_row_may_not_name_a_check_that_does_not_exist(tool: ModuleType) -> None:
    row = tool.Row("kibana", "theirs", ours=("schema", "shcema"))
    assert tool.faults([row], {"schema"}) == ["kibana: theirs: there is no check shcema"]


def test_a_row_says_something_once_and_for_a_known_source(tool: ModuleType) -> None:
    silent, elsewhere = tool.Row("kibana", "theirs"), tool.Row("splunk", "theirs", why_not="no reason")
    again = tool.Row("kibana", "theirs", ours=("schema",))
    assert tool.faults([silent, elsewhere, again], {"schema"}) == [
        "kibana: theirs: neither a check nor a reason",
        "splunk: theirs: no table is for this source",
        "kibana: theirs: stands 2 times",
    ]


def test_a_line_links_checks_and_not_what_readers_report(tool: ModuleType) -> None:
    row = tool.Row("elastic-load", "ES|QL KEEP", ours=("esql-keep", "missing-key"), note="only one")
    assert (
        tool.page([row], {"esql-keep"}).count("| ES\\|QL KEEP | [esql-keep](checks.md#esql-keep), `missing-key` |") == 1
    )
    assert "| Only one. |\n" in tool.page([row], {"esql-keep"})
