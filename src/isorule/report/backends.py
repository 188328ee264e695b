"""The backends and pipelines of pySigma that are installed, as a table and as JSON values."""

from __future__ import annotations

from collections.abc import Sequence

from isorule.backends import PREFIX, InstalledBackend, reader_of
from isorule.backends.choice import BackendChoice
from isorule.report.text import table


def backends_text(backends: Sequence[InstalledBackend], pipelines: Sequence[str], own: Sequence[str]) -> str:
    """A row for each backend: what `--to` takes, its formats, which of them are read back, and its package.

    `own` are the names of isorule's own targets, before which a backend of the same name needs the prefix.
    """
    if not backends:
        return "no backend of pySigma is installed (such as: pip install pysigma-backend-splunk)\n"
    rows = [
        (
            f"{PREFIX}{backend.name}" if backend.name in own else backend.name,
            ", ".join(name for name, _ in backend.formats),
            ", ".join(_read_back(backend)) or "-",
            backend.package,
        )
        for backend in backends
    ]
    text = table(("backend of pySigma", "formats", "read back", "package"), rows)
    return text + f"\npipelines of pySigma: {', '.join(pipelines) or 'none'}\n"


def backends_json(backends: Sequence[InstalledBackend], pipelines: Sequence[str]) -> dict[str, object]:
    """The same as JSON values."""
    return {
        "backends": [
            {
                "name": backend.name,
                "title": backend.title,
                "formats": dict(backend.formats),
                "default_format": backend.default_format,
                "read_back": _read_back(backend),
                "correlation_methods": list(backend.methods),
                "package": backend.package,
            }
            for backend in backends
        ],
        "pipelines": list(pipelines),
    }


def _read_back(backend: InstalledBackend) -> list[str]:
    return [name for name, _ in backend.formats if reader_of(BackendChoice(backend.name, name)) is not None]
