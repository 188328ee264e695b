"""What `--to` names: a format or language of isorule's own, or a backend of pySigma, which is imported only then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isorule.cli.cache import options_key
from isorule.cli.options import REPORTS
from isorule.conversion.pipeline import is_own_target
from isorule.conversion.to_backend import known_backend
from isorule.diagnostics import Diagnostic, IsoruleError
from isorule.documents import document_format, document_names
from isorule.report.conversions import ConversionRecord

if TYPE_CHECKING:
    from isorule.backends import BackendChoice, InstalledBackend

_QUERY_SUFFIXES = {"dsl": ".json"}
"""What the name of a file with a bare query ends with, where that is not the name of the language."""

_SEPARATORS = {"sigma": "---\n", "eql": "\n", "kuery": "\n", "lucene": "\n", "dsl": ""}
"""What stands between rules of one text; a target of our own that is not listed has no form for several rules."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to convert to, and with which options of `isorule.convert`; `suffix` ends the names of its files.

    `told` is all that decides the output besides isorule's own code and the rules.
    """

    name: str
    options: Mapping[str, Any]
    suffix: str
    told: bytes

    @property
    def own(self) -> bool:
        """Whether it is a format or language of isorule's own."""
        return is_own_target(self.name)

    def joined(self, records: Sequence[ConversionRecord]) -> str | None:
        """The texts of records as one, or None where the target has no such form."""
        texts = [record.text for record in records if record.text is not None]
        ended = [text if text.endswith("\n") else f"{text}\n" for text in texts]
        if len(ended) <= 1:
            return "".join(ended)
        if not self.own:
            from isorule.backends import finalized

            return finalized([query for record in records for query in record.queries], self._choice())
        return _SEPARATORS[self.name].join(ended) if self.name in _SEPARATORS else None

    def notes(self) -> tuple[Diagnostic, ...]:
        """What has to be said of the target once, whatever the rules."""
        if self.own:
            return ()
        from isorule.backends import notes_of

        return notes_of(self._choice())

    def _choice(self) -> BackendChoice:
        from isorule.backends import PREFIX, BackendChoice

        return BackendChoice(
            self.name.removeprefix(PREFIX),
            self.options["format"],
            tuple(self.options["pipelines"]),
            tuple(sorted(self.options["backend_options"].items())),
            self.options["correlation_method"],
        )


def find_target(name: str, form: str, report: str | None, options: Mapping[str, Any]) -> tuple[Target, str]:
    """The target of a name, and the form of the report.

    `--format` is a backend's word for its output; where it is none of the backend's formats, and for our own targets,
    it is the form of the report, as `--report` is. Raises click.UsageError for a name that nothing has, and for a form
    that there is not.
    """
    if is_own_target(name):
        if form not in REPORTS:
            hint = f"; for pySigma's backend of that name: --to pysigma:{name}" if name not in document_names() else ""
            raise click.UsageError(f"{name} has no output format {form!r}: --format is text or json here{hint}")
        return Target(name, options, _own_suffix(name), _told(name, options, ())), report or form
    from isorule import backends

    shown = name.removeprefix(backends.PREFIX)
    backend = _installed(shown)
    formats = dict(backend.formats)
    if form not in formats and form not in REPORTS:
        raise click.UsageError(
            f"the backend {shown} has no output format {form!r}; it has {', '.join(sorted(formats))}"
        )
    chosen = form if form in formats else backend.default_format
    told = _told(name, {**options, "format": chosen}, backends.versions(shown))
    target = Target(name, {**options, "format": chosen}, backends.suffix_of(shown, chosen), told)
    return target, report or (form if form in REPORTS and form not in formats else "text")


def _own_suffix(name: str) -> str:
    if name in document_names():
        return document_format(name).suffixes[0]
    return _QUERY_SUFFIXES.get(name, f".{name}")


def _installed(name: str) -> InstalledBackend:
    try:
        return known_backend(name)
    except IsoruleError as error:
        found = error.diagnostic
        raise click.UsageError(f"{found.message}; {found.hint}" if found.hint else found.message) from error


def _told(name: str, options: Mapping[str, Any], versions: Sequence[str]) -> bytes:
    values = {key: json.dumps(value, sort_keys=True, default=repr) for key, value in options.items()}
    parts = [name.encode(), options_key(values), *(text.encode() for text in versions)]
    pipelines = tuple(options.get("pipelines", ()))
    if pipelines:
        parts += [path.read_bytes() for path in _readable(pipelines)]
    return b"\n".join(parts)


def _readable(pipelines: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of pipelines, once all of the pipelines are known to be there and to be pipelines."""
    from isorule import backends

    try:
        backends.resolved(pipelines)
    except IsoruleError as error:
        found = error.diagnostic
        raise click.UsageError(f"{found.message}; {found.hint}" if found.hint else found.message) from error
    return backends.pipeline_files(pipelines)
