"""Polarity and rewriting of predicates."""

from __future__ import annotations

from isorule.ir.matchers import Equals, Present
from isorule.ir.predicates import And, Const, Field, Not, Or, Predicate, Test
from isorule.ir.walk import Polarity, leaves, rewrite_leaves, walk


def leaf(name: str) -> Test:
    return Test(Field(name), Equals(name))


A, B, C = leaf("a"), leaf("b"), leaf("c")


def test_polarity_flips_under_every_negation() -> None:
    predicate = And((A, Not(Or((B, Not(C))))))
    found = {test.subject.path: polarity for test, polarity in leaves(predicate)}
    assert found == {"a": Polarity.POSITIVE, "b": Polarity.NEGATIVE, "c": Polarity.POSITIVE}


def test_walk_gives_parents_first_in_the_order_of_the_text() -> None:
    predicate = And((Not(A), Or((B, C))))
    assert list(walk(predicate)) == [predicate, Not(A), A, Or((B, C)), B, C]


def test_an_unchanged_predicate_stays_the_same_object() -> None:
    predicate = And((A, Not(Or((B, C)))))
    assert rewrite_leaves(predicate, lambda test, _: test) is predicate


def test_a_replacement_of_the_parents_shape_is_spliced() -> None:
    def double(test: Test, _: Polarity) -> Predicate:
        return And((test, Test(test.subject, Present()))) if test == A else test

    assert rewrite_leaves(And((A, B)), double) == And((A, Test(Field("a"), Present()), B))
    assert rewrite_leaves(Or((A, B)), double) == Or((And((A, Test(Field("a"), Present()))), B))


def test_a_negated_replacement_cancels_a_negation() -> None:
    assert rewrite_leaves(Not(A), lambda *_: Not(B)) == B


def test_a_replacement_by_a_constant_is_kept() -> None:
    assert rewrite_leaves(Not(A), lambda *_: Const(False)) == Not(Const(False))
