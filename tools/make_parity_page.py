"""Writes docs/checks-parity.md from the rows in tests/corpora/parity.

Usage: make_parity_page.py [--check]   (--check writes nothing and fails where the page is not current)

A row has `source` and `check` (whose check it is, and its name there), `ours` (names of our checks, or of what our
readers report) or `why_not` or both, and may have `note` (where ours differs). The script fails where a row names a
check that does not exist, says nothing, stands twice, or is of a source that the page does not have.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isorule.checks import all_checks
from isorule.checks.problems import problem_codes

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "tests" / "corpora" / "parity"
PAGE = ROOT / "docs" / "checks-parity.md"
SOURCES = {
    "elastic-load": "Elastic's detection-rules, when rules are loaded",
    "elastic-tests": "Elastic's detection-rules, tests of rules",
    "pySigma 1.5.1 core validators": "pySigma 1.5.1, core validators",
    "pysigma-validators-sigmahq 0.21.0": "pysigma-validators-sigmahq 0.21.0",
    "SigmaHQ's CI (tests/test_rules.py, tests/test_logsource.py, workflows)": "SigmaHQ's continuous integration",
    "kibana": "Kibana, when a rule is sent to the server",
}
"""The title of each source's table, in the order of the page."""
_HEAD = """\
# Checks of other tools

*Made by `tools/make_parity_page.py` from the rows in `tests/corpora/parity`; do not edit.*

Each check that other tools have for rules, with those of [isorule](checks.md) that find the same, or the reason why
there is none. A name without a link is an error that the readers of files and queries report themselves, whatever is
selected. Beside names of ours, the last column says what they leave out or do in another way.
"""
_IDENTIFIERS = re.compile(r"[a-z0-9]+_[a-z0-9_*]+(, [a-z0-9_*]+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """A check of another tool."""

    source: str
    check: str
    ours: tuple[str, ...] = ()
    why_not: str = ""
    note: str = ""


def read_rows(folder: Path = ROWS) -> list[Row]:
    """All rows, in the order of files and places.

    Raises TypeError for a row with another key than those of `Row`.
    """
    tables = [tomllib.loads(path.read_text("utf-8"))["row"] for path in sorted(folder.glob("*.toml"))]
    return [Row(**{**row, "ours": tuple(row.get("ours", ()))}) for table in tables for row in table]


def faults(rows: Sequence[Row], known: Collection[str]) -> list[str]:
    """What is wrong with the rows, where `known` are the names that `ours` may have."""
    found = []
    for row in rows:
        where = f"{row.source}: {row.check}"
        found += [f"{where}: there is no check {name}" for name in row.ours if name not in known]
        if row.source not in SOURCES:
            found.append(f"{where}: no table is for this source")
        if not row.ours and not row.why_not:
            found.append(f"{where}: neither a check nor a reason")
    places = Counter((row.source, row.check) for row in rows)
    found += [f"{source}: {check}: stands {number} times" for (source, check), number in places.items() if number > 1]
    return found


def page(rows: Sequence[Row], checks: Collection[str]) -> str:
    """The whole page; `checks` are the names that docs/checks.md has a section for."""
    parts = [_HEAD, "\n", *_summary(rows)]
    for source, title in SOURCES.items():
        parts.append(f"\n## {title}\n\n| their check | ours | why not |\n| --- | --- | --- |\n")
        parts += [_line(row, checks) for row in rows if row.source == source]
    return "".join(parts)


def _summary(rows: Sequence[Row]) -> Iterator[str]:
    yield "| whose checks | all | here | left out |\n| --- | ---: | ---: | ---: |\n"
    for source, title in SOURCES.items():
        own = [row for row in rows if row.source == source]
        here = sum(bool(row.ours) for row in own)
        yield f"| {title} | {len(own)} | {here} | {len(own) - here} |\n"


def _line(row: Row, checks: Collection[str]) -> str:
    theirs = ", ".join(f"`{name}`" for name in row.check.split(", ")) if _is_code(row) else row.check
    ours = ", ".join(f"[{name}](checks.md#{name})" if name in checks else f"`{name}`" for name in row.ours)
    return f"| {' | '.join(map(_cell, (theirs, ours, _sentence(row.why_not or row.note))))} |\n"


def _is_code(row: Row) -> bool:
    """Whether the check is named by an identifier, as all validators of pySigma are."""
    return row.source.lower().startswith("pysigma") or _IDENTIFIERS.fullmatch(row.check) is not None


def _sentence(text: str) -> str:
    """With a capital and a full stop, unless it begins with code."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith(".") else f"{text}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _names() -> Mapping[str, set[str]]:
    return {"checks": {check.about.name for check in all_checks()}, "problems": set(problem_codes())}


def main() -> int:
    """Write the page, or look whether it is current."""
    rows, names = read_rows(), _names()
    wrong = faults(rows, names["checks"] | names["problems"])
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    text = page(rows, names["checks"])
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.name} is stale; run tools/make_parity_page.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
