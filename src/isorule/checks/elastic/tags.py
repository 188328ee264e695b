"""Tags of an Elastic rule, by themselves and against the rest of the rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, added_item, removed, respelled
from isorule.checks.elastic.values import repeated, tables, text, texts
from isorule.diagnostics import Severity

_ELASTIC: Final = frozenset({ELASTIC})
_TAGS: Final = ("rule", "tags")
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Known:
    """Tags in their usual spelling: `spelling` by the letters alone, and the prefixes (`Domain`)."""

    spelling: Mapping[str, str]
    prefixes: tuple[str, ...]


@cache
def _known() -> _Known:
    table = tomllib.loads(files(__package__).joinpath("tags.toml").read_text(encoding="utf-8"))
    tags = [f"{prefix}: {name}" for prefix, names in table["tags"].items() for name in names]
    return _Known({_letters(tag): tag for tag in tags}, (*table["tags"], *table["other_prefixes"]))


def _letters(tag: str) -> str:
    """A tag without letter case and spaces, by which two spellings are the same."""
    return _SPACES.sub("", tag).casefold()


def tactic_names(document: CheckedDocument) -> list[str]:
    """The names of the tactics of a rule, in their order."""
    found = (item.get("tactic") for _, item in tables(document, "rule", "threat"))
    return [str(tactic["name"]) for tactic in found if isinstance(tactic, Mapping) and "name" in tactic]


class TagDuplicate:
    """A tag that a rule has twice.

    ## What it does
    Compares the tags of a rule, letter by letter.

    ## Why
    Kibana shows the tag twice; a change to one of the two leaves the other behind.

    ## Example
    ```toml
    tags = [
        "Domain: Endpoint",
        "OS: Linux",
        "Domain: Endpoint",
    ]
    ```

    ## Use instead
    ```toml
    tags = [
        "Domain: Endpoint",
        "OS: Linux",
    ]
    ```

    ## Fix
    Safe: the second of two equal tags is taken away; the set of tags stays as it is.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG001", "tag-duplicate", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each repetition."""
        for path, tag, first in repeated(texts(document, *_TAGS)):
            fix = removed(document, path, "remove the second one")
            yield Finding(path, f"the rule has the tag {tag!r} twice", fix=fix, related=(("the first one", first),))


class TagSpelling:
    """A tag that differs from a known one by letter case or spaces only.

    ## What it does
    Compares tags with those of the published tag taxonomy, without letter case and spaces.

    ## Why
    Kibana filters rules by exact tags: a rule with another spelling is not found beside the others.

    ## Example
    ```toml
    tags = ["OS: MacOS"]
    ```

    ## Use instead
    ```toml
    tags = ["OS: macOS"]
    ```

    ## Fix
    Unsafe: the tag is spelt as it usually is; saved filters may use the other spelling.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG002", "tag-spelling", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each odd spelling."""
        for path, tag in texts(document, *_TAGS):
            usual = _known().spelling.get(_letters(tag))
            if usual is not None and usual != tag:
                fix = respelled(document, path, usual, f"write {usual}", UNSAFE)
                yield Finding(path, f"the tag {tag!r} is usually written {usual!r}", fix=fix)


class TagPrefix:
    """A tag without one of the prefixes of Elastic's taxonomy.

    ## What it does
    Asks for a prefix such as `Domain:`, `OS:`, `Tactic:` or `Data Source:` at every tag.

    ## Why
    The prefixes are those of Elastic's own rules. Other teams have their own tags, so the check is off by default.

    ## Example
    ```toml
    tags = ["Linux"]
    ```

    ## Use instead
    ```toml
    tags = ["OS: Linux"]
    ```

    ## Fix
    None. Which prefix is right is for the author to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG003", "tag-prefix", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        for path, tag in texts(document, *_TAGS):
            if tag.partition(":")[0] not in _known().prefixes:
                yield Finding(path, f"the tag {tag!r} has no known prefix", f"one of {', '.join(_known().prefixes)}")


class TagTacticMissing:
    """A tactic of the rule without its tag.

    ## What it does
    Looks for `Tactic: …` for every tactic in `[[rule.threat]]`, in rules that have at least one tag of this kind.

    ## Why
    Rules are filtered by tag. Most published rules have the tag of their first tactic only, so the check is off by
    default.

    ## Example
    ```toml
    [rule]
    tags = ["Tactic: Execution"]

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0002"
    name = "Execution"
    reference = "https://attack.mitre.org/tactics/TA0002/"

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0007/"
    ```

    ## Use instead
    ```toml
    [rule]
    tags = ["Tactic: Execution", "Tactic: Discovery"]

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0002"
    name = "Execution"
    reference = "https://attack.mitre.org/tactics/TA0002/"

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0007/"
    ```

    ## Fix
    Safe: the tag of the tactic is added behind the last one.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG004", "tag-tactic-missing", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tactic without a tag."""
        tags = {tag for _, tag in texts(document, *_TAGS)}
        if any(tag.startswith("Tactic: ") for tag in tags):
            for name in dict.fromkeys(tactic_names(document)):
                wanted = f"Tactic: {name}"
                if wanted not in tags:
                    fix = added_item(document, _TAGS, wanted, f"add {wanted}")
                    yield Finding(_TAGS, f"the tag {wanted!r} is missing", at_key=True, fix=fix)


class TagTacticUnfounded:
    """A tag with a tactic that the rule's ATT&CK mapping does not have.

    ## What it does
    Compares `Tactic: …` tags with the tactics in `[[rule.threat]]`, in rules that have such tactics.

    ## Why
    One of the two is wrong: coverage counted by tags differs from coverage counted by the mapping.

    ## Example
    ```toml
    [rule]
    tags = ["Tactic: Execution"]

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0007/"
    ```

    ## Use instead
    ```toml
    [rule]
    tags = ["Tactic: Discovery"]

    [[rule.threat]]
    framework = "MITRE ATT&CK"

    [rule.threat.tactic]
    id = "TA0007"
    name = "Discovery"
    reference = "https://attack.mitre.org/tactics/TA0007/"
    ```

    ## Fix
    None. Either of the two may be wrong.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG005", "tag-tactic-unfounded", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag."""
        names = tactic_names(document)
        for path, tag in texts(document, *_TAGS):
            prefix, _, name = tag.partition(": ")
            if names and prefix == "Tactic" and name not in names:
                listed = ", ".join(dict.fromkeys(names))
                yield Finding(path, f"the rule maps to {listed}, not to {name}")


class TagRuleType:
    """A tag that names a type of rule which this rule does not have, or the missing tag of a special type.

    ## What it does
    Compares `Rule Type: …` tags (building block, threat match, ES|QL, EQL, new terms, threshold) with `type` and
    `building_block_type`. The tags for machine learning are passed over: a query over the results of a model may have
    them.

    ## Why
    Rules are filtered by these tags, to leave out building blocks for instance.

    ## Example
    ```toml
    [rule]
    tags = ["Rule Type: Threat Match"]
    ```

    ## Use instead
    ```toml
    [rule]
    tags = ["Domain: Endpoint"]
    ```

    ## Fix
    Unsafe: the tag that does not fit is taken away; saved filters may use it.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG006", "tag-rule-type", Severity.WARNING, _ELASTIC)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tag that does not fit."""
        kind = text(document, "rule", "type")
        for path, tag in texts(document, *_TAGS):
            wanted = _TYPE_TAGS.get(tag)
            block = document.get("rule", "building_block_type") is not None
            if wanted is not None and kind is not None and not (block if wanted == "block" else kind == wanted):
                fix = removed(document, path, "remove the tag", UNSAFE)
                yield Finding(path, f"the tag {tag!r} does not fit: {_what_it_is(wanted, kind)}", fix=fix)


_TYPE_TAGS: Final = {
    "Rule Type: BBR": "block",
    "Rule Type: Threat Match": "threat_match",
    "Rule Type: Indicator Match": "threat_match",
    "Rule Type: ES|QL": "esql",
    "Rule Type: ESQL": "esql",
    "Rule Type: Event Correlation (EQL)": "eql",
    "Rule Type: New Terms": "new_terms",
    "Rule Type: Threshold": "threshold",
}


def _what_it_is(wanted: str, kind: str) -> str:
    return "the rule has no building_block_type" if wanted == "block" else f"the type of the rule is {kind}"


class TagRuleTypeMissing:
    """A building block, or a machine learning rule, without the tag that says so.

    ## What it does
    Asks for `Rule Type: BBR` where `building_block_type` is set, and for `Rule Type: ML` and `Rule Type: Machine
    Learning` at machine learning rules.

    ## Why
    Elastic's own repository asks for these tags; other teams may not, so the check is off by default.

    ## Example
    ```toml
    [rule]
    building_block_type = "default"
    tags = ["Domain: Endpoint"]
    ```

    ## Use instead
    ```toml
    [rule]
    building_block_type = "default"
    tags = ["Domain: Endpoint", "Rule Type: BBR"]
    ```

    ## Fix
    Safe: the tag is added behind the last one.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG007", "tag-rule-type-missing", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each missing tag."""
        wanted: list[str] = []
        if document.get("rule", "building_block_type") is not None:
            wanted.append("Rule Type: BBR")
        if document.get("rule", "type") == "machine_learning":
            wanted += ["Rule Type: ML", "Rule Type: Machine Learning"]
        tags = {tag for _, tag in texts(document, *_TAGS)}
        for tag in wanted:
            if tag not in tags:
                fix = added_item(document, _TAGS, tag, f"add {tag}")
                yield Finding(_TAGS, f"the tag {tag!r} is missing", at_key=True, fix=fix)


class TagGuide:
    """A rule with an investigation guide and without the tag for it, or the other way round.

    ## What it does
    Compares the tag `Resources: Investigation Guide` with the heading `### Investigating …` in the note.

    ## Why
    Analysts look for rules with a guide by the tag. It is Elastic's own, so the check is off by default.

    ## Example
    ```toml
    [rule]
    tags = ["Resources: Investigation Guide"]
    ```

    ## Use instead
    ```toml
    [rule]
    note = '''## Triage and analysis

    ### Investigating An example

    Look at the parent process.
    '''
    tags = ["Resources: Investigation Guide"]
    ```

    ## Fix
    None. Either of the two may be missing.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG008", "tag-guide", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """At most one finding."""
        tags = {tag: path for path, tag in texts(document, *_TAGS)}
        guide = "investigating" in (text(document, "rule", "note") or "").casefold()
        place = tags.get("Resources: Investigation Guide")
        if guide and tags and place is None:
            yield Finding(_TAGS, "the note is a guide, but the tag for it is missing", at_key=True)
        elif place is not None and not guide:
            yield Finding(place, "the rule has no investigation guide")


CHECKS = (
    TagDuplicate,
    TagSpelling,
    TagPrefix,
    TagTacticMissing,
    TagTacticUnfounded,
    TagRuleType,
    TagRuleTypeMissing,
    TagGuide,
)
"""The checks of this subject."""
