"""Findings in the corpora that were read by hand, and whether they are right; the files of `readings/` hold them.

    [[reading]]
    check = "attack-name"
    corpus = "elastic"
    findings = 3                                  # how many there were when they were read
    right = ["windows/one.toml:12:1", "macos/two.toml:30:6"]
    wrong = [{ at = "linux/three.toml:4:1", why = "…" }]
    note = "what is worth knowing about all of them"

A place is `path:line:column`, the path relative to the Elastic corpus's `rules` or to the Sigma corpus. A finding is
right if what it claims is true, it stands at the right place, and the author of the rule should accept it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NEEDED = 20
"""How many places of a check are read in each corpus, or all if there are fewer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one check in one corpus; `wrong` has the reason for each place."""

    check: str
    corpus: str
    findings: int
    right: tuple[str, ...]
    wrong: Mapping[str, str]
    note: str

    @property
    def read(self) -> int:
        """How many places were read."""
        return len(self.right) + len(self.wrong)

    @property
    def share(self) -> float:
        """How many of the places that were read are right, from 0 to 1."""
        return len(self.right) / self.read


@cache
def readings() -> Mapping[tuple[str, str], Reading]:
    """All readings by check and corpus."""
    found: dict[tuple[str, str], Reading] = {}
    for path in sorted((Path(__file__).parent / "readings").glob("*.toml")):
        for item in tomllib.loads(path.read_text("utf-8")).get("reading", ()):
            wrong = {entry["at"]: entry["why"] for entry in item.get("wrong", ())}
            right = tuple(item.get("right", ()))
            note = item.get("note", "")
            reading = Reading(item["check"], item["corpus"], item["findings"], right, wrong, note)
            key = (reading.check, reading.corpus)
            if key in found or len({*right, *wrong}) != len(right) + len(item.get("wrong", ())):
                raise ValueError(f"{path.name}: {reading.check} is read twice, or one of its places")
            found[key] = reading
    return found
