"""`isorule check` beside `sigma check` on the same Sigma rules: time, and which rules each validator's check finds.

Usage: bench_sigma_lint.py --python PYTHON [--corpus FOLDER] [--runs N]

PYTHON is that of an environment with sigma-cli and pysigma-validators-sigmahq. Both tools read the same files, each as
it does by default (sigma-cli in one process, isorule in one for each core), one after the other, N times; the shortest
time of each counts. Both get the same data on ATT&CK and log sources. Wall time is what a user waits, and grows with
whatever else the machine does; processor time hardly does.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from isorule.attack import VERSIONS, attack
from isorule.backends.attack_data import stix
from isorule.checks import all_checks
from isorule.checks.sigma.pysigma import sigmahq_tables

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / ".." / "shared" / "corpus" / "sigma"
PARITY = HERE.parent / "corpora" / "parity" / "sigma.toml"
ISSUE = re.compile(r"issue=(\w+?)Issue .*?rule=(\S+)(?:.*? (?:tag|missing_tactic)=(\S+))?")
UNDECIDED = re.compile(r"attack\.(?:(?:[gsmca]|ds)\d{4}|stealth|defense-impairment)")
"""What the tables that both tools are given do not tell: groups, software and the like, and which of the two tactics
that came out of Defense Evasion a technique has."""
CLASSES = {
    "AllOfThemCondition": "all_of_them_condition",
    "EscapedWildcard": "escaped_wildcard",
    "InvalidATTACKTag": "attacktag",
    "NumberAsString": "number_as_string",
    "SpecificInsteadOfGenericLogsource": "specific_instead_of_generic_logsource",
}
"""Issues of pySigma's own validators that are not named as the validator is."""


class Time(NamedTuple):
    """Seconds by the clock, and seconds of processor time of all processes together."""

    wall: float
    busy: float


def command_of_isorule(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from isorule.cli import main; main()", "check", "--no-config", *arguments]


def timed(command: Sequence[str]) -> tuple[Time, str]:
    """How long a command takes, and what it prints."""
    start = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Time(time.perf_counter() - start, busy), done.stdout


def validator(issue: str) -> str:
    """`SigmahqTitleEnd` as `title_end`."""
    if issue in CLASSES:
        return CLASSES[issue]
    return re.sub(r"(?<!^)([A-Z])", r"_\1", issue.removeprefix("Sigmahq")).lower()


def of_sigma(output: str) -> Mapping[str, set[str]]:
    """The files that each validator speaks of."""
    found: dict[str, set[str]] = defaultdict(set)
    for issue, path, tag in ISSUE.findall(output):
        if UNDECIDED.fullmatch(tag):
            continue
        found[validator(issue)].add(Path(path).name)
    return found


def of_isorule(output: str) -> Mapping[str, set[str]]:
    """The files that each check speaks of."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in output.splitlines():
        item = json.loads(line)
        found[item["name"]].add(Path(item["path"]).name)
    return found


def write_data(folder: Path) -> None:
    """The files that `sigma_check_offline.py` takes, from isorule's tables."""
    (folder / "attack.json").write_text(json.dumps(stix(attack(VERSIONS[-1]))), encoding="utf-8")
    for module, table in sigmahq_tables().items():
        (folder / f"{module}.json").write_text(json.dumps(table), encoding="utf-8")


def our_checks() -> dict[str, list[str]]:
    """The names of our checks for each validator."""
    rows = tomllib.loads(PARITY.read_text("utf-8"))["row"]
    return {row["check"]: row.get("ours", []) for row in rows if "validator" in row["source"]}


def compare(theirs: Mapping[str, set[str]], ours: Mapping[str, set[str]]) -> None:
    """A line for each validator that finds something, with what our checks for it find."""
    names = our_checks()
    print(f"\n{'validator':<40} {'theirs':>7} {'ours':>6} {'both':>6}  only theirs / only ours")
    for name, files in sorted(theirs.items(), key=lambda item: -len(item[1])):
        found = set().union(*(ours.get(check, set()) for check in names.get(name, [])))
        apart = [f"-{item}" for item in sorted(files - found)[:2]] + [f"+{item}" for item in sorted(found - files)[:2]]
        print(f"{name:<40} {len(files):>7} {len(found):>6} {len(files & found):>6}  {' '.join(apart)}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--python", required=True)
    asked.add_argument("--corpus", type=Path, default=CORPUS)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    folders = [str(path) for path in sorted(given.corpus.glob("rules*")) if path.is_dir()]
    with tempfile.TemporaryDirectory() as data:
        write_data(Path(data))
        theirs = [given.python, str(HERE / "sigma_check_offline.py"), data, *folders]
        plain = command_of_isorule("--no-cache", *folders)
        again = command_of_isorule("--cache-dir", f"{data}/results", *folders)
        commands = {
            "isorule check": plain,
            "isorule check --jobs 1": [*plain, "--jobs", "1"],
            "isorule check with SIGMAHQ": [*plain, "--extend-select", "SIGMAHQ"],
            "isorule check, second run": again,
        }
        timed(theirs)  # fills pySigma's caches
        timed(again)
        times: dict[str, list[Time]] = defaultdict(list)
        for _ in range(given.runs):
            taken, printed = timed(theirs)
            times["sigma check"].append(taken)
            for name, command in commands.items():
                times[name].append(timed(command)[0])
    best = {name: Time(*map(min, zip(*found, strict=True))) for name, found in times.items()}
    checks = [check for check in all_checks() if "sigma" in check.about.formats]
    print(f"{len(checks)} checks for Sigma, of which {sum(check.about.enabled for check in checks)} are on by default")
    other = best["sigma check"]
    for name, taken in best.items():
        faster = f"{other.wall / taken.wall:5.1f} times as fast ({other.busy / taken.busy:.1f} by processor time)"
        print(f"{name:<28} {taken.wall:6.2f} s, {taken.busy:6.2f} s of processor time   {faster}")
    wanted = ",".join(sorted({name for found in our_checks().values() for name in found}))
    ours = timed(command_of_isorule("--no-cache", "--select", wanted, "--format", "jsonl", *folders))[1]
    compare(of_sigma(printed), of_isorule(ours))


if __name__ == "__main__":
    main()
