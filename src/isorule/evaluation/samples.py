"""Samples: one event for each clause, all different, that share their keys, whatever their times (EQL `sample`)."""

from __future__ import annotations

from isorule.evaluation.alerts import Alert
from isorule.evaluation.events import EventView
from isorule.evaluation.keys import Key
from isorule.evaluation.pipes import piped
from isorule.evaluation.setting import Setting
from isorule.ir.detections import Sample
from isorule.ir.losses import refusal


def sample_alerts(sample: Sample, views: list[EventView], setting: Setting) -> list[Alert]:
    """One answer for each set of keys that every clause can meet, sorted by key.

    Of several suitable events the first ones given are taken. Raises `UnsupportedError` for a missing-event clause.
    """
    if any(stage.missing for stage in sample.stages):
        raise refusal("missing-in-sample", "a sample has no missing-event clauses")
    clauses: list[dict[Key, list[int]]] = []
    all_keys = [setting.join_keys((*sample.by, *stage.by)) for stage in sample.stages]
    for stage, keys in zip(sample.stages, all_keys, strict=True):
        check = setting.compiler.check(stage.where)
        members: dict[Key, list[int]] = {}
        for index, view in enumerate(views):
            if check(view) is True:
                for key in keys.keys(view):
                    members.setdefault(key, []).append(index)
        clauses.append(members)
    shared = set(clauses[0]).intersection(*clauses[1:]) if clauses else set()
    out: list[Alert] = []
    for key in sorted(shared):
        chosen = _different([members[key] for members in clauses])
        if chosen is not None:
            out.append(Alert(tuple(views[index].event for index in chosen), keys=all_keys[0].shown(key)))
    return piped(out, sample.pipes)


def _different(candidates: list[list[int]]) -> list[int] | None:
    """One candidate for each clause, no two the same, the first clauses served first; None where that cannot be."""
    size = len(candidates)
    limited = [events[:size] for events in candidates]  # with as many candidates as clauses, one is always left
    if not _can_differ(limited):
        return None
    for clause in range(size):
        for event in limited[clause]:
            trial = [*limited[:clause], [event], *limited[clause + 1 :]]
            if _can_differ(trial):
                limited = trial
                break
    return [events[0] for events in limited]


def _can_differ(candidates: list[list[int]]) -> bool:
    """Whether every clause can have a candidate of its own (bipartite matching along augmenting paths)."""
    holder: dict[int, int] = {}

    def place(clause: int, tried: set[int]) -> bool:
        for event in candidates[clause]:
            if event in tried:
                continue
            tried.add(event)
            if event not in holder or place(holder[event], tried):
                holder[event] = clause
                return True
        return False

    return all(place(clause, set()) for clause in range(len(candidates)))
