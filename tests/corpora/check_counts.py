"""How many findings each check has in the corpora of rules.

    python tests/corpora/check_counts.py         prints the tables

`measure.py --write` puts the same tables into docs/coverage.md.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from isorule.checks import Check, Choice, all_checks, plan
from isorule.checks.file import report_path
from isorule.checks.run import settle

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared")) / "corpus"

LEFT_OUT = ("pysigma-validators",)
"""It runs other people's checks, which report what they like, and as slowly as they are."""


def elastic_files() -> list[Path]:
    return sorted((CORPUS / "elastic" / "rules").rglob("*.toml"))


def sigma_files() -> list[Path]:
    return sorted((CORPUS / "sigma").glob("rules*/**/*.yml"))


Counts = Counter[tuple[str, str]]


def counted(paths: Iterable[Path]) -> Counts:
    """The findings of all checks, also those that are off by default, by code and name; readers have the same codes or
    names for some of theirs."""
    chosen = plan(Choice(select=("ALL",), ignore=LEFT_OUT))
    reports = {str(path): report_path(path, chosen) for path in paths}
    return Counter((item.code, item.name) for item in settle(reports, chosen))


def section() -> list[str]:
    """The tables: checks that are on by default, and the others."""
    elastic, sigma = elastic_files(), sigma_files()
    counts = {"elastic": counted(elastic), "sigma": counted(sigma)}
    checks = [check for check in all_checks() if check.about.name not in LEFT_OUT]
    lines = ["## Findings of each check", ""]
    lines += [
        f"In {len(elastic)} files of Elastic rules and {len(sigma)} of Sigma rules, with the defaults of options;"
    ]
    lines += ["`-` where a check is not for that format. [checks.md](checks.md) says what each of them finds."]
    for title, enabled in (("On by default", True), ("Where selected", False)):
        chosen = [check for check in checks if check.about.enabled is enabled]
        lines += ["", f"### {title}", "", "| check | severity | Elastic | Sigma |", "| --- | --- | ---: | ---: |"]
        lines += _rows(chosen, counts)
    return [*lines, "", *_of_readers(counts), ""]


def _of_readers(counts: Mapping[str, Counts]) -> Iterator[str]:
    """What the readers of files and queries report themselves."""
    checks = {(check.about.code, check.about.name) for check in all_checks()}
    for corpus, found in counts.items():
        other = sorted((name, number) for (code, name), number in found.items() if (code, name) not in checks)
        listed = ", ".join(f"{name} {number}" for name, number in other) or "none"
        yield f"- errors of reading in {corpus} rules: {listed}"


def _rows(checks: Iterable[Check], counts: Mapping[str, Counts]) -> Iterator[str]:
    for check in checks:
        about = check.about
        cells = [str(found[about.code, about.name]) if name in about.formats else "-" for name, found in counts.items()]
        yield f"| [{about.name}](checks.md#{about.name}) | {about.severity.value} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(section()))
