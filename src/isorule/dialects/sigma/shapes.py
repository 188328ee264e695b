"""Patterns as `startswith`, `endswith` and `contains`, which SigmaHQ's authors write rather than wildcards."""

from __future__ import annotations

from isorule.ir.matchers import LikePart, Wildcard


def shaped(parts: tuple[LikePart, ...]) -> tuple[str | None, tuple[LikePart, ...]]:
    """The modifier that says where in a value the rest of the pattern is looked for, and that rest.

    None and the whole pattern where neither end is open, or where there are wildcards only. The order of wildcards that
    stand side by side does not count.
    """
    head, tail = _outer(parts)
    if head == len(parts):
        return None, parts
    before = Wildcard.RUN in parts[:head]
    after = Wildcard.RUN in parts[tail:]
    if not before and not after:
        return None, parts
    modifier = "contains" if before and after else "endswith" if before else "startswith"
    return modifier, (*_without_runs(parts[:head]), *parts[head:tail], *_without_runs(parts[tail:]))


def is_open(parts: tuple[LikePart, ...]) -> bool:
    """Whether a pattern may stand anywhere in a value."""
    head, tail = _outer(parts)
    return Wildcard.RUN in parts[:head] and Wildcard.RUN in parts[tail:]


def _outer(parts: tuple[LikePart, ...]) -> tuple[int, int]:
    """Where the wildcards at the start end, and where those at the end start (0 where there is nothing else)."""
    texts = [index for index, part in enumerate(parts) if not isinstance(part, Wildcard)]
    return (texts[0], texts[-1] + 1) if texts else (len(parts), 0)


def _without_runs(parts: tuple[LikePart, ...]) -> tuple[LikePart, ...]:
    return tuple(part for part in parts if part is not Wildcard.RUN)
