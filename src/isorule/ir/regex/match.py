"""Matchers that run: exact meaning of the flavor, anchoring included, and time linear in the value."""

from __future__ import annotations

import re
from collections.abc import Callable

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.folding import fold
from isorule.ir.matchers import Equals, Like, Regex, Wildcard
from isorule.ir.regex.charset import NOTHING
from isorule.ir.regex.effort import effort
from isorule.ir.regex.machine import Machine
from isorule.ir.regex.normal import language
from isorule.ir.regex.shape import as_like
from isorule.ir.regex.spell import spell
from isorule.ir.regex.spell_class import Style
from isorule.ir.regex.tree import ANY_RUN, Alternate, Assertion, Concat, Literal, Place, Tree, concat, walk

_STEPS = 1_000_000
"""Steps that a backtracking engine may need for one value before the automaton is asked instead."""

_WORTHWHILE = 16
"""Where only shorter values may go to the backtracking engine, the automaton does it all."""

_NOT_AT_BOUNDARY = Assertion(Place.NOT_WORD_BOUNDARY)
"""`\\B`, which Python before 3.14 does not find in the empty text."""

Test = Callable[[str], bool]


def compile_regex(matcher: Regex) -> Test:
    """A function that tells whether a value meets the matcher.

    Short values go to Python's `re` where a bound on its work is known, all others to an automaton, so that no
    pattern and no value can make it run away. Raises as `parse_regex` does.
    """
    return compile_tree(language(matcher))


def compile_tree(tree: Tree) -> Test:
    """A function that tells whether a canonical tree of whole values describes a text."""
    return _plain(tree) or _with_needle(tree, _general(tree))


def _plain(tree: Tree) -> Test | None:
    """Trees that need no engine: nothing, anything, and one text with any text before or after it."""
    if tree == NOTHING:
        return lambda _: False
    wildcard = as_like(tree)
    match wildcard:
        case Equals(str(text), case):
            return _folding(case, text, str.__eq__)
        case Like((Wildcard.RUN,)):
            return lambda _: True
        case Like((str(text), Wildcard.RUN), case):
            return _folding(case, text, str.startswith)
        case Like((Wildcard.RUN, str(text)), case):
            return _folding(case, text, str.endswith)
        case Like((Wildcard.RUN, str(text), Wildcard.RUN), case):
            return _folding(case, text, str.__contains__)
        case _:
            return None


def _folding(case: Case, text: str, relation: Callable[[str, str], bool]) -> Test:
    if case is Case.SENSITIVE:
        return lambda value: relation(value, text)
    folded = fold(text)
    return lambda value: relation(fold(value), folded)


def _with_needle(tree: Tree, test: Test) -> Test:
    """The test behind a quick look for the longest text that must occur as it is."""
    parts = tree.parts if isinstance(tree, Concat) else ()
    texts = [part.text for part in parts if isinstance(part, Literal) and not part.folded]
    if not texts:
        return test
    needle = max(texts, key=len)
    return lambda value: needle in value and test(value)


def _general(tree: Tree) -> Test:
    machine: Machine | None = None

    def by_machine(value: str) -> bool:
        nonlocal machine
        if machine is None:
            machine = Machine(tree)
        return machine.matches(value)

    backtracking = _by_backtracking(tree)
    if backtracking is None:
        return by_machine
    by_re, longest = backtracking
    return lambda value: by_re(value) if len(value) <= longest else by_machine(value)


def _by_backtracking(tree: Tree) -> tuple[Test, int] | None:
    """The test by Python's `re`, and up to which length of value it may be used; None where never."""
    parts = list(tree.parts) if isinstance(tree, Concat) else [tree]
    open_begin = bool(parts) and parts[0] == ANY_RUN
    open_end = len(parts) > 1 and parts[-1] == ANY_RUN
    core = concat(parts[open_begin : len(parts) - open_end])
    bound = effort(core)
    longest = bound.longest(_STEPS, searched=open_begin)
    if longest < _WORTHWHILE or _NOT_AT_BOUNDARY in walk(core):
        return None
    pattern = spell(core, Style(RegexFlavor.PYTHON, multiline=True))
    if isinstance(core, Alternate):
        pattern = f"(?:{pattern})"
    if not open_end:
        pattern += r"\Z"
    compiled = re.compile(pattern, re.ASCII | re.DOTALL | re.MULTILINE)
    run = compiled.search if open_begin else compiled.match
    return (lambda value: run(value) is not None), longest
