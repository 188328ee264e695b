"""Ids and file names of Elastic rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, CheckedFile, Finding
from isorule.checks.elastic.tag_agreement import tactic_names
from isorule.checks.elastic.values import text
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.checks.identity import repeated
from isorule.diagnostics import Severity
from isorule.source import Span

_ELASTIC: Final = frozenset({ELASTIC})
_ID: Final = ("rule", "rule_id")
_FILE_NAME: Final = re.compile(r"[a-z0-9_]+\.toml")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_START: Final = Span(0, 0)


def _file(document: CheckedDocument) -> PurePath:
    return PurePath(document.file.path.replace("\\", "/"))


class IdForm:
    """A rule id that is no UUID in lower-case letters.

    ## What it does
    Asks for the form of a UUID in `rule_id`.

    ## Why
    Kibana takes any text, but a short or readable id is soon taken twice, and an import replaces one rule by another.

    ## Example
    ```toml
    rule_id = "shell-in-container"
    ```

    ## Use instead
    ```toml
    rule_id = "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"
    ```

    ## Fix
    None. Exceptions and alerts refer to the id of a rule that is in use.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9562
    """

    about: ClassVar = About("ID001", "id-form", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the id."""
        key = text(document, *_ID)
        if key and not _UUID.fullmatch(key):
            yield Finding(_ID, f"{key!r} is no UUID in lower-case letters")


class FileNameForm:
    """A file name with other characters than lower-case letters, digits and underscores.

    ## What it does
    Asks for names such as `execution_shell_in_container.toml`.

    ## Why
    Elastic's own repository asks for it; other teams have their own names, so the check is off by default.

    ## Example
    ```toml file=Shell-in-Container.toml
    name = "Shell in a container"
    ```

    ## Use instead
    ```toml file=execution_shell_in_container.toml
    name = "Shell in a container"
    ```

    ## Fix
    None. Files are renamed with the version control.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("FILENAME001", "file-name-form", Severity.INFO, _ELASTIC, enabled=False)

    def in_file(self, file: CheckedFile) -> Iterator[Finding]:
        """At most one finding, at the start of the file."""
        name = PurePath(file.file.path.replace("\\", "/")).name
        if not _FILE_NAME.fullmatch(name) and not name.startswith("<"):
            yield Finding(_START, f"the file name {name!r} has characters other than a-z, 0-9 and _")


class FileNameTactic:
    """A file whose name does not begin with the rule's first tactic.

    ## What it does
    Compares the file name with the first tactic of `[[rule.threat]]`; machine learning rules are left out.

    ## Why
    Elastic's own repository asks for it; other teams have their own names, so the check is off by default.

    ## Example
    ```toml file=linux/execution_network_scan.toml
    [[rule.threat]]
    tactic = { name = "Discovery" }
    ```

    ## Use instead
    ```toml file=linux/discovery_network_scan.toml
    [[rule.threat]]
    tactic = { name = "Discovery" }
    ```

    ## Fix
    None. Files are renamed with the version control.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("FILENAME002", "file-name-tactic", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding, at the first tactic."""
        first = next(iter(tactic_names(document)), None)
        if first is None or document.get("rule", "type") == "machine_learning":
            return
        wanted = re.sub(r"\W+", "_", first.lower())
        if not _file(document).name.startswith(wanted):
            message = f"the file name {_file(document).name!r} does not begin with the first tactic, {wanted!r}"
            yield Finding(("rule", "threat", 0, "tactic", "name"), message)


class FileNameUnique:
    """A file name that another rule has in another folder.

    ## What it does
    Compares the names of all files of a run without their folders.

    ## Why
    Elastic's packages put all rules into one folder; other teams do not, so the check is off by default.

    ## Example
    ```toml file=linux/execution_shell.toml
    name = "Shell in a container"
    ```
    ```toml file=windows/execution_shell.toml
    name = "Shell of a service"
    ```

    ## Use instead
    ```toml file=linux/execution_shell_in_container.toml
    name = "Shell in a container"
    ```
    ```toml file=windows/execution_shell_of_service.toml
    name = "Shell of a service"
    ```

    ## Fix
    None. Files are renamed with the version control.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("FILENAME003", "file-name-unique", Severity.INFO, _ELASTIC, enabled=False)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The name of the file."""
        yield Fact(_file(document).name, ("rule", "name"))

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each file with the name of an earlier one."""
        for fact, first in repeated(facts):
            message = f"another file is called {fact.value}, too"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


class FileFolder:
    """A building block, or a deprecated rule, outside of its folder, or another rule within it.

    ## What it does
    Compares `building_block_type` with the folder `rules_building_block`, and `maturity = "deprecated"` with the folder
    `_deprecated`. A file without folders is passed over.

    ## Why
    Elastic's own repository keeps them apart; other teams have their own folders, so the check is off by default.

    ## Example
    ```toml file=rules/linux/discovery_scan.toml
    [rule]
    building_block_type = "default"
    ```

    ## Use instead
    ```toml file=rules_building_block/discovery_scan.toml
    [rule]
    building_block_type = "default"
    ```

    ## Fix
    None. Files are moved with the version control.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md
    """

    about: ClassVar = About("FILENAME004", "file-folder", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding for each of the two."""
        folders = _file(document).parts[:-1]
        if not folders:
            return
        deprecated = document.get("metadata", "maturity") == "deprecated"
        if deprecated != ("_deprecated" in folders):
            stands = "is outside of" if deprecated else "is in"
            yield Finding(("metadata", "maturity"), f"the rule {stands} the folder _deprecated", at_key=True)
        block = document.get("rule", "building_block_type") is not None
        if not deprecated and block != ("rules_building_block" in folders):
            stands = "a building block is outside of" if block else "the rule is in"
            yield Finding(("rule", "building_block_type"), f"{stands} the folder rules_building_block", at_key=True)


CHECKS = (IdForm, FileNameForm, FileNameTactic, FileNameUnique, FileFolder)
"""The checks of this subject."""
