"""A value that is said to be covered is covered: no text meets it that the other value does not meet."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from isorule.checks.logic.value_lists import covered_values
from isorule.ir.axes import Case
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Wildcard, like

TEXTS = ["".join(characters) for length in range(5) for characters in itertools.product("abA", repeat=length)]
PARTS = st.lists(st.sampled_from(["a", "b", "A", "ab", Wildcard.RUN, Wildcard.ONE]), min_size=1, max_size=4)
CASES = st.sampled_from([Case.SENSITIVE, Case.INSENSITIVE])
VALUES = st.builds(lambda parts, case: like(tuple(parts), case), PARTS, CASES)


def texts_of(value: Matcher) -> set[str]:
    """The texts that meet a value, by a reading of wildcards that shares nothing with that of the checks."""
    assert isinstance(value, Equals | Like)
    parts = (value.value,) if isinstance(value, Equals) else value.parts
    pattern = "".join(".*" if part is Wildcard.RUN else "." if part is Wildcard.ONE else str(part) for part in parts)
    flags = re.IGNORECASE if value.case is Case.INSENSITIVE else re.NOFLAG
    return {text for text in TEXTS if re.fullmatch(pattern, text, flags)}


@given(st.lists(VALUES, min_size=2, max_size=6))
def test_what_is_left_out_is_covered_by_what_stays(values: list[Equals | Like]) -> None:
    found = list(covered_values(OneOf(tuple(values))))
    for item in found:
        assert texts_of(item.value) <= texts_of(item.by)
    out = {id(item.value) for item in found}
    kept = [value for value in values if id(value) not in out]
    assert set().union(*map(texts_of, values)) == set().union(*map(texts_of, kept))


@given(VALUES, VALUES)
def test_a_repeated_value_is_always_found(first: Equals | Like, second: Equals | Like) -> None:
    repeated = like(first.parts, first.case) if isinstance(first, Like) else Equals(first.value, first.case)
    found = list(covered_values(OneOf((first, second, repeated))))
    assert any(item.value is repeated or item.by is repeated for item in found)
