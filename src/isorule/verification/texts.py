"""The shortest text that some trees describe and others do not, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from isorule.ir.regex.charset import ANY, CharSet
from isorule.ir.regex.tree import ANY_RUN, Complement, Concat, Intersection, Tree, alternate, concat
from isorule.verification.alphabet import Kind, kinds
from isorule.verification.automaton import START, Automaton, TooComplexError, places
from isorule.verification.budget import Meter

MOST_STATES = 50_000
"""A single search that enters more states is given up."""

_EVERYTHING = -1
_MOST_QUESTIONS = 64


def shortest_text(
    inside: Sequence[Tree], outside: Sequence[Tree], meter: Meter, most_states: int = MOST_STATES
) -> str | None:
    """A shortest text that every tree of `inside` and no tree of `outside` describes; None where there is none.

    Of texts of one length the most readable comes first. Raises TooComplexError for trees that are not plain regular
    expressions and after so many states, ExhaustedError where the meter says so.
    """
    found: list[str] = []
    for wanted, unwanted in _plain_questions(inside, outside):
        text = _Search([Automaton(tree) for tree in wanted], Automaton(_union(unwanted)), meter, most_states).run()
        if text is not None:
            found.append(text)
    return min(found, key=len, default=None)


def _plain_questions(inside: Sequence[Tree], outside: Sequence[Tree]) -> Iterator[tuple[list[Tree], list[Tree]]]:
    """Questions without intersections and complements at the top, of which one must have an answer.

    A text is outside of an intersection where it is outside of one of its trees.
    """
    wanted, unwanted, choices = _flat(inside, outside)
    if prod(map(len, choices)) > _MOST_QUESTIONS:
        raise TooComplexError
    for chosen in product(*choices):
        if chosen:
            yield from _plain_questions(wanted, (*unwanted, *chosen))
        else:
            yield wanted, unwanted


def _flat(inside: Sequence[Tree], outside: Sequence[Tree]) -> tuple[list[Tree], list[Tree], list[tuple[Tree, ...]]]:
    """The trees that describe the text, those that must not, and intersections that must not."""
    wanted: dict[Tree, None] = {}
    unwanted: dict[Tree, None] = {}
    choices: list[tuple[Tree, ...]] = []
    pending = [(tree, True) for tree in inside] + [(tree, False) for tree in outside]
    while pending:
        tree, is_wanted = pending.pop(0)
        match tree:
            case Complement(body):
                pending.append((body, not is_wanted))
            case Intersection(options) if is_wanted:
                pending.extend((option, True) for option in options)
            case Intersection(options):
                choices.append(options)
            case _:
                (wanted if is_wanted else unwanted)[tree] = None
    if len(wanted) > 1:
        wanted.pop(ANY_RUN, None)
    return list(wanted) or [ANY_RUN], list(unwanted), choices


def _union(trees: list[Tree]) -> Tree:
    """The trees as one; those that begin with any text share it, so that fewer states are active at a time."""
    open_begin: list[Tree] = []
    others: list[Tree] = []
    for tree in trees:
        if isinstance(tree, Concat) and tree.parts[0] == ANY_RUN:
            open_begin.append(concat(tree.parts[1:]))
        else:
            others.append(tree)
    if open_begin:
        others.append(concat((ANY_RUN, alternate(open_begin))))
    return alternate(others)


_State = tuple[int, ...]
"""The states of the automata of `inside` in order, then those of `outside`."""


class _Search:
    """Breadth first over the sets of states of all automata at once."""

    def __init__(self, inside: list[Automaton], outside: Automaton, meter: Meter, most_states: int) -> None:
        self._most_states = most_states
        self._alone = len(inside) == 1 and not outside.sets
        self._automata = (*inside, outside)
        self._outside = outside
        self._meter = meter
        numbers: dict[CharSet, int] = {}
        for automaton in self._automata:
            for members in automaton.sets:
                numbers.setdefault(members, len(numbers))
        self._alphabet: list[Kind] = kinds(list(numbers))
        self._reading = [automaton.reading(self._alphabet, numbers) for automaton in self._automata]
        self._readers = [_readers(automaton, self._alphabet, numbers) for automaton in self._automata]

    def run(self) -> str | None:
        start = tuple(START for _ in self._automata)
        came: dict[_State, tuple[_State, str] | None] = {start: None}
        if self._accepted(start):
            return ""
        layer = [start]
        while layer:
            following: list[_State] = []
            for state in layer:
                for entered, character in self._moves(state):
                    if entered in came:
                        continue
                    self._meter.state()
                    if len(came) > self._most_states:
                        raise TooComplexError
                    came[entered] = (state, character)
                    if self._accepted(entered):
                        return _text(entered, came)
                    following.append(entered)
            layer = following
        return None

    def _moves(self, state: _State) -> list[tuple[_State, str]]:
        """The states after one more character, with the most readable one that leads there."""
        afters = [
            _EVERYTHING if states == _EVERYTHING else automaton.after(states)
            for automaton, states in zip(self._automata, state, strict=True)
        ]
        found: list[tuple[_State, str]] = []
        for index in self._telling(afters):
            entered = self._entered(afters, index)
            if entered is not None:
                character = self._alphabet[index].character
                found += ((part, character) for part in (self._apart(entered) if self._alone else (entered,)))
        return found

    def _apart(self, entered: _State) -> Iterator[_State]:
        """Each state by itself: nothing is forbidden, so one way through a single automaton is enough."""
        states, outside = entered
        yield from ((1 << place, outside) for place in places(states)) if states != _EVERYTHING else (entered,)

    def _entered(self, afters: list[int], index: int) -> _State | None:
        entered: list[int] = []
        for place, after in enumerate(afters[:-1]):
            states = after if after == _EVERYTHING else after & self._reading[place][index]
            if not states:
                return None
            entered.append(_EVERYTHING if self._automata[place].accepts_all(states) else states)
        outside = afters[-1] & self._reading[-1][index]
        return None if self._outside.accepts_all(outside) else (*entered, outside)

    def _telling(self, afters: list[int]) -> Iterator[int]:
        """The kinds that some position may read that does not read all, and one kind for all others."""
        telling = 0
        for after, (choosy, readers) in zip(afters, self._readers, strict=True):
            if after == _EVERYTHING:
                continue
            positions = after & choosy
            while positions:
                lowest = positions & -positions
                telling |= readers[lowest.bit_length() - 1]
                positions ^= lowest
        others = ~telling & ((1 << len(self._alphabet)) - 1)
        telling |= others & -others
        while telling:
            lowest = telling & -telling
            yield lowest.bit_length() - 1
            telling ^= lowest

    def _accepted(self, state: _State) -> bool:
        return not self._outside.accepts(state[-1]) and all(
            automaton.accepts(states) for automaton, states in zip(self._automata[:-1], state, strict=False)
        )


def _readers(automaton: Automaton, alphabet: list[Kind], numbers: dict[CharSet, int]) -> tuple[int, dict[int, int]]:
    """The positions that do not read every character, and for each the kinds that it reads."""
    choosy = 0
    readers: dict[int, int] = {}
    for members, positions in automaton.sets.items():
        if members == ANY:
            continue
        bit = 1 << numbers[members]
        read = sum(1 << index for index, kind in enumerate(alphabet) if kind.members & bit)
        choosy |= positions
        for place in places(positions):
            readers[place] = read
    return choosy, readers


def _text(state: _State, came: dict[_State, tuple[_State, str] | None]) -> str:
    characters: list[str] = []
    step = came[state]
    while step is not None:
        state, character = step
        characters.append(character)
        step = came[state]
    return "".join(reversed(characters))
