"""Analyzers: what cuts the texts of a field of full text into the words that a search finds.

`words` is the one place that says which words a text has. Known are the analyzer `standard` and those of type `pattern`
that part words at every character but ASCII letters, digits and some signs, such as Elastic's
`powershell_script_analyzer`, `[\\W&&[^-]]+`. Of others it is not known how they cut a text (`Unknown`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits
from typing import Final, assert_never

from isorule.diagnostics import UnsupportedError
from isorule.ir.losses import refusal
from isorule.ir.tokenizer import standard_words


@dataclass(frozen=True, slots=True)
class Standard:
    """The analyzer `standard`: words by Unicode's word boundaries, lower-cased (`isorule.ir.tokenizer`)."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Words are runs of ASCII letters, digits and `signs`, lower-cased; all other characters part them.

    `signs` are in order of code points. Elasticsearch's analyzer of type `pattern`, whose pattern says what parts
    words: `\\W` is any character but ASCII letters, digits and `_` (java.util.regex.Pattern without
    UNICODE_CHARACTER_CLASS), and words are as long as they are
    (https://www.elastic.co/docs/reference/text-analysis/analysis-pattern-analyzer).
    """

    signs: str = "_"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An analyzer of which it is not known how it cuts a text."""

    name: str


Analyzer = Standard | Runs | Unknown

STANDARD: Final = Standard()
"""The analyzer of a field whose mapping names none."""


def words(text: str, analyzer: Analyzer) -> list[str]:
    """The words of a text in order, as the index has them. Raises UnsupportedError for an unknown analyzer."""
    match analyzer:
        case Standard():
            return standard_words(text)
        case Runs():
            return [word.lower() for word in _runs(analyzer).findall(text)]
        case Unknown():
            raise not_known(analyzer)
        case _:
            assert_never(analyzer)


def not_known(analyzer: Unknown) -> UnsupportedError:
    """The refusal of what only the words of an unknown analyzer decide."""
    return refusal("unknown-analyzer", f"how the analyzer {analyzer.name!r} cuts a text is not known")


def has_words(text: str, analyzer: Analyzer) -> bool:
    """Whether a value is searched by its words; of an unknown analyzer, whether it may have some."""
    match analyzer:
        case Runs():
            return _runs(analyzer).search(text) is not None
        case Standard():
            return any(map(str.isalnum, text))
        case Unknown():
            return True
        case _:
            assert_never(analyzer)


def written_words(text: str, analyzer: Runs) -> list[str]:
    """The words of a text in the letter case of the text."""
    return _runs(analyzer).findall(text)


@lru_cache(maxsize=64)
def _runs(analyzer: Runs) -> re.Pattern[str]:
    return re.compile(f"[A-Za-z0-9{re.escape(analyzer.signs)}]+")


_DEFAULT: Final = r"\W+"
"""Of an analyzer of type `pattern` that says no pattern."""
_PARTING: Final = re.compile(r"\[\\W&&\[\^(?P<but>-?[^\]\[\\^&-]*-?)\]\]\+|\[\^\\w(?P<and>[^\]\[\\^&-]*-?)\]\+")
"""Patterns of all characters that are not `\\w` and none of some signs."""


def pattern_analyzer(name: str, pattern: str) -> Analyzer:
    """The analyzer of type `pattern` with a pattern in Java's syntax; unknown where the pattern says anything else."""
    if pattern == _DEFAULT:
        return Runs()
    found = _PARTING.fullmatch(pattern)
    signs = (found["but"] if found["but"] is not None else found["and"]) if found is not None else None
    if not signs or not signs.isascii() or signs.count("-") > 1:
        return Unknown(name)
    return Runs("".join(sorted({"_", *signs} - {*ascii_letters, *digits})))


_OF_ELASTIC: Final = frozenset({"powershell_script_analyzer", "winlogbeat_powershell_script_analyzer"})
"""What Elastic's Windows integration and Winlogbeat call theirs; a mapping alone does not say what it does.

https://github.com/elastic/integrations/blob/main/packages/windows/data_stream/powershell_operational/manifest.yml
https://github.com/elastic/beats/blob/main/x-pack/winlogbeat/module/powershell/_meta/fields.yml
"""


def named_analyzer(name: str, analysis: Mapping[str, object]) -> Analyzer:
    """The analyzer of a name: one of `analysis`, the `analysis.analyzer` of an index's settings, or one known by name.

    Known are Elasticsearch's own, and what Elastic's integrations call theirs.
    """
    made = analysis.get(name)
    if isinstance(made, Mapping):
        return _made(name, made)
    match name:
        case "standard":
            return STANDARD
        case "pattern":
            return Runs()
        case _ if name in _OF_ELASTIC:
            return Runs("-_")
        case _:
            return Unknown(name)


def _made(name: str, settings: Mapping[str, object]) -> Analyzer:
    match dict(settings):
        case {"type": "standard", **rest} if not rest:
            return STANDARD
        case {"type": "pattern", **rest} if rest.keys() <= {"pattern", "lowercase"}:
            pattern = rest.get("pattern", _DEFAULT)
            if isinstance(pattern, str) and rest.get("lowercase", True) in (True, "true"):
                return pattern_analyzer(name, pattern)
    return Unknown(name)
