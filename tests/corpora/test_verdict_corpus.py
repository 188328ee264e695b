"""Verdicts on the published corpora: conversions are decided, edits that change the meaning are found, and in time.

`python tests/corpora/test_verdict_corpus.py` prints the counts and times of the whole run.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import pytest

import isorule
from isorule.evaluation import compile_predicate
from isorule.ir.axes import Case
from isorule.ir.detections import Match
from isorule.ir.matchers import Bound, Equals, InNetwork, Like, Matcher, OneOf, Range, Tokens, Wildcard, like
from isorule.ir.predicates import And, Field, Not, Or, Predicate, Test, conjunction, disjunction
from isorule.ir.rule import Rule
from isorule.mappings import ecs_schema
from isorule.verification import Verdict, VerdictKind, compare

HERE = Path(__file__).parent


def measuring() -> ModuleType:
    spec = importlib.util.spec_from_file_location("isorule_verdict_measure", HERE / "measure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


measure = measuring()
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not measure.ELASTIC.is_dir(), reason=f"the rule corpora are not at {measure.SHARED}"),
]


@dataclass
class Tally:
    """Verdicts by kind, seconds of each decision, and what is wrong."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, first: Rule | Match, second: Rule | Match, category: str) -> Verdict:
        one = first.detection if isinstance(first, Rule) else first
        other = second.detection if isinstance(second, Rule) else second
        other_category = second.data_source.category_field if isinstance(second, Rule) else category
        start = time.perf_counter()
        verdict = compare(one, other, ecs_schema(), first_category=category, second_category=other_category)
        self.seconds.append(time.perf_counter() - start)
        self.kinds[verdict.kind.value] += 1
        if verdict.kind is VerdictKind.UNDECIDED:
            self.undecided.append(f"{name}: {verdict.reason}")
        assert isinstance(one, Match)
        assert isinstance(other, Match)
        if not confirmed(verdict, one, other, category, other_category):
            self.wrong.append(name)
        return verdict

    @property
    def decided(self) -> float:
        return 1 - self.kinds["undecided"] / max(1, self.kinds.total())

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        ranked = sorted(self.seconds)
        return 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * share))]

    def __str__(self) -> str:
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        times = f"median {self.quantile(0.5):.2f} ms, p99 {self.quantile(0.99):.0f} ms, worst {self.quantile(1):.0f} ms"
        return f"{self.kinds.total()} decisions: {counts}; decided {self.decided:.2%}; {times}"


def confirmed(verdict: Verdict, first: Match, second: Match, category: str, other_category: str) -> bool:
    """Whether the evaluator gives different answers on every witness."""
    one = compile_predicate(first.where, ecs_schema(), category_field=category)
    other = compile_predicate(second.where, ecs_schema(), category_field=other_category)
    return all((one(event) is True) is not (other(event) is True) for event in verdict.witness or ())


def single_event_rules(paths: list[Path]) -> Iterator[Rule]:
    for rule in measure.rules_of(paths, []):
        if isinstance(rule.detection, Match) and not rule.detection.pipes:
            yield rule


def conversions(paths: list[Path], to: str) -> Tally:
    tally = Tally()
    for rule in single_event_rules(paths):
        try:
            found = isorule.convert(rule, to)
        except isorule.UnsupportedError:
            continue
        tally.add(rule.metadata.title, rule, found.rule, rule.data_source.category_field)
    return tally


# Edits: each gives the predicate changed at one place, or None where it has no such place.

Edit = Callable[[Predicate, random.Random], Predicate | None]


def at_some(wanted: Callable[[Predicate], bool], change: Callable[[Predicate, random.Random], Predicate]) -> Edit:
    """An edit of one randomly chosen node of a kind."""

    def edit(predicate: Predicate, rng: random.Random) -> Predicate | None:
        places = [node for node in nodes(predicate) if wanted(node)]
        if not places:
            return None
        chosen = rng.choice(places)
        return replaced(predicate, chosen, change(chosen, rng))

    return edit


def nodes(predicate: Predicate) -> Iterator[Predicate]:
    yield predicate
    match predicate:
        case Not(term):
            yield from nodes(term)
        case And(terms) | Or(terms):
            for inner in terms:
                yield from nodes(inner)


def replaced(predicate: Predicate, old: Predicate, new: Predicate) -> Predicate:
    if predicate is old:
        return new
    match predicate:
        case Not(term):
            return Not(replaced(term, old, new))
        case And(terms):
            return And(tuple(replaced(term, old, new) for term in terms))
        case Or(terms):
            return Or(tuple(replaced(term, old, new) for term in terms))
        case _:
            return predicate


def on_matchers(wanted: Callable[[Matcher], bool], change: Callable[[Matcher, random.Random], Matcher]) -> Edit:
    """An edit of one randomly chosen matcher, alone or in a list."""

    def is_place(node: Predicate) -> bool:
        return isinstance(node, Test) and isinstance(node.subject, Field) and any(map(wanted, options(node.matcher)))

    def edit(node: Predicate, rng: random.Random) -> Predicate:
        assert isinstance(node, Test)
        chosen = rng.choice([option for option in options(node.matcher) if wanted(option)])
        new = tuple(change(option, rng) if option is chosen else option for option in options(node.matcher))
        return replace(node, matcher=new[0] if len(new) == 1 else OneOf(new))

    return at_some(is_place, edit)


def options(matcher: Matcher) -> tuple[Matcher, ...]:
    return matcher.options if isinstance(matcher, OneOf) else (matcher,)


def without_one(terms: tuple[Predicate, ...], rng: random.Random) -> tuple[Predicate, ...]:
    place = rng.randrange(len(terms))
    return terms[:place] + terms[place + 1 :]


def other_case(matcher: Matcher, _rng: random.Random) -> Matcher:
    assert isinstance(matcher, Equals | Like)
    return replace(matcher, case=Case.SENSITIVE if matcher.case is Case.INSENSITIVE else Case.INSENSITIVE)


def stars_as_text(matcher: Matcher, _rng: random.Random) -> Matcher:
    assert isinstance(matcher, Like)
    return Equals("".join(p.value if isinstance(p, Wildcard) else str(p) for p in matcher.parts), matcher.case)


def with_star(matcher: Matcher, rng: random.Random) -> Matcher:
    assert isinstance(matcher, Equals)
    parts = (str(matcher.value), Wildcard.RUN) if rng.random() < 0.5 else (Wildcard.RUN, str(matcher.value))
    return like(parts, matcher.case)


def without_star(matcher: Matcher, rng: random.Random) -> Matcher:
    assert isinstance(matcher, Like)
    place = rng.choice([index for index, part in enumerate(matcher.parts) if part is Wildcard.RUN])
    return like(matcher.parts[:place] + matcher.parts[place + 1 :], matcher.case)


def other_edge(matcher: Matcher, _rng: random.Random) -> Matcher:
    assert isinstance(matcher, Range)
    if matcher.lower is not None:
        return replace(matcher, lower=replace(matcher.lower, inclusive=not matcher.lower.inclusive))
    assert matcher.upper is not None
    return replace(matcher, upper=replace(matcher.upper, inclusive=not matcher.upper.inclusive))


def one_more(matcher: Matcher, _rng: random.Random) -> Matcher:
    """A number or a bound, one greater."""
    if isinstance(matcher, Range):
        lower, upper = matcher.lower, matcher.upper
        return replace(matcher, lower=_moved(lower), upper=_moved(upper))
    assert isinstance(matcher, Equals)
    assert not isinstance(matcher.value, str)
    return replace(matcher, value=matcher.value + 1)


def _moved(bound: Bound | None) -> Bound | None:
    return bound if bound is None or isinstance(bound.value, str) else replace(bound, value=bound.value + 1)


def half_network(matcher: Matcher, _rng: random.Random) -> Matcher:
    assert isinstance(matcher, InNetwork)
    address, _, length = matcher.blocks[0].partition("/")
    return InNetwork((f"{address}/{int(length) + 1}", *matcher.blocks[1:]))


def as_number(matcher: Matcher, _rng: random.Random) -> Matcher:
    assert isinstance(matcher, Equals)
    return Equals(int(matcher.value))


def typo(matcher: Matcher, rng: random.Random) -> Matcher:
    """One letter of a text is another."""
    if isinstance(matcher, Equals):
        return replace(matcher, value=_misspelled(str(matcher.value), rng))
    if isinstance(matcher, Tokens):
        return replace(matcher, text=_misspelled(matcher.text, rng))
    assert isinstance(matcher, Like)
    place = rng.choice([index for index, part in enumerate(matcher.parts) if isinstance(part, str)])
    text = _misspelled(str(matcher.parts[place]), rng)
    return like((*matcher.parts[:place], text, *matcher.parts[place + 1 :]), matcher.case)


def _misspelled(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text)) if text else 0
    return f"{text[:place]}{'q' if text[place : place + 1] not in ('q', 'Q') else 'w'}{text[place + 1 :]}"


def text_of(matcher: Equals | Like) -> object:
    return matcher.value if isinstance(matcher, Equals) else ""


def dropped_item(node: Predicate, rng: random.Random) -> Predicate:
    assert isinstance(node, Test)
    found = options(node.matcher)
    place = rng.randrange(len(found))
    kept = found[:place] + found[place + 1 :]
    return replace(node, matcher=kept[0] if len(kept) == 1 else OneOf(kept))


EDITS: dict[str, Edit] = {
    "drop a not": at_some(lambda n: isinstance(n, Not), lambda n, _: n.term if isinstance(n, Not) else n),
    "add a not": at_some(lambda n: isinstance(n, Test), lambda n, _: Not(n)),
    "and to or": at_some(lambda n: isinstance(n, And), lambda n, _: Or(n.terms) if isinstance(n, And) else n),
    "or to and": at_some(lambda n: isinstance(n, Or), lambda n, _: And(n.terms) if isinstance(n, Or) else n),
    "drop a conjunct": at_some(
        lambda n: isinstance(n, And),
        lambda n, rng: conjunction(without_one(n.terms, rng)) if isinstance(n, And) else n,
    ),
    "drop a disjunct": at_some(
        lambda n: isinstance(n, Or),
        lambda n, rng: disjunction(without_one(n.terms, rng)) if isinstance(n, Or) else n,
    ),
    "drop a list item": at_some(
        lambda n: isinstance(n, Test) and isinstance(n.matcher, OneOf),
        dropped_item,
    ),
    "letter case": on_matchers(
        lambda m: isinstance(m, Equals | Like) and m.case is not Case.MAPPED and isinstance(text_of(m), str), other_case
    ),
    "wildcard to text": on_matchers(lambda m: isinstance(m, Like), stars_as_text),
    "text to wildcard": on_matchers(lambda m: isinstance(m, Equals) and isinstance(m.value, str), with_star),
    "drop a star": on_matchers(lambda m: isinstance(m, Like) and Wildcard.RUN in m.parts, without_star),
    "range edge": on_matchers(lambda m: isinstance(m, Range), other_edge),
    "one more": on_matchers(
        lambda m: (
            (isinstance(m, Equals) and isinstance(m.value, int) and not isinstance(m.value, bool))
            or isinstance(m, Range)
        ),
        one_more,
    ),
    "half the network": on_matchers(lambda m: isinstance(m, InNetwork) and "." in m.blocks[0], half_network),
    "text to number": on_matchers(
        lambda m: isinstance(m, Equals) and isinstance(m.value, str) and m.value.isdecimal(), as_number
    ),
    "misspelling": on_matchers(
        lambda m: (
            (isinstance(m, Equals) and isinstance(m.value, str))
            or isinstance(m, Tokens)
            or (isinstance(m, Like) and any(isinstance(part, str) for part in m.parts))
        ),
        typo,
    ),
    "another field": at_some(
        lambda n: isinstance(n, Test) and isinstance(n.subject, Field),
        lambda n, _: replace(n, subject=Field("other.field")) if isinstance(n, Test) else n,
    ),
}


def reordered(predicate: Predicate, rng: random.Random) -> Predicate:
    """Another way to write a predicate: other order, De Morgan, lists taken apart."""
    match predicate:
        case And(terms) | Or(terms):
            inner = [reordered(term, rng) for term in terms]
            rng.shuffle(inner)
            opposite = disjunction if isinstance(predicate, And) else conjunction
            if rng.random() < 0.5:
                return Not(opposite(tuple(map(Not, inner))))
            return replace(predicate, terms=tuple(inner))
        case Not(term):
            return Not(reordered(term, rng))
        case Test(_, OneOf(found)):
            return disjunction(tuple(replace(predicate, matcher=option) for option in found))
        case _:
            return predicate


def distributed(predicate: Predicate, rng: random.Random) -> Predicate:
    """`a and (b or c)` as `(a and b) or (a and c)`, at the first place where that is small."""
    if isinstance(predicate, And):
        for place, term in enumerate(predicate.terms):
            found = reordered(term, rng) if isinstance(term, Test) else term
            if isinstance(found, Or) and len(found.terms) <= 6:
                rest = predicate.terms[:place] + predicate.terms[place + 1 :]
                return disjunction(tuple(conjunction((*rest, option)) for option in found.terms))
    return predicate


@dataclass
class Mutations:
    """Verdicts on edited rules, by edit, and edits that nobody can tell."""

    tally: Tally = field(default_factory=Tally)
    by_edit: dict[str, Counter[str]] = field(default_factory=dict)
    same: list[tuple[str, str]] = field(default_factory=list)


def mutations(rules: list[Rule], seed: int) -> Mutations:
    found = Mutations()
    for number, rule in enumerate(rules):
        assert isinstance(rule.detection, Match)
        for name, edit in EDITS.items():
            rng = random.Random(f"{seed} {number} {name}")
            changed = edit(rule.detection.where, rng)
            if changed is None:
                continue
            title = f"{rule.metadata.title} / {name}"
            verdict = found.tally.add(title, rule.detection, Match(changed), rule.data_source.category_field)
            found.by_edit.setdefault(name, Counter())[verdict.kind.value] += 1
            if verdict.same:
                found.same.append((title, name))
    return found


def rewritings(rules: list[Rule], seed: int) -> Tally:
    tally = Tally()
    for number, rule in enumerate(rules):
        for rewrite in (reordered, distributed):
            assert isinstance(rule.detection, Match)
            other = Match(rewrite(rule.detection.where, random.Random(f"{seed} {number}")))
            title = f"{rule.metadata.title} / {rewrite.__name__}"
            verdict = tally.add(title, rule.detection, other, rule.data_source.category_field)
            if not verdict.same:
                tally.wrong.append(title)
    return tally


def sample(count: int, seed: int) -> list[Rule]:
    paths = [*measure.elastic_files(), *measure.sigma_files()]
    random.Random(seed).shuffle(paths)
    found: list[Rule] = []
    for rule in single_event_rules(paths):
        try:
            assert isinstance(rule.detection, Match)
            compile_predicate(rule.detection.where, ecs_schema())
        except isorule.UnsupportedError:
            continue  # a placeholder: nobody knows what it matches
        found.append(rule)
        if len(found) == count:
            break
    return found


def report(name: str, tally: Tally) -> None:
    print(f"{name}: {tally}")


@pytest.mark.parametrize(("side", "to"), [("elastic", "sigma"), ("sigma", "elastic")])
def test_conversions_are_decided(side: str, to: str) -> None:
    tally = conversions(measure.elastic_files() if side == "elastic" else measure.sigma_files()[::3], to)
    report(f"{side} to {to}", tally)
    assert tally.wrong == []
    assert tally.decided >= 0.99, tally.undecided
    assert tally.quantile(0.5) < 20
    assert tally.quantile(0.99) < 2000


def test_edits_that_change_the_meaning_are_found() -> None:
    found = mutations(sample(60, seed=1), seed=1)
    report("edits", found.tally)
    assert found.tally.wrong == []
    assert found.tally.decided >= 0.99, found.tally.undecided
    assert len(found.by_edit) >= 14
    # An edit may leave the meaning as it is: a list item that another one covers, a text without letters.
    assert len(found.same) <= 0.12 * found.tally.kinds.total(), found.same


def test_rewritings_that_keep_the_meaning_are_proved() -> None:
    tally = rewritings(sample(60, seed=2), seed=2)
    report("rewritings", tally)
    assert tally.wrong == []


if __name__ == "__main__":
    report("elastic to sigma", conversions(measure.elastic_files(), "sigma"))
    report("sigma to elastic", conversions(measure.sigma_files(), "elastic"))
    changed = mutations(sample(300, seed=3), seed=3)
    report("edits", changed.tally)
    for edit_name, counts in changed.by_edit.items():
        print(f"  {edit_name}: {dict(counts)}")
    print("\n".join(changed.tally.undecided))
    report("rewritings", rewritings(sample(300, seed=4), seed=4))
