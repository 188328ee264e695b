"""References of Sigma rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.edits import SAFE, respelled
from isorule.checks.sigma.tables import texts
from isorule.diagnostics import Severity

_ONLY = frozenset({SIGMA})
_ALMOST = re.compile(r"h[htx]{1,4}p?s?p?s?\s*:?\s*/{1,3}\s*|www\.", re.IGNORECASE)
_WHOLE = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
_SLIPS = re.compile(r"h[htx]{1,4}p?s?p?s?\s*:?\s*/{1,3}\s*", re.IGNORECASE)


class ReferenceUrl:
    """A reference that is almost an address.

    ## What it does
    Looks at `references` that begin like the address of a page: a scheme that is misspelt or defanged (`hxxp`), a
    missing scheme, spaces within or around it. Texts such as "Internal research" are passed over.

    ## Why
    Who gets an alert follows these links, and one that does not open is no help.

    ## Example
    ```yaml
    references:
      - htps://nmap.org/book/man.html
      - www.example.org/scan
      - 'https://nmap.org/book/ '
    ```

    ## Use instead
    ```yaml
    references:
      - https://nmap.org/book/man.html
      - https://www.example.org/scan
    ```

    ## Fix
    Safe: spaces around an address are taken away. Other slips are for the author to mend.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("SIGMAREF001", "sigma-reference-url", Severity.WARNING, _ONLY)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each reference."""
        for index, text in texts(document.get("references")):
            bare = text.strip()
            if _ALMOST.match(bare) is None or _WHOLE.fullmatch(text):
                continue
            if _WHOLE.fullmatch(bare):
                fix = respelled(document, ("references", index), bare, "take the spaces away", SAFE)
                yield Finding(("references", index), "the address has spaces around it", fix=fix)
            elif _WHOLE.fullmatch(bare.split()[0]):
                message = "an address with other text behind it, which is taken for a part of it"
                yield Finding(("references", index), message, "put the text into a comment")
            else:
                yield Finding(("references", index), f"{bare!r} is no address", _hint(bare))


def _hint(text: str) -> str | None:
    """What was probably meant: the same with a whole scheme."""
    better = f"https://{text}" if text.lower().startswith("www.") else _SLIPS.sub(r"https://", text, count=1)
    return f"did you mean {better}?" if _WHOLE.fullmatch(better) else None


CHECKS: Final = (ReferenceUrl,)
"""The checks of this family."""
