"""Tags of an Elastic rule against the rest of the rule: its tactics, its type, its guide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, added_item, removed
from isorule.checks.elastic.guide import TRIAGE
from isorule.checks.elastic.values import tables, text, texts
from isorule.diagnostics import Severity

_ELASTIC: Final = frozenset({ELASTIC})
_TAGS: Final = ("rule", "tags")


def tactic_names(document: CheckedDocument) -> list[str]:
    """The names of the tactics of a rule, in their order."""
    found = (item.get("tactic") for _, item in tables(document, "rule", "threat"))
    return [str(tactic["name"]) for tactic in found if isinstance(tactic, Mapping) and "name" in tactic]


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
    tactic = { name = "Execution" }

    [[rule.threat]]
    tactic = { name = "Discovery" }
    ```

    ## Use instead
    ```toml
    [rule]
    tags = ["Tactic: Execution", "Tactic: Discovery"]

    [[rule.threat]]
    tactic = { name = "Execution" }

    [[rule.threat]]
    tactic = { name = "Discovery" }
    ```

    ## Fix
    Safe: the tag of the tactic is added behind the last one.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG004", "tag-tactic-missing", Severity.INFO, _ELASTIC, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each tactic without a tag."""
        if any(tag.startswith("Tactic: ") for _, tag in texts(document, *_TAGS)):
            yield from _missing(document, (f"Tactic: {name}" for name in tactic_names(document)))


def _missing(document: CheckedDocument, wanted: Iterable[str]) -> Iterator[Finding]:
    tags = {tag for _, tag in texts(document, *_TAGS)}
    for tag in dict.fromkeys(wanted):
        if tag not in tags:
            fix = added_item(document, _TAGS, tag, f"add {tag}")
            yield Finding(_TAGS, f"the tag {tag!r} is missing", at_key=True, fix=fix)


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
    tactic = { name = "Discovery" }
    ```

    ## Use instead
    ```toml
    [rule]
    tags = ["Tactic: Discovery"]

    [[rule.threat]]
    tactic = { name = "Discovery" }
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
        yield from _missing(document, wanted)


class TagGuide:
    """A rule with an investigation guide and without the tag for it, or the other way round.

    ## What it does
    Asks for the tag `Resources: Investigation Guide` where the note has a heading `### Investigating …`, and for a
    guide (such a heading, or `## Triage and analysis`) where the rule has the tag.

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
        tags = texts(document, *_TAGS)
        note = (text(document, "rule", "note") or "").casefold()
        place = next((path for path, tag in tags if tag.endswith("Investigation Guide")), None)
        if tags and place is None and "investigating" in note:
            yield Finding(_TAGS, "the note is a guide, but the tag for it is missing", at_key=True)
        elif place is not None and "investigating" not in note and TRIAGE not in note:
            yield Finding(place, "the rule has no investigation guide")


CHECKS = (TagTacticMissing, TagTacticUnfounded, TagRuleType, TagRuleTypeMissing, TagGuide)
"""The checks of this subject."""
