"""Writes docs/checks.md from the docstrings of the checks.

Usage: make_check_catalogue.py [--check]   (--check writes nothing and fails where the file is not current)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from isorule.checks import Check, all_checks
from isorule.checks.documentation import documentation
from isorule.checks.selection import option_defaults

PAGE = Path(__file__).resolve().parents[1] / "docs" / "checks.md"
_HEAD = """\
# Checks

*Made by `tools/make_check_catalogue.py` from the docstrings of the checks; do not edit.*

`isorule check PATHS` runs them, `isorule check --explain NAME` prints one. `--select`, `--extend-select`, `--ignore`,
`[tool.isorule]` in `pyproject.toml` (or `isorule.toml`) and comments take names, codes, groups (the letters of a code),
patterns for names, and `ALL`:

```toml
[tool.isorule]
ignore = ["risk-score-usual"]
extend-select = ["IGNORE"]
fail-on = "warning"
exclude = ["rules/drafts"]

[tool.isorule.per-file-ignores]
"rules/legacy/**" = ["ATTACK", "unique-name"]

[tool.isorule.severity]
attack-revoked = "warning"
```

```toml
risk_score = 50  # isorule: ignore[risk-score-usual] agreed with the owners of the service
```

A comment at the end of a line speaks for what begins on it, a comment on its own line for the next line, and both for
the whole value where it has several lines. `# isorule: ignore-file[name] reason` speaks for the file. In EQL and ES|QL
a comment may stand in the query: `// isorule: ignore[name] reason`.
"""


def catalogue(checks: Iterable[Check]) -> str:
    """The whole page."""
    known = list(checks)
    return "".join([_HEAD, "\n", *_table(known), *(line for check in known for line in _section(check))])


def _table(checks: list[Check]) -> Iterator[str]:
    yield "| code | name | | rules | finds |\n| --- | --- | --- | --- | --- |\n"
    for _, family in groupby(checks, key=lambda check: check.about.group):
        for check in family:
            about = check.about
            state = about.severity.value if about.enabled else f"{about.severity.value}, off"
            formats = ", ".join(sorted(about.formats))
            title = documentation(check).title.replace("|", "\\|").replace("\n", " ")
            yield f"| {about.code} | [{about.name}](#{about.name}) | {state} | {formats} | {title} |\n"


def _section(check: Check) -> Iterator[str]:
    about = check.about
    found = documentation(check)
    state = "" if about.enabled else ", runs only where it is selected"
    formats = " and ".join(sorted(about.formats))
    yield f"\n## {about.name}\n\n{about.code}, {about.severity.value} in {formats} rules{state}\n\n{found.title}\n"
    for name, text in found.sections.items():
        yield f"\n### {name}\n\n{text}\n"
    defaults = option_defaults(check)
    if defaults:
        listed = ", ".join(f"`{name.replace('_', '-')} = {_toml(value)}`" for name, value in defaults.items())
        yield f"\nDefaults: {listed}\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def main() -> int:
    """Write the page, or look whether it is current."""
    text = catalogue(all_checks())
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.name} is stale; run tools/make_check_catalogue.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
