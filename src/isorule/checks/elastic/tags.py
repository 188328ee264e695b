"""Tags of an Elastic rule, by themselves and beside those of other rules."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.edits import UNSAFE, respelled
from isorule.checks.elastic.values import repeated, texts
from isorule.checks.facts import Collected, CollectionFinding, Fact
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
        yield from repeated(document, texts(document, *_TAGS), "the rule has the tag {!r} twice")


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


class TagVariant:
    """A tag that other rules of the collection write with other letter case or spaces.

    ## What it does
    Compares the tags of all rules of a run, without letter case and spaces, and reports the rarer spelling. Tags of the
    published taxonomy are for `tag-spelling`.

    ## Why
    Kibana filters rules by exact tags: a rule with another spelling is not found beside the others.

    ## Example
    ```toml
    tags = ["Data Source: Acme Sign-In Logs"]
    ```
    ```toml
    tags = ["Data Source: Acme Sign-in Logs"]
    ```

    ## Use instead
    ```toml
    tags = ["Data Source: Acme Sign-In Logs"]
    ```
    ```toml
    tags = ["Data Source: Acme Sign-In Logs"]
    ```

    ## Fix
    None. Which spelling is right is for the team to say.

    ## References
    - https://github.com/elastic/detection-rules/blob/main/docs-dev/rule-tag-taxonomy.md
    """

    about: ClassVar = About("TAG009", "tag-variant", Severity.WARNING, _ELASTIC)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The tags that the taxonomy does not have."""
        for path, tag in texts(document, *_TAGS):
            if _letters(tag) not in _known().spelling:
                yield Fact(tag, path)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each tag in a spelling that is not the most common one, or not the first of these."""
        groups: dict[str, list[Collected]] = {}
        for fact in facts:
            groups.setdefault(_letters(str(fact.value)), []).append(fact)
        for group in groups.values():
            (usual, number), *others = Counter(fact.value for fact in group).most_common()
            first = next(fact for fact in group if fact.value == usual)
            for fact in group if others else ():
                if fact.value != usual:
                    message = f"the tag {fact.value!r} is written {usual!r} elsewhere ({number}×)"
                    yield CollectionFinding(fact, message, related=(("one of them is here", first),))


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


CHECKS = (TagDuplicate, TagSpelling, TagVariant, TagPrefix)
"""The checks of this subject."""
