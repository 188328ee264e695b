"""Tells files of rules from other TOML and YAML files by a look at their text, before anything is parsed.

A file with a syntax error must still be seen as a rule, so only keys that every rule of a format has are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_RULE_TABLE = re.compile(r"^[ \t]*(?:\[{1,2}[ \t]*rule[ \t]*[\].]|rule[ \t]*[.=])", re.MULTILINE)
_SIGMA_KEY = re.compile(r"""^(?:- )?["']?(?:detection|logsource|correlation)["']?[ \t]*:""", re.MULTILINE)
_SIGMA_FILTER = re.compile(r"""^["']?filter["']?[ \t]*:""", re.MULTILINE)
_SIGMA_TITLE = re.compile(r"""^["']?title["']?[ \t]*:""", re.MULTILINE)
_FLOW = re.compile(r"""\A\s*\{.*?["']?(?:detection|correlation)["']?[ \t]*:""", re.DOTALL)


def _is_elastic(text: str) -> bool:
    return _RULE_TABLE.search(text) is not None


def _is_sigma(text: str) -> bool:
    text = text.replace("\r", "\n")  # alone it ends a line, too (YAML 1.2.2, rule 26)
    if _SIGMA_KEY.search(text) or _FLOW.match(text):
        return True
    return _SIGMA_FILTER.search(text) is not None and _SIGMA_TITLE.search(text) is not None


_LOOKS: Final = {"elastic": _is_elastic, "sigma": _is_sigma}

WANTED: Final[Mapping[str, str]] = {
    "elastic": "an Elastic rule has a table [rule]",
    "sigma": "a Sigma rule has the keys title, logsource and detection",
}
"""What a file of each format lacks that does not look like a rule."""


def looks_like_rule(text: str, form: str) -> bool:
    """Whether a text of a format's suffix means to be a rule; a format that is not known here is taken at its word."""
    look = _LOOKS.get(form)
    return look is None or look(text)
