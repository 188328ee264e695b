"""What a project can configure, and where in its file each setting stands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from isorule.configuration.globs import matches, matches_any
from isorule.diagnostics import Diagnostic, IsoruleError, Severity
from isorule.source import KeyPath, Located, SourceFile, Span

CODE = "CONFIG001"
NAME = "configuration"


class ConfigurationError(IsoruleError):
    """A configuration that cannot be used; `diagnostics` has all that is wrong, `file` its text."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], file: SourceFile | None = None) -> None:
        super().__init__(diagnostics[0])
        self.diagnostics = diagnostics
        self.file = file


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of a project; see `schemas/config.schema.json` for each. Without a file all have their defaults.

    `root` is the folder of the file: patterns and paths in it count from there. `per_file_ignores` are pairs of a
    pattern and selectors, `options` maps selectors to options of checks.
    """

    root: Path
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    fail_on: Severity | None = None
    baseline: Path | None = None
    cache_dir: Path | None = None
    file: SourceFile | None = None
    places: Mapping[KeyPath, Located] = field(default_factory=dict, repr=False)

    def below(self, path: str | os.PathLike[str]) -> str:
        """A path as the patterns of this configuration see it: from its folder, with `/` between."""
        return Path(os.path.relpath(path, self.root)).as_posix()

    def excludes(self, path: str | os.PathLike[str]) -> bool:
        """Whether the project keeps a file out of all runs."""
        return matches_any(self.exclude, self.below(path)) if self.exclude else False

    def ignored_for(self, path: str | os.PathLike[str]) -> tuple[str, ...]:
        """The selectors that the project ignores for a file."""
        if not self.per_file_ignores:
            return ()
        below = self.below(path)
        return tuple(
            selector
            for pattern, selectors in self.per_file_ignores
            if matches(pattern, below)
            for selector in selectors
        )

    def error(self, subject: tuple[str, ...], message: str, hint: str | None = None) -> ConfigurationError:
        """The error for a setting that means nothing, at the place where its text stands in the file."""
        found = Diagnostic(CODE, NAME, Severity.ERROR, message, hint=hint, span=self._place(subject))
        return ConfigurationError((found if self.file is None else found.located(self.file),), self.file)

    def _place(self, subject: tuple[str, ...]) -> Span | None:
        """The first key or text with the last of the words, below keys with the others."""
        file = self.file
        if file is None:
            return None
        for path, place in self.places.items():
            names = [part for part in path if isinstance(part, str)]
            if place.key is not None and tuple(names[-len(subject) :]) == subject:
                return place.key
            if len(subject) == 1 and file.text[place.value.start : place.value.end].strip("\"'") == subject[0]:
                return place.value
        return Span(0, 0)
