"""The work of `isorule convert`: the records of each file, from an earlier run where nothing has changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import isorule
from isorule.cli import collection
from isorule.cli.batch import run_batch
from isorule.cli.cache import Cache, key_of
from isorule.cli.collection import Loaded, Work
from isorule.cli.exits import FAULT_NAMES
from isorule.cli.inputs import Input
from isorule.cli.loading import Failure, at_detection, guarded, load_rules
from isorule.cli.separate import Key, key, without
from isorule.cli.targets import Target
from isorule.diagnostics import Diagnostic
from isorule.documents.references import CORRELATION
from isorule.ir.rule import Rule
from isorule.report.conversions import ConversionRecord, Status

SIGMA: Final = "sigma"
_NOT_KEPT = frozenset((*FAULT_NAMES, "backend-failed"))
"""Reasons that another run may not find again, so that their records are not kept for it."""


def convert_all(
    works: Sequence[Work], contents: Mapping[str, bytes], target: Target, kept: Cache | None, jobs: int
) -> list[list[ConversionRecord]]:
    """The records of each file: those of an earlier run where nothing has changed since, else new ones."""
    found: list[list[ConversionRecord] | None] = [None] * len(works)
    if kept is not None:
        found = [_earlier(work, contents, target, kept) for work in works]
    missing = [work for work, records in zip(works, found, strict=True) if records is None]
    made = iter(run_batch(partial(convert_work, target=target, kept=kept), missing, jobs=jobs, label="converting"))
    whole = [next(made) if records is None else records for records in found]
    if kept is not None and missing:
        kept.prune()
    return whole


def _earlier(work: Work, contents: Mapping[str, bytes], target: Target, kept: Cache) -> list[ConversionRecord] | None:
    key = _key(work, contents, target)
    return kept.read(key) if key is not None else None


def _key(work: Work, contents: Mapping[str, bytes], target: Target) -> str | None:
    """The name under which a file's records are kept; None for standard input and for what cannot be read."""
    files = (work.item, *work.related)
    if work.item.data is not None or any(item.shown not in contents for item in files):
        return None
    parts = [part for item in files for part in (item.shown.encode(), contents[item.shown])]
    return key_of([target.told, *parts])


def convert_work(work: Work, target: Target, kept: Cache | None = None) -> list[ConversionRecord]:
    """What becomes of each rule of a file; kept for later runs under what was read here, and nothing else."""
    item = work.item
    contents = collection.read_all((item, *work.related))
    if item.shown not in contents:
        return convert_loaded(item, lambda: _unread(item), target)
    records = convert_loaded(item, lambda: collection.load(work, contents[item.shown], contents), target)
    key = _key(work, contents, target)
    if kept is not None and key is not None and not any(record.reason in _NOT_KEPT for record in records):
        kept.write(key, records)
    return records


def _unread(item: Input) -> Loaded:
    """The rules of a file that could not be read, which says why."""
    return Loaded(tuple(load_rules(item)), frozenset())


def convert_loaded(item: Input, load: Callable[[], Loaded], target: Target) -> list[ConversionRecord]:
    """What becomes of each rule that `load` gives."""
    loaded = guarded(item.shown, load)
    if isinstance(loaded, Failure):
        return [ConversionRecord(item.shown, 0, _status(loaded), diagnostic=loaded.diagnostic)]
    parts = _parts(loaded, target)
    return [
        _part(item.shown, index, rule, loaded.problems.get(index, ()))
        if index in parts
        else _convert_rule(item.shown, index, rule, target, loaded.alone)
        for index, rule in enumerate(loaded.rules)
    ]


def _parts(loaded: Loaded, target: Target) -> frozenset[int]:
    """The rules without a result of their own: in Sigma, those that correlations share have one."""
    if target.name != SIGMA:
        return loaded.parts
    return frozenset(number for number in loaded.parts if key(loaded.rules[number]) not in loaded.alone)


def _part(path: str, index: int, rule: Rule, problems: tuple[Diagnostic, ...]) -> ConversionRecord:
    return ConversionRecord(path, index, Status.PART, rule.metadata.id, rule.metadata.title, problems=problems)


def _convert_rule(
    path: str, index: int, rule: Rule, target: Target, alone: frozenset[Key] = frozenset()
) -> ConversionRecord:
    made = guarded(path, lambda: isorule.convert(rule, target.name, **target.options))
    record = ConversionRecord(path, index, Status.CONVERTED, rule.metadata.id, rule.metadata.title)
    if isinstance(made, Failure):
        return replace(record, status=_status(made), diagnostic=at_detection(made.diagnostic, rule))
    shared = target.name == SIGMA and rule.type == CORRELATION
    text = without(made.text, alone) if shared else made.text
    return replace(record, text=text, losses=made.losses, verdict=made.verdict, queries=made.queries)


def _status(failure: Failure) -> Status:
    return Status.REFUSED if failure.refused else Status.ERROR
