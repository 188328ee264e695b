"""Events for the branches of a rule."""

from __future__ import annotations

import isorule
from isorule.analysis import branch_at
from isorule.ir.printing import show


def test_every_branch_has_an_event_of_its_own() -> None:
    detection = isorule.parse(
        'any where process.name : "a*" and (user.id == "1" or process.pid > 5) '
        'and not (user.name == "x" or user.id == "9")',
        "eql",
    )
    (found,) = isorule.examples(detection)
    told = [(show(branch_at(detection, 0, example.path)), example.kept_out, example.event) for example in found[1:]]
    assert told == [
        ('(user.id = "1")', False, {"process": {"name": "a"}, "user": {"id": "1"}}),
        ("(process.pid > 5)", False, {"process": {"name": "a", "pid": 6}}),
        ('(user.name = "x")', True, {"process": {"name": "a"}, "user": {"id": "1", "name": "x"}}),
        ('(user.id = "9")', True, {"process": {"name": "a", "pid": 6}, "user": {"id": "9"}}),
    ]


def test_a_branch_that_another_covers_says_so() -> None:
    detection = isorule.parse('any where (user.id == "1" and user.name == "x") or user.id == "1"', "eql")
    (found,) = isorule.examples(detection)
    assert [(example.path, example.alone) for example in found] == [((), True), ((0,), False), ((1,), True)]


def test_a_branch_that_nothing_takes_has_no_event() -> None:
    detection = isorule.parse('any where (user.id == null and user.id == "1") or user.id == "2"', "eql")
    (found,) = isorule.examples(detection)
    assert [example.path for example in found] == [(), (1,)]


def test_a_large_condition_has_events_for_its_first_branches() -> None:
    detection = isorule.parse(" or ".join(f"process.name: a{number}" for number in range(5_000)), "kuery")
    (found,) = isorule.examples(detection)
    assert [example.path for example in found[:3]] == [(), (0,), (1,)]
    assert len(found) < 50
