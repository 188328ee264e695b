"""What each check finds in the corpora of rules, and how much of it is right where it was read by hand.

    python tests/corpora/check_counts.py         prints the tables

`measure.py --write` puts the same tables into docs/coverage.md.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from readings import NEEDED, Reading, readings

from isorule.checks import Check, Choice, all_checks, plan
from isorule.checks.file import report_path
from isorule.checks.run import settle
from isorule.diagnostics import Diagnostic

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("ISORULE_SHARED", ROOT.parent / "shared")) / "corpus"
HOMES = {"elastic": CORPUS / "elastic" / "rules", "sigma": CORPUS / "sigma"}

LEFT_OUT = ("pysigma-validators",)
"""It runs other people's checks, which report what they like, and as slowly as they are."""


_INTRODUCTION = """\
In {elastic} files of Elastic rules and {sigma} of Sigma rules, with the defaults of options; `-` is for a check of
other files. [checks.md](checks.md) says what each of them finds. `read` is how many places were read by hand (all, or
at least {needed} drawn at random), `right` how many of them the author should accept; what is not right has its reason
in `tests/corpora/readings/`."""


def rule_files(corpus: str) -> list[Path]:
    """The rule files of a corpus, `elastic` or `sigma`."""
    return sorted(HOMES[corpus].rglob("*.toml") if corpus == "elastic" else HOMES[corpus].glob("rules*/**/*.yml"))


@cache
def findings(corpus: str) -> tuple[Diagnostic, ...]:
    """What all checks find in a corpus, also those that are off by default; all tests share one run."""
    chosen = plan(Choice(select=("ALL",), ignore=LEFT_OUT))
    return tuple(settle({str(path): report_path(path, chosen) for path in rule_files(corpus)}, chosen))


@cache
def places(corpus: str) -> Mapping[str, frozenset[str]]:
    """Where each check finds something, in the form of the readings."""
    known = {(check.about.code, check.about.name) for check in all_checks()}
    found: dict[str, set[str]] = {}
    for item in findings(corpus):
        if (item.code, item.name) in known:
            found.setdefault(item.name, set()).add(place(item, corpus))
    return {name: frozenset(at) for name, at in found.items()}


def place(item: Diagnostic, corpus: str) -> str:
    """`path:line:column`, the path relative to the folder of the corpus."""
    return f"{Path(item.path or '').relative_to(HOMES[corpus]).as_posix()}:{item.line}:{item.column}"


def section() -> list[str]:
    """The tables: checks that are on by default, and the others."""
    counts = {corpus: Counter((item.code, item.name) for item in findings(corpus)) for corpus in HOMES}
    elastic, sigma = (len(rule_files(corpus)) for corpus in HOMES)
    checks = [check for check in all_checks() if check.about.name not in LEFT_OUT]
    lines = ["## Findings of each check", "", _INTRODUCTION.format(elastic=elastic, sigma=sigma, needed=NEEDED)]
    for title, enabled in (("On by default", True), ("Where selected", False)):
        chosen = [check for check in checks if check.about.enabled is enabled]
        lines += ["", f"### {title}", "", "| check | severity | Elastic | read | right | Sigma | read | right |"]
        lines += ["| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |", *_rows(chosen, counts)]
    return [*lines, "", *_of_readers(counts), ""]


def _of_readers(counts: Mapping[str, Counter[tuple[str, str]]]) -> Iterator[str]:
    """What the readers of files and queries report themselves; some have the code or the name of a check."""
    checks = {(check.about.code, check.about.name) for check in all_checks()}
    for corpus, found in counts.items():
        other = sorted((name, number) for (code, name), number in found.items() if (code, name) not in checks)
        listed = ", ".join(f"{name} {number}" for name, number in other) or "none"
        yield f"- errors of reading in {corpus} rules: {listed}"


def _rows(checks: Iterable[Check], counts: Mapping[str, Counter[tuple[str, str]]]) -> Iterator[str]:
    for check in checks:
        about = check.about
        cells = [f"[{about.name}](checks.md#{about.name})", about.severity.value]
        for corpus, found in counts.items():
            count = str(found[about.code, about.name]) if corpus in about.formats else "-"
            cells += [count, *_share(readings().get((about.name, corpus)))]
        yield f"| {' | '.join(cells)} |"


def _share(reading: Reading | None) -> tuple[str, str]:
    return ("-", "-") if reading is None else (str(reading.read), f"{reading.share:.0%}")


if __name__ == "__main__":
    print("\n".join(section()))
