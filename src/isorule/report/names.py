"""What a name in isorule's output means: a check, a loss, or the reason of a refusal."""

from __future__ import annotations

import inspect
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from isorule.checks.registry import find_check

_KINDS = {
    "loss": "loss",
    "refusal": "refusal",
    "both": "loss or refusal",
    "note": "note",
    "synthesis": "not made by `isorule synth`",
}
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class NameEntry:
    """The documentation of a name: `kind` is a key of `_KINDS`; `others` are names that say the same."""

    kind: str
    meaning: str
    remedy: str | None
    others: tuple[str, ...]


@cache
def name_entries() -> Mapping[str, NameEntry]:
    """Every documented name of a loss or refusal."""
    table = tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    return {name: _entry(entry, name) for entry in table["entry"] for name in entry["names"]}


def _entry(entry: Mapping[str, Any], name: str) -> NameEntry:
    others = tuple(other for other in entry["names"] if other != name)
    return NameEntry(entry["kind"], entry["meaning"], entry.get("remedy"), others)


def name_text(name: str) -> str | None:
    """The documentation of a check (by name or code), a loss or a refusal as text; None for any other name."""
    found = [text for text in (_check_text(name), _entry_text(name)) if text is not None]
    return "\n".join(found) if found else None


def _check_text(name: str) -> str | None:
    check = find_check(name)
    if check is None:
        return None
    about = check.about
    formats = " and ".join(sorted(about.formats))
    title = f"{about.name} ({about.code}, {about.severity.value} in {formats} rules)"
    return f"{title}\n\n{inspect.getdoc(type(check))}\n"


def _entry_text(name: str) -> str | None:
    entry = name_entries().get(name)
    if entry is None:
        return None
    parts = [f"{name} ({_KINDS[entry.kind]})", textwrap.fill(entry.meaning, _WIDTH)]
    if entry.remedy is not None:
        parts.append(textwrap.fill(f"What to do: {entry.remedy}", _WIDTH))
    if entry.others:
        parts.append(textwrap.fill(f"Close to it: {', '.join(entry.others)}", _WIDTH, break_on_hyphens=False))
    return "\n\n".join(parts) + "\n"
