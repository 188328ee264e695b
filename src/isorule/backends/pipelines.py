"""Processing pipelines: found by name or path, and applied to a rule without any backend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from isorule.backends.catalogue import pipeline_names, plugins
from isorule.backends.reading import condition_of
from isorule.diagnostics import Diagnostic, Effect, Severity, UnknownNameError
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.predicates import Predicate
from isorule.ir.rule import LogSource

_PLACE = re.compile(r" \(while [a-z ]+ rule None\)$")


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
    rule = sigma_rule(document)
    try:
        pipeline.apply(rule)
        where = condition_of(rule)
    except (ValueError, NotImplementedError) as error:
        raise refusal("pipeline-refused", f"a processing pipeline refuses the rule: {plain_message(error)}") from error
    return Transformed(where, _logsource(rule), tuple(_unused(pipeline)))


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


def sigma_rule(document: Mapping[str, Any]) -> Any:
    """A Sigma document as pySigma's rule. Raises UnsupportedError where pySigma does not take it."""
    from sigma.rule import SigmaRule

    try:
        return SigmaRule.from_dict(deepcopy(dict(document)))
    except Exception as error:
        raise rejected(error) from error


def rejected(error: Exception) -> Exception:
    """The refusal for a rule that pySigma does not read."""
    return refusal("pysigma-rejects-rule", f"pySigma does not read this rule: {plain_message(error)}")


def plain_message(error: BaseException) -> str:
    """What an exception of pySigma says, in one line and without the empty place that it adds."""
    text = " ".join(str(error).split()) or type(error).__name__
    return _PLACE.sub("", text)


def resolved(pipelines: tuple[str, ...]) -> Any:
    """One processing pipeline made of several, in the order of their priorities, new for each call.

    Raises UnknownNameError for a name that is neither a pipeline nor a file, UnsupportedError for a file that is none.
    """
    resolver = plugins().get_pipeline_resolver()
    for spec in pipelines:
        if spec not in plugins().pipelines and not Path(spec).exists():
            raise _unknown(spec)
    try:
        return resolver.resolve(list(pipelines))
    except Exception as error:  # a pipeline is read from YAML, or made by any code
        message = f"a processing pipeline of {', '.join(pipelines)} cannot be read: {plain_message(error)}"
        raise refusal("pipeline-unreadable", message) from error


@cache
def allowed_backends(pipeline: str) -> frozenset[str]:
    """The backends that a pipeline says it is for; empty where it is for all, and for a folder of pipelines."""
    if Path(pipeline).is_dir():
        return frozenset()
    found = plugins().get_pipeline_resolver().resolve_pipeline(pipeline)
    return frozenset(map(str, found.allowed_backends))


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
