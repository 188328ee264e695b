"""One rule through a backend, apart from all others: its text, or why there is none."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from isorule.backends.attack_data import offer_attack_data
from isorule.backends.catalogue import backend_class, installed_backend
from isorule.backends.choice import BackendChoice
from isorule.backends.foreign import foreign, plain_message, rejected
from isorule.backends.pipelines import Stamps, resolved, stamps
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError, UnsupportedError
from isorule.ir.losses import refusal


@dataclass(frozen=True, slots=True)
class Written:
    """What a backend made of a rule.

    `queries` are its queries before they were put into the form of the output, plain JSON values; `text` is the output
    for this rule alone; `warnings` are what the backend said of it.
    """

    queries: tuple[object, ...]
    text: str
    warnings: tuple[str, ...]


def write(documents: Sequence[Mapping[str, Any]], choice: BackendChoice) -> Written:
    """Sigma documents through a backend: one rule, or a correlation after the rules that it refers to.

    Raises UnsupportedError where pySigma does not take a document (`pysigma-rejects-rule`), the backend refuses
    (`backend-refused`), breaks (`backend-failed`) or gives nothing (`backend-gave-nothing`), with what it said;
    UnknownNameError for a backend, format or pipeline that is not there.
    """
    backend = _backend(choice, stamps(choice.pipelines))
    collection = _collection(documents)
    form = choice.format or installed_backend(choice.name).default_format
    with warnings.catch_warnings(record=True) as caught, foreign(partial(_refused, choice.name)):
        warnings.simplefilter("always")
        queries = [query for rule in collection.rules for query in _queries(backend, rule, form, choice.method)]
        text = _text(backend.finalize(list(queries), form)) if queries else ""
        plain = tuple(map(_plain, queries))
    if not queries or not text.strip():
        raise refusal("backend-gave-nothing", f"the backend {choice.name!r} gives no query for this rule")
    said = dict.fromkeys(" ".join(str(item.message).split()) for item in caught if _is_remark(item.category))
    return Written(plain, text, tuple(said))


def finalized(queries: Sequence[object], choice: BackendChoice) -> str:
    """Queries of several rules (`Written.queries`) as one output of the backend.

    Raises as `write` does.
    """
    form = choice.format or installed_backend(choice.name).default_format
    with foreign(partial(_refused, choice.name)):
        return _text(_backend(choice, stamps(choice.pipelines)).finalize(list(queries), form))


@lru_cache(maxsize=1)
def _backend(choice: BackendChoice, _: Stamps) -> Any:
    """A backend with its pipelines, kept for the rules that follow while the pipelines' files stay as they are.

    Making it takes longer than using it.
    """
    found = installed_backend(choice.name)
    if choice.format is not None and choice.format not in dict(found.formats):
        raise _unknown_format(choice.format, found.name, dict(found.formats))
    pipeline = resolved(choice.pipelines) if choice.pipelines else None
    form = choice.format or found.default_format
    with foreign(partial(_unfit, choice.name)):
        backend = backend_class(choice.name)(processing_pipeline=pipeline, **dict(choice.options))
        backend.init_processing_pipeline(form)
    offer_attack_data()
    return backend


def _unfit(name: str, error: Exception) -> UnsupportedError:
    message = f"the backend {name!r} cannot be set up with these options: {plain_message(error)}"
    return refusal("backend-options", message)


def _unknown_format(form: str, name: str, formats: Mapping[str, str]) -> UnknownNameError:
    message = f"the backend {name!r} has no output format {form!r}"
    hint = f"one of {', '.join(sorted(formats))}"
    return UnknownNameError(Diagnostic("NAME005", "unknown-output-format", Severity.ERROR, message, hint=hint))


def _collection(documents: Sequence[Mapping[str, Any]]) -> Any:
    from sigma.collection import SigmaCollection

    with foreign(rejected):
        return SigmaCollection.from_dicts([deepcopy(dict(document)) for document in documents])


def _queries(backend: Any, rule: Any, form: str, method: str | None) -> list[Any]:
    from sigma.correlations import SigmaCorrelationRule

    if isinstance(rule, SigmaCorrelationRule):
        return list(backend.convert_correlation_rule(rule, form, method))
    return list(backend.convert_rule(rule, form))


def _refused(name: str, error: Exception) -> UnsupportedError:
    """The refusal for what a backend raised; the backend is made anew, as it may have stopped half-way."""
    from sigma.exceptions import SigmaError

    _backend.cache_clear()
    if isinstance(error, SigmaError | NotImplementedError):  # how backends say that they have no form for something
        return refusal("backend-refused", f"{name}: {plain_message(error)}")
    message = f"the backend {name!r} breaks on this rule: {type(error).__name__}: {plain_message(error)}"
    return refusal("backend-failed", message, hint="this is a bug of the backend; please report it there")


def _is_remark(category: type[Warning]) -> bool:
    """Whether a warning speaks of the rule rather than of the code."""
    return not issubclass(category, DeprecationWarning | PendingDeprecationWarning | ImportWarning | ResourceWarning)


def _text(output: Any) -> str:
    """An output as text: lists of texts one after the other, anything else as JSON."""
    match output:
        case str():
            text = output
        case bytes():
            text = output.decode()
        case list() if all(isinstance(item, str) for item in output):
            text = "\n".join(output)
        case [single]:
            text = _json(single)
        case _:
            text = _json(output)
    return text if text.endswith("\n") or not text else f"{text}\n"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _plain(query: Any) -> object:
    """A query as JSON values, so that it can be kept and sent between processes."""
    return json.loads(json.dumps(query, default=str))
