"""What a backend is known to get wrong or to drop, declared as losses: the table `losses.toml`, asked for one rule."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from isorule.backends.catalogue import installed_backend
from isorule.backends.choice import BackendChoice
from isorule.backends.features import ABSOLUTE, Feature, features
from isorule.backends.pipelines import allowed_backends
from isorule.diagnostics import Diagnostic, Effect, Severity
from isorule.ir.losses import Loss, loss
from isorule.ir.predicates import Predicate
from isorule.ir.walk import Polarity

_ELASTIC = frozenset(("lucene", "eql", "esql", "elastalert", "opensearch_lucene", "open_search_ppl"))
_ELASTIC_NAMES = frozenset(("elasticsearch", "opensearch", *_ELASTIC))
"""pySigma's pipelines for Elasticsearch name some of these backends, and their field names are those of all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One loss: the features that it speaks of, and what is said."""

    features: frozenset[str]
    name: str
    effect: Effect
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class _Examined:
    """What was found of a backend: on which features it raises, and in which language each format is, if we read it."""

    unsupported: frozenset[Feature]
    reads: Mapping[str, str]


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("losses.toml").read_text(encoding="utf-8"))


@cache
def _rows(name: str) -> tuple[_Row, ...]:
    return tuple(
        _Row(frozenset(row["features"]), row["name"], Effect(row["effect"]), row["message"], row["source"])
        for row in _table()["loss"]
        if name in row["backends"]
    )


@cache
def _examined(name: str) -> _Examined | None:
    for entry in _table()["examined"]:
        if name in entry["backends"]:
            return _Examined(frozenset(map(Feature, entry.get("unsupported", ()))), entry.get("reads", {}))
    return None


def unsupported(name: str) -> frozenset[Feature]:
    """The features on which a backend is known to raise."""
    found = _examined(name)
    return found.unsupported if found is not None else frozenset()


def reader_of(choice: BackendChoice) -> str | None:
    """The dialect in which the output of a backend stands, where a dialect of that name could read it back."""
    found = _examined(choice.name)
    form = choice.format or installed_backend(choice.name).default_format
    return found.reads.get(form) if found is not None else None


def losses_of(choice: BackendChoice, where: Predicate) -> tuple[Loss, ...]:
    """What the backend is known to change in a condition, each with its place, once for each test."""
    found: dict[tuple[str, int], Loss] = {}
    for feature, test, polarity in features(where):
        for row in _rows(choice.name):
            if feature.value in row.features:
                effect = row.effect
                if polarity is Polarity.NEGATIVE and feature not in ABSOLUTE:
                    effect = effect.under_negation()
                found.setdefault((row.name, id(test)), _loss(row, effect, test.span))
    return tuple(found.values())


def _loss(row: _Row, effect: Effect, span: Any) -> Loss:
    return loss(row.name, effect, row.message, span=span, hint=f"see {row.source}")


def losses_of_correlation(choice: BackendChoice, traits: Iterable[str]) -> tuple[Loss, ...]:
    """What the backend is known to change in a correlation with these traits (`event_count`, `several-fields`)."""
    wanted = {f"correlation-{trait}" for trait in traits}
    return tuple(_loss(row, row.effect, None) for row in _rows(choice.name) if wanted & row.features)


def notes_of(choice: BackendChoice) -> tuple[Diagnostic, ...]:
    """What has to be said of a backend with these pipelines once, whatever the rule."""
    found: list[Diagnostic] = []
    backend = installed_backend(choice.name)
    if _examined(choice.name) is None:
        message = f"what the backend {choice.name!r} gets wrong or drops is not known: try its output on events"
        found.append(_note(choice, "backend-not-examined", message))
    if reader_of(choice) is None:
        message = "isorule does not read this output, so none of it is compared with its rule (verdict: undecided)"
        found.append(_note(choice, "output-not-read", message))
    if backend.needs_pipeline and not choice.pipelines:
        message = f"{backend.title} has no field names of its own; without a pipeline (-p) the rules' own stay"
        found.append(_note(choice, "pipeline-missing", message))
    for pipeline in choice.pipelines:
        allowed = allowed_backends(pipeline)
        elastic = choice.name in _ELASTIC and bool(allowed & _ELASTIC_NAMES)
        if allowed and choice.name not in allowed and not elastic:
            message = f"the pipeline {pipeline!r} is made for {', '.join(sorted(allowed))}, not for {choice.name}"
            found.append(_note(choice, "pipeline-for-another-backend", message))
    return tuple(found)


def _note(choice: BackendChoice, name: str, message: str) -> Diagnostic:
    return Diagnostic("NOTE", name, Severity.WARNING, message, path=choice.name)
