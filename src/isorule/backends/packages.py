"""What is known of backends that may not be installed: where they come from, and how their files are named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from isorule.backends.choice import PREFIX
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError

_DEFAULT = "default"
_SUFFIX = ".txt"


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution on PyPI: its name, the pySigma it needs, and, by backend and format, how files are named."""

    name: str
    pysigma: str
    suffixes: Mapping[str, Mapping[str, str]]

    def fits(self, pysigma: str) -> bool:
        """Whether the distribution may stand beside this version of pySigma."""
        return all(_holds(clause, pysigma) for clause in self.pysigma.split(","))


def _holds(clause: str, found: str) -> bool:
    operator, wanted = re.findall(r"([<>=]+)(.+)", clause)[0]
    left, right = _numbers(found), _numbers(wanted)
    return left < right if operator == "<" else left >= right


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


@cache
def packages() -> Mapping[str, Package]:
    """The distribution of every backend that is known."""
    table = tomllib.loads(files(__package__).joinpath("packages.toml").read_text(encoding="utf-8"))
    return {
        name: Package(entry["name"], entry["pysigma"], entry.get("suffixes", {}))
        for entry in table["package"]
        for name in entry["backends"]
    }


def suffix_of(name: str, form: str) -> str:
    """What the name of a file with a backend's output in a format ends with."""
    package = packages().get(name)
    named = package.suffixes.get(name, {}) if package is not None else {}
    if form in named:
        return named[form]
    if form.endswith("ndjson"):
        return ".ndjson"
    return ".json" if form.endswith("json") else named.get(_DEFAULT, _SUFFIX)


def missing_backend(name: str, installed: Sequence[str], pysigma: str) -> UnknownNameError:
    """The error for a backend that is not installed, with how to have it."""
    shown = name.removeprefix(PREFIX)
    package = packages().get(shown)
    if package is None:
        near = get_close_matches(shown, sorted({*installed, *packages()}), n=3)
        hint = f"close to it: {', '.join(near)}" if near else f"installed are {', '.join(sorted(installed)) or 'none'}"
        return _unknown("NAME008", "unknown-target", f"no pySigma backend is called {shown!r}", hint)
    hint = f"pip install {package.name}"
    if not package.fits(pysigma):
        hint += f" (it needs pySigma {package.pysigma}, and {pysigma} is installed: use an environment of its own)"
    return _unknown("NAME009", "backend-not-installed", f"the pySigma backend {shown!r} is not installed", hint)


def _unknown(code: str, name: str, message: str, hint: str) -> UnknownNameError:
    return UnknownNameError(Diagnostic(code, name, Severity.ERROR, message, hint=hint))
