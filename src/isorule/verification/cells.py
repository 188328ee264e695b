"""Which signs of leaves the values of an event can have together.

All fields may have several values: `many` of a schema is a convention, and Elasticsearch does not enforce it. So the
leaves of one place are possible together if, for every leaf that holds, some value meets it and none of those that do
not hold (Present asks for any such value, Single for one value that meets all of the holding leaves). Values are looked
for against few of the leaves that do not hold, and more are taken in only when they turn a value down; cells are never
listed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique

from isorule.ir.matchers import Scalar
from isorule.verification.budget import Meter
from isorule.verification.facts import Fact
from isorule.verification.subjects import ANYWHERE, Asks, Placed, Subjects
from isorule.verification.texts import MOST_STATES
from isorule.verification.values import Found, NotFound, find_value

_ONE_BY_ONE = 24
"""So many turned-down values are met by one more leaf each; then all leaves are taken in."""

_TOGETHER = 6
"""Up to so many leaves are tried with one value for all of them."""

_STATES_TOGETHER = 2_000
"""One value instead of several is worth no longer search than this."""

Values = dict[str, list[Scalar]]


@unique
class Problem(Enum):
    """IMPOSSIBLE: proved for a set of signs. UNKNOWN: no values were found for it."""

    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Signs of leaves that cannot stand together, or for which no values are known."""

    problem: Problem
    literals: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Bar:
    """A leaf that forbids values: those that pass its fact, or, where `needed`, those that fail it."""

    literal: int
    fact: Fact
    needed: bool

    def admits(self, value: Scalar) -> bool:
        return self.fact.check(value) is self.needed


@dataclass(slots=True)
class _Place:
    """The signs of the leaves of one place."""

    path: str
    holding: list[int] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    present: int | None = None
    absent: int | None = None
    sole: int | None = None
    not_sole: int | None = None


class Cells:
    """Finds values for the signs of leaves."""

    def __init__(self, placed: Sequence[Placed | None], subjects: Subjects, meter: Meter) -> None:
        """`placed` are the leaves from number 1 on; None is a leaf about which nothing is known here."""
        self._placed = placed
        self._subjects = subjects
        self._meter = meter
        self._known: dict[tuple[str, frozenset[int], frozenset[int], int], Found | NotFound] = {}

    def values(self, literals: set[int]) -> Values | list[Refusal]:
        """Values under which the literals have their signs; or what stands against that, place by place.

        Raises ExhaustedError where the meter says so.
        """
        places = self._places(literals)
        everywhere = places.pop(ANYWHERE, _Place(ANYWHERE))
        found: Values = {}
        refusals: list[Refusal] = []
        for place in places.values():
            answer = self._at(place, everywhere.failing)
            if isinstance(answer, Refusal):
                refusals.append(answer)
            elif answer:
                found[place.path] = answer
        for literal in everywhere.holding:
            refusal = self._somewhere(literal, everywhere.failing, found, places.keys())
            if refusal is not None:
                refusals.append(refusal)
        return refusals or found

    def _places(self, literals: set[int]) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        for literal in sorted(literals, key=abs):
            leaf = self._placed[abs(literal) - 1]
            if leaf is None:
                continue
            place = places.setdefault(leaf.place, _Place(leaf.place))
            match leaf.asks, literal > 0:
                case Asks.ANY, True:
                    place.present = literal
                case Asks.ANY, False:
                    place.absent = literal
                case Asks.SOLE, True:
                    place.sole = literal
                case Asks.SOLE, False:
                    place.not_sole = literal
                case Asks.VALUE, True:
                    place.holding.append(literal)
                case Asks.VALUE, False:
                    place.failing.append(literal)
        return places

    def _at(self, place: _Place, nowhere: list[int]) -> list[Scalar] | Refusal:
        """The values of one field."""
        needing = [*place.holding, *(one for one in (place.present, place.sole) if one is not None)]
        if place.absent is not None:
            return _impossible(place.absent, needing[0]) if needing else []
        if not needing:
            return []
        bars = [self._bar(literal, place.path) for literal in (*place.failing, *nowhere)]
        if any(bar is None for bar in bars):
            return Refusal(Problem.UNKNOWN, frozenset((*needing, *nowhere)))
        known = [bar for bar in bars if bar is not None]
        values = self._one_value(place, known) if place.sole is not None else self._several(place, known)
        if isinstance(values, list) and place.not_sole is not None and len(values) == 1:
            return values * 2
        return values

    def _one_value(self, place: _Place, bars: list[_Bar]) -> list[Scalar] | Refusal:
        found = self._search(place.path, tuple(place.holding), bars)
        if isinstance(found, Refusal):
            assert place.sole is not None
            return Refusal(found.problem, found.literals | {place.sole, *place.holding})
        if place.not_sole is not None:
            assert place.sole is not None
            return _impossible(place.sole, place.not_sole)
        return [found.value]

    def _several(self, place: _Place, bars: list[_Bar]) -> list[Scalar] | Refusal:
        if 1 < len(place.holding) <= _TOGETHER:
            found = self._search(place.path, tuple(place.holding), bars, _STATES_TOGETHER)
            if isinstance(found, Found):
                return [found.value]
        values: list[Scalar] = []
        for literal in place.holding:
            if any(self._passes(literal, value) for value in values):
                continue
            found = self._search(place.path, (literal,), bars)
            if isinstance(found, Refusal):
                return found
            values.append(found.value)
        if not values:
            found = self._search(place.path, (), bars)
            if isinstance(found, Refusal):
                needing = place.present if place.present is not None else place.sole
                assert needing is not None
                return Refusal(found.problem, found.literals | {needing})
            values.append(found.value)
        return values

    def _somewhere(self, literal: int, nowhere: list[int], values: Values, taken: Collection[str]) -> Refusal | None:
        """Adds a value for a leaf about all fields, unless there is one: in a field that no other leaf speaks of."""
        leaf = self._leaf(literal)
        against: set[int] = set()
        unknown = self._subjects.has_other_kinds
        for path, present in values.items():
            here = self._subjects.anywhere(leaf, path)
            if here is not None and any(here.check(value) is not leaf.inverted for value in present):
                return None
        for path in self._subjects.kinds:
            bars = [self._bar(other, path) for other in nowhere]
            if any(bar is None for bar in bars) or self._subjects.anywhere(leaf, path) is None:
                unknown = True
                continue
            found = self._search(path, (literal,), [bar for bar in bars if bar is not None])
            if isinstance(found, Found) and path not in taken:
                values.setdefault(path, []).append(found.value)
                return None
            if isinstance(found, Refusal) and found.problem is Problem.IMPOSSIBLE:
                against |= found.literals
            else:
                unknown = True
        problem = Problem.UNKNOWN if unknown else Problem.IMPOSSIBLE
        return Refusal(problem, frozenset({literal, *(nowhere if unknown else against)}))

    def _search(
        self, path: str, wanted: tuple[int, ...], bars: list[_Bar], most_states: int = MOST_STATES
    ) -> Found | Refusal:
        """A value that meets the wanted leaves and passes all bars."""
        core: list[_Bar] = []
        facts = [(self._fact(literal, path), self._leaf(literal).inverted) for literal in wanted]
        while True:
            answer = self._find(path, wanted, facts, core, most_states)
            if not isinstance(answer, Found):
                break
            against = [bar for bar in bars if not bar.admits(answer.value)]
            if not against:
                return answer
            if any(bar in core for bar in against):
                answer = NotFound.UNKNOWN
                break
            core = core + against[:1] if len(core) < _ONE_BY_ONE else [*core, *(bar for bar in bars if bar not in core)]
        if answer is NotFound.UNKNOWN and len(core) < len(bars):
            answer = self._find(path, wanted, facts, bars, most_states)
            core = bars
            if isinstance(answer, Found):
                return answer
        problem = Problem.IMPOSSIBLE if answer is NotFound.NONE else Problem.UNKNOWN
        return Refusal(problem, frozenset({*wanted, *(bar.literal for bar in core)}))

    def _find(
        self, path: str, wanted: tuple[int, ...], facts: list[tuple[Fact, bool]], bars: list[_Bar], most_states: int
    ) -> Found | NotFound:
        key = (path, frozenset(wanted), frozenset(bar.literal for bar in bars), most_states)
        answer = self._known.get(key)
        if answer is None:
            passing = [item for item, inverted in facts if not inverted] + [bar.fact for bar in bars if bar.needed]
            failing = [item for item, inverted in facts if inverted] + [bar.fact for bar in bars if not bar.needed]
            answer = self._known[key] = find_value(
                self._subjects.domain(path), passing, failing, self._meter, most_states
            )
        return answer

    def _bar(self, literal: int, path: str) -> _Bar | None:
        leaf = self._leaf(literal)
        found = leaf.fact if leaf.place != ANYWHERE else self._subjects.anywhere(leaf, path)
        return None if found is None else _Bar(literal, found, leaf.inverted)

    def _leaf(self, literal: int) -> Placed:
        leaf = self._placed[abs(literal) - 1]
        assert leaf is not None
        return leaf

    def _fact(self, literal: int, path: str) -> Fact:
        leaf = self._leaf(literal)
        found = leaf.fact if leaf.place != ANYWHERE else self._subjects.anywhere(leaf, path)
        assert found is not None
        return found

    def _passes(self, literal: int, value: Scalar) -> bool:
        leaf = self._leaf(literal)
        return leaf.fact is not None and leaf.fact.check(value) is not leaf.inverted


def _impossible(*literals: int) -> Refusal:
    return Refusal(Problem.IMPOSSIBLE, frozenset(literals))
