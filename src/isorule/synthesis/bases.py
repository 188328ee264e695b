"""A match that a given leaf decides, from one that it does not: a quick guess before anything is solved for.

On the way from the root to the leaf every other option of a choice must be bad; the leaf itself must be good, and all
that is asked together with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from isorule.ir.matchers import options_of
from isorule.ir.predicates import Test
from isorule.ir.walk import walk
from isorule.synthesis.questions import Group, Leaf, Node, Question
from isorule.synthesis.scene import Scene
from isorule.synthesis.variations import places, samples_at, variations
from isorule.verification.cells import Values
from isorule.verification.witness import event_of

Beside = tuple[list[Node], list[Node]]
"""What stands beside a leaf: options that compete with it, and what must hold together with it."""

_MOST = 24
"""So many changes are tried for one leaf."""


def guess(question: Question, leaf: Leaf, base: Values, scene: Scene) -> Values | None:
    """A match close to another one that the leaf decides; None where no guess comes true."""
    rivals, allies = _beside(question.tree, leaf)
    for start in _good(question, leaf, base, scene):
        joined = _joined(question, leaf, allies, start, scene)
        values = _alone(question, leaf, (rivals, allies), joined, scene)
        event = event_of(values)
        if question.matches(event) and question.decides(leaf, question.goods(event)):
            return values
    return None


def _alone(question: Question, leaf: Leaf, beside: Beside, values: Values, scene: Scene) -> Values:
    """The values changed so that all rivals of a leaf are bad, as far as that is found."""
    rivals, allies = beside
    for rival in rivals:
        changed = _without(question, leaf, rival, allies, values, scene)
        if changed is None:
            break
        values = changed
    return values


def _good(question: Question, leaf: Leaf, base: Values, scene: Scene) -> Iterator[Values]:
    """The base, changed so that the leaf is good."""
    if question.is_good(leaf, event_of(base)):
        yield base
        return
    for test in walk(question.resolved(leaf)):
        if isinstance(test, Test):
            for path in places(test, base, scene):
                for changed in islice(_changed(test, leaf.wanted, path, base, scene), _MOST):
                    if question.is_good(leaf, event_of(changed)):
                        yield changed


def _changed(test: Test, wanted: bool, path: str, base: Values, scene: Scene) -> Iterator[Values]:
    if not wanted:
        yield {other: values for other, values in base.items() if other != path}
        return
    for option in options_of(test.matcher):
        for value in samples_at(option, path, base, scene):
            if path in base:
                yield base | {path: [*base[path], value]}
            yield base | {path: [value]}


def _joined(question: Question, leaf: Leaf, allies: list[Node], values: Values, scene: Scene) -> Values:
    """The values changed so that what must hold beside a leaf does, as far as that is found."""
    for ally in allies:
        for part in _leaves(ally):
            goods = question.goods(event_of(values))
            if question.holds(ally, goods):
                break
            if not goods[part.index]:
                found = islice(_good(question, part, values, scene), _MOST)
                values = next((one for one in found if question.is_good(leaf, event_of(one))), values)
    return values


def _beside(tree: Node, leaf: Leaf) -> Beside:
    """The other options of the choices that the leaf stands in, and what must hold together with it."""
    rivals: list[Node] = []
    allies: list[Node] = []

    def holds_leaf(node: Node) -> bool:
        if isinstance(node, Leaf):
            return node.index == leaf.index
        inside = next((part for part in node.parts if holds_leaf(part)), None)
        if inside is not None:
            (allies if node.every else rivals).extend(part for part in node.parts if part is not inside)
        return inside is not None

    holds_leaf(tree)
    return rivals, allies


def _without(
    question: Question, leaf: Leaf, part: Node, allies: list[Node], values: Values, scene: Scene
) -> Values | None:
    """The values changed so that a part of the tree is bad, and the leaf and its allies are good."""
    goods = question.goods(event_of(values))
    if not question.holds(part, goods):
        return values
    for rival in _leaves(part):
        if not goods[rival.index]:
            continue
        for variation in islice(variations(question, rival, values, scene), _MOST):
            now = question.goods(event_of(variation.values))
            if not now[leaf.index] or question.holds(part, now):
                continue
            if all(question.holds(ally, now) for ally in allies):
                return variation.values
    return None


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Group):
        for part in node.parts:
            yield from _leaves(part)
