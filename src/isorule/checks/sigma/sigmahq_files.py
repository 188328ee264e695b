"""SigmaHQ's conventions for files; each runs only where it is selected (`--extend-select SIGMAHQ`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, CheckedFile, Finding
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.checks.identity import repeated
from isorule.checks.sigma.tables import Parts, parts_of, rows
from isorule.diagnostics import Severity
from isorule.source import Span

_ONLY = frozenset({SIGMA})
_START: Final = Span(0, 0)
_NAME = re.compile(r"[a-z0-9_]{10,90}\.yml")
_CORRELATION: Final = "correlation_"


class FileName:
    """A file name that SigmaHQ does not allow.

    ## What it does
    Compares the name of the file with `[a-z0-9_]{10,90}.yml`; it must have an underscore, and be no longer than 90
    characters with its ending.

    ## Why
    The names are unique over all folders and tell the log source, so that a rule is found by its name.

    ## Example
    ```yaml file=NetworkScan.yml
    title: Network Scan
    ```

    ## Use instead
    ```yaml file=proc_creation_lnx_network_scan.yml
    title: Network Scan
    ```

    ## Fix
    None. The file has to be renamed.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-filename-convention.md
    """

    about: ClassVar = About("SIGMAHQ041", "sigmahq-file-name", Severity.WARNING, _ONLY, enabled=False)

    def in_file(self, file: CheckedFile) -> Iterator[Finding]:
        """At most one finding, at the beginning of the file."""
        name = PurePath(file.file.path).name
        if file.documents and (_NAME.fullmatch(name) is None or "_" not in name or len(name) > 90):
            yield Finding(
                _START, f"the file name {name!r} is not of the form [a-z0-9_]{{10,90}}.yml with an underscore"
            )


class FilePrefix:
    """A file name that does not begin with the word for its log source.

    ## What it does
    Looks the log source of the rule up in SigmaHQ's table of file names. Files with a correlation beside its rules are
    passed over.

    ## Why
    The names tell the log source, so that a rule is found by its name.

    ## Example
    ```yaml file=scan_by_tool_in_container.yml
    logsource:
      product: linux
      category: process_creation
    ```

    ## Use instead
    ```yaml file=proc_creation_lnx_scan_by_tool.yml
    logsource:
      product: linux
      category: process_creation
    ```

    ## Fix
    None. The file has to be renamed.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-filename-convention.md
    """

    about: ClassVar = About("SIGMAHQ042", "sigmahq-file-prefix", Severity.WARNING, _ONLY, enabled=False)

    def in_file(self, file: CheckedFile) -> Iterator[Finding]:
        """At most one finding, at the beginning of the file."""
        if any("detection" not in document.values for document in file.documents):
            return
        name = PurePath(file.file.path).name
        for document in file.documents:
            wanted = _prefix(parts_of(document))
            if wanted is not None and not name.startswith(wanted):
                yield Finding(_START, f"the file name {name!r} does not begin with {wanted!r}")
                return


def _prefix(parts: Parts | None) -> str | None:
    """The prefix of a log source, or of its product."""
    if parts is None:
        return None
    row = rows().get(parts)
    if row is None or row.prefix is None:
        row = rows().get(Parts(parts.product)) if parts.product is not None else None
    return None if row is None else row.prefix


class CorrelationFile:
    """A file with a correlation whose name does not say so.

    ## What it does
    Compares the name of the file with `correlation_…`.

    ## Why
    Correlations stand among the rules that they refer to, and are told by their file names.

    ## Example
    ```yaml file=proc_creation_lnx_many_scans.yml
    title: Many Scans
    correlation:
      type: event_count
      rules:
        - network_scan
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```

    ## Use instead
    ```yaml file=correlation_lnx_many_scans.yml
    title: Many Scans
    correlation:
      type: event_count
      rules:
        - network_scan
      group-by:
        - User
      timespan: 5m
      condition:
        gte: 10
    ```

    ## Fix
    None. The file has to be renamed.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-filename-convention.md
    """

    about: ClassVar = About("SIGMAHQ043", "sigmahq-correlation-file", Severity.WARNING, _ONLY, enabled=False)

    def in_file(self, file: CheckedFile) -> Iterator[Finding]:
        """At most one finding, at the beginning of the file."""
        name = PurePath(file.file.path).name
        if any("correlation" in document.values for document in file.documents) and not name.startswith(_CORRELATION):
            yield Finding(_START, f"the file name {name!r} does not begin with {_CORRELATION!r}")


class UniqueFileName:
    """A file name that another rule has, too.

    ## What it does
    Compares the names of all files of a run, without their folders.

    ## Why
    Rules are deployed into one folder, where one takes the place of the other.

    ## Example
    ```yaml file=linux/network_scan.yml
    title: Network Scan
    ```
    ```yaml file=windows/network_scan.yml
    title: Network Scan by Service
    ```

    ## Use instead
    ```yaml file=linux/network_scan.yml
    title: Network Scan
    ```
    ```yaml file=windows/network_scan_by_service.yml
    title: Network Scan by Service
    ```

    ## Fix
    None. Which of the files keeps its name is for their authors to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-filename-convention.md
    """

    about: ClassVar = About("SIGMAHQ044", "sigmahq-file-unique", Severity.WARNING, _ONLY, enabled=False)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The name of the file, for its first document."""
        if document.index == 0:
            yield Fact(PurePath(document.file.path).name, _START)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each file of a name that an earlier one has."""
        for fact, first in repeated(facts):
            message = f"another file is called {fact.value}, too"
            yield CollectionFinding(fact, message, related=(("it is here", first),))


class TitleFirst:
    """A rule that does not begin with its title.

    ## What it does
    Looks at the first key of each document.

    ## Why
    Lists of files show their first line.

    ## Example
    ```yaml
    status: test
    title: Network Scan
    ```

    ## Use instead
    ```yaml
    title: Network Scan
    status: test
    ```

    ## Fix
    None. Whole lines have to be moved, with the comments that belong to them.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/sigmahq/sigmahq-rule-convention.md
    """

    about: ClassVar = About("SIGMAHQ045", "sigmahq-title-first", Severity.WARNING, _ONLY, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the title."""
        if "title" in document.values and next(iter(document.values)) != "title":
            yield Finding(("title",), "the title is not the first key", at_key=True)


CHECKS: Final = (FileName, FilePrefix, CorrelationFile, UniqueFileName, TitleFirst)
"""The checks of this family."""
