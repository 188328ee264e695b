"""Processing pipelines: found by name or path, and applied to a rule without any backend."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from isorule.backends.catalogue import pipeline_names, plugins
from isorule.backends.foreign import foreign, plain_message, rejected
from isorule.backends.reading import condition_of
from isorule.diagnostics import Diagnostic, Effect, Severity, UnknownNameError, UnsupportedError
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.rule import LogSource


@dataclass(frozen=True, slots=True)
class Transformed:
    """A rule's condition and log source after its pipelines, and what of those has no place outside of pySigma."""

    where: Predicate
    logsource: LogSource | None
    losses: tuple[Loss, ...]


def transform(document: Mapping[str, Any], pipelines: tuple[str, ...]) -> Transformed:
    """A Sigma rule's document as processing pipelines change it.

    Raises UnsupportedError where pySigma does not take the rule or a pipeline refuses it, UnknownNameError for a
    pipeline that is not there.
    """
    pipeline = _kept(pipelines, stamps(pipelines))
    rule = _sigma_rule(document)
    with foreign(_refused):
        pipeline.apply(rule)
        trees = [condition.parsed for condition in rule.detection.parsed_condition]
    return Transformed(condition_of(trees), _logsource(rule), tuple(_unused(pipeline)))


def _refused(error: Exception) -> UnsupportedError:
    return refusal("pipeline-refused", f"a processing pipeline refuses the rule: {plain_message(error)}")


Stamps = tuple[tuple[str, int, int], ...]
"""Name, size and time of each file of pipelines."""


def stamps(pipelines: tuple[str, ...]) -> Stamps:
    """What tells that the files of pipelines have changed."""
    found = ((path, path.stat()) for path in pipeline_files(pipelines))
    return tuple((str(path), state.st_size, state.st_mtime_ns) for path, state in found)


def pipeline_files(pipelines: tuple[str, ...]) -> tuple[Path, ...]:
    """The files among pipelines and, in their order, those of folders; names of installed pipelines have none."""
    paths = [Path(pipeline) for pipeline in pipelines]
    found = (sorted(path.rglob("*.yml")) if path.is_dir() else [path] for path in paths if path.exists())
    return tuple(path for group in found for path in group)


@lru_cache(maxsize=1)
def _kept(pipelines: tuple[str, ...], _: Stamps) -> Any:
    """The pipeline for the rules that follow, while its files stay as they are; it starts anew for each rule."""
    return resolved(pipelines)


def _sigma_rule(document: Mapping[str, Any]) -> Any:
    from sigma.rule import SigmaRule

    with foreign(rejected):
        return SigmaRule.from_dict(deepcopy(dict(document)))


def resolved(pipelines: tuple[str, ...]) -> Any:
    """One processing pipeline made of several, in the order of their priorities, new for each call.

    Raises UnknownNameError for a name that is neither a pipeline nor a file, UnsupportedError for a file that is none.
    """
    resolver = plugins().get_pipeline_resolver()
    for spec in pipelines:
        if spec not in plugins().pipelines and not Path(spec).exists():
            raise _unknown(spec)
    with foreign(partial(_unreadable, pipelines)):
        return resolver.resolve(list(pipelines))


def _unreadable(pipelines: tuple[str, ...], error: Exception) -> UnsupportedError:
    message = f"a processing pipeline of {', '.join(pipelines)} cannot be read: {plain_message(error)}"
    return refusal("pipeline-unreadable", message)


@cache
def allowed_backends(pipeline: str) -> frozenset[str]:
    """The backends that a pipeline says it is for; empty where it is for all, and for a folder of pipelines.

    Raises UnsupportedError for a file that is no pipeline.
    """
    if Path(pipeline).is_dir():
        return frozenset()
    with foreign(partial(_unreadable, (pipeline,))):
        return frozenset(map(str, plugins().get_pipeline_resolver().resolve_pipeline(pipeline).allowed_backends))


def _unknown(spec: str) -> UnknownNameError:
    known = ", ".join(pipeline_names()) or "none"
    message = f"no processing pipeline is called {spec!r}, and there is no such file"
    return UnknownNameError(
        Diagnostic("NAME004", "unknown-pipeline", Severity.ERROR, message, hint=f"installed are {known}")
    )


def _logsource(rule: Any) -> LogSource | None:
    source = rule.logsource
    custom = source.custom_attributes or {}
    return LogSource(source.category, source.product, source.service, source.definition, tuple(sorted(custom.items())))


def _unused(pipeline: Any) -> list[Loss]:
    found: list[Loss] = []
    if pipeline.postprocessing_items or pipeline.finalizers:
        message = "the pipeline also changes the text of queries, which is not done to a query of isorule's own"
        found.append(loss("pipeline-text-unused", Effect.CHANGES, message))
    if pipeline.state:
        keys = ", ".join(sorted(map(str, pipeline.state)))
        message = f"the pipeline sets what only a backend reads: {keys}"
        found.append(loss("pipeline-state-unused", Effect.COSMETIC, message))
    return found
