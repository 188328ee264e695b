"""The backends and pipelines that are installed, as pySigma itself finds them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from typing import Any

from isorule.backends.foreign import foreign
from isorule.backends.packages import missing_backend
from isorule.diagnostics import UnsupportedError
from isorule.ir.losses import refusal


@dataclass(frozen=True, slots=True)
class InstalledBackend:
    """A backend: its name and title, its output formats with what pySigma says of each, and the default among them.

    `package` is the distribution that it comes from, with its version; `needs_pipeline` says that it has no field names
    of its own. `methods` are its ways to write correlations, none where it writes none.
    """

    name: str
    title: str
    formats: tuple[tuple[str, str], ...]
    default_format: str
    package: str
    needs_pipeline: bool
    methods: tuple[str, ...]


def backend_names() -> tuple[str, ...]:
    """The names of all installed backends, sorted. Raises as `plugins` does."""
    return tuple(sorted(plugins().backends))


def pipeline_names() -> tuple[str, ...]:
    """The names of all installed processing pipelines, sorted. Raises as `plugins` does."""
    return tuple(sorted(plugins().pipelines))


@cache
def installed_backend(name: str) -> InstalledBackend:
    """What an installed backend says of itself.

    Raises `UnknownNameError`, with how to install it, where there is none of this name.
    """
    found = backend_class(name)
    return InstalledBackend(
        name,
        str(found.name),
        tuple(sorted((str(key), str(text)) for key, text in found.formats.items())),
        str(found.default_format),
        distribution(found.__module__),
        bool(found.requires_pipeline),
        tuple(sorted(found.correlation_methods or ())),
    )


def backend_class(name: str) -> Any:
    """pySigma's class of an installed backend. Raises as `installed_backend` does."""
    known: Mapping[str, Any] = plugins().backends
    if name not in known:
        raise missing_backend(name, tuple(known), pysigma_version())
    return known[name]


@cache
def plugins() -> Any:
    """pySigma's own register of plug-ins.

    Raises `UnsupportedError` where pySigma, or one of the plug-ins, cannot be imported.
    """
    return _discovered(include_validators=False)


@cache
def validator_classes() -> Mapping[str, Any]:
    """pySigma's classes of the installed validators by their names. Raises as `plugins` does."""
    found: Mapping[str, Any] = _discovered(include_backends=False, include_pipelines=False).validators
    return found


def _discovered(**included: bool) -> Any:
    with foreign(_unusable), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what plug-ins say of themselves while they are imported
        from sigma.plugins import InstalledSigmaPlugins

        return InstalledSigmaPlugins.autodiscover(**included)


def _unusable(error: Exception) -> UnsupportedError:
    message = f"pySigma or one of its plug-ins cannot be imported: {type(error).__name__}: {error}"
    hint = "pip check; a plug-in that does not fit this pySigma needs an environment of its own"
    return refusal("backends-unusable", message, hint=hint)


def pysigma_version() -> str:
    """The version of the installed pySigma; empty where there is none."""
    try:
        return version("pysigma")
    except PackageNotFoundError:
        return ""


def versions(name: str) -> tuple[str, ...]:
    """What decides a backend's output besides its input: pySigma and the backend's package, with their versions."""
    return (f"pysigma {pysigma_version()}", installed_backend(name).package)


@cache
def distribution(module: str) -> str:
    """The distribution, with its version, that a plug-in's module (`sigma.backends.splunk.splunk`) belongs to.

    Only distributions with `sigma` in their names are looked through, which is what all plug-ins are called; empty
    where none of them has the module.
    """
    folder = "/".join(module.split(".")[:3])
    for found in distributions():
        name = str(found.metadata["Name"] or "")
        if "sigma" in name.lower() and any(str(file).startswith(f"{folder}/") for file in found.files or ()):
            return f"{name} {found.version}"
    return ""
