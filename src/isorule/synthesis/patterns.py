"""Texts of wildcard patterns that read like what the field holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from isorule.evaluation.wildcards import pattern
from isorule.ir.axes import Case
from isorule.ir.folding import fold
from isorule.ir.matchers import Like, LikePart, Scalar, Wildcard
from isorule.synthesis.plausible import fillings, name_beside
from isorule.synthesis.scene import Scene
from isorule.verification.cells import Values

_SEPARATORS = ("\\", "/", " ", ".")


def is_met(matcher: Like, value: Scalar) -> bool:
    """Whether a value is a text of a pattern."""
    if not isinstance(value, str) or not all(isinstance(part, str | Wildcard) for part in matcher.parts):
        return False
    folded = matcher.case is not Case.SENSITIVE
    return pattern(matcher.parts, folded).check(fold(value) if folded else value)


def filled(parts: Sequence[LikePart], path: str, values: Values, scene: Scene) -> Iterator[str]:
    """Texts of a wildcard pattern, the most plausible first."""
    places = [place for place, part in enumerate(parts) if part is Wildcard.RUN]
    choices = [_choices(parts, place, path, values, scene) for place in places]
    for chosen in product(*choices):
        free = iter(chosen)
        yield "".join(next(free) if part is Wildcard.RUN else _fixed(part, place) for place, part in enumerate(parts))


def _is_whole(parts: Sequence[LikePart], place: int) -> bool:
    """Whether the free text is all that stands between two separators."""
    before, after = parts[place - 1], parts[place + 1]
    return isinstance(before, str) and isinstance(after, str) and before[-1:] in _SEPARATORS and after[0] in _SEPARATORS


def _fixed(part: LikePart, place: int) -> str:
    if isinstance(part, str):
        return part
    return "C" if place == 0 else "1"


def _choices(parts: Sequence[LikePart], place: int, path: str, values: Values, scene: Scene) -> tuple[str, ...]:
    if place == 0:
        return fillings(path, scene.system, "first")
    if place < len(parts) - 1:
        found = fillings(path, scene.system, "inner")
        return found if _is_whole(parts, place) else ("", *found)
    beside = values.get(name_beside(path) or "", [])
    names = tuple(name for name in beside if isinstance(name, str))
    return names + fillings(path, scene.system, "last")
