"""Patterns for paths, as in `.gitignore`: `*` and `?` stop at a slash, `**` does not, a folder means all below it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern means a path with `/` between its parts.

    A pattern without a slash (but at its end) means files and folders of that name at any depth.
    """
    return _compiled(pattern).fullmatch(path) is not None


def matches_any(patterns: Iterable[str], path: str) -> bool:
    """Whether one of the patterns means a path."""
    return any(matches(pattern, path) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    body = pattern.removeprefix("./").rstrip("/")
    anywhere = "" if "/" in body else "(?:.*/)?"
    return re.compile(f"{anywhere}{_body(body.lstrip('/'))}(?:/.*)?", re.DOTALL)


def _body(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "*":
            out.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append("[^/]")
            at += 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return "".join(out)
