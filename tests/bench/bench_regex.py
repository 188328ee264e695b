"""Compile time and matching throughput on the patterns of the Sigma corpus: `python tests/bench/bench_regex.py`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.regex import compile_regex, language
from isorule.ir.regex.machine import Machine

SIGMA = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "sigma"
VALUES = [
    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe -NoP -W Hidden -Enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA",
    r'"C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --lang=en-US --device-scale-factor=1',
    r"cmd.exe /c net  user administrator /domain & ipconfig /all",
    r"C:\Users\jdoe\AppData\Local\Temp\7zS8A1.tmp\setup.exe",
    "/usr/bin/curl -s -O https://10.1.2.3/x.sh",
    r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run",
]


def patterns(node: Any) -> Iterator[Regex]:
    """Every `|re` value below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            modifiers = str(key).split("|")[1:]
            if "re" in modifiers:
                case = Case.INSENSITIVE if "i" in modifiers else Case.SENSITIVE
                for pattern in value if isinstance(value, list) else [value]:
                    yield Regex(str(pattern), RegexFlavor.SIGMA, case)
            else:
                yield from patterns(value)
    elif isinstance(node, list):
        for item in node:
            yield from patterns(item)


def throughput(name: str, tests: list[Callable[[str], object]]) -> None:
    """Prints how many pairs of pattern and value are decided in a second, after one round to warm up."""
    for test in tests:
        for value in VALUES:
            test(value)
    begin = time.perf_counter()
    rounds = 20
    for _ in range(rounds):
        for test in tests:
            for value in VALUES:
                test(value)
    pairs = rounds * len(tests) * len(VALUES)
    print(f"{name}: {pairs / (time.perf_counter() - begin):,.0f} matches/s")


def main() -> None:
    """Prints all figures."""
    matchers = []
    for path in sorted(SIGMA.rglob("*.yml")):
        text = path.read_text("utf-8")
        if "|re" in text:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            for document in yaml.load_all(text, loader):
                matchers += patterns(document.get("detection"))
    begin = time.perf_counter()
    tests = [compile_regex(matcher) for matcher in matchers]
    print(f"{len(matchers)} patterns compiled in {time.perf_counter() - begin:.3f} s")
    throughput("compile_regex", tests)
    throughput("automaton only", [Machine(language(matcher)).matches for matcher in matchers])
    flags = {Case.SENSITIVE: re.ASCII, Case.INSENSITIVE: re.ASCII | re.IGNORECASE}
    throughput("re, without a bound", [re.compile(m.pattern, flags[m.case]).search for m in matchers])


if __name__ == "__main__":
    main()
