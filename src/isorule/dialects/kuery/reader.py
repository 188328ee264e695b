"""The reading position in a query: blanks, keywords, brackets and literals, and what to say where none of them fits."""

from __future__ import annotations

import re
from typing import NoReturn

from isorule.dialects.kuery.errors import syntax_error
from isorule.dialects.kuery.lexical import MAX_DEPTH, SPACE_CLASS, SPACES
from isorule.dialects.kuery.literals import Literal, quoted_literal, unquoted_literal

_BLANKS = re.compile(rf"{SPACE_CLASS}*")
_KEYWORDS = {word: re.compile(rf"{SPACE_CLASS}+((?i:{word})){SPACE_CLASS}+") for word in ("and", "or")}
_NOT = re.compile(rf"((?i:not)){SPACE_CLASS}+")
_RANGE_OPERATOR = re.compile(r"[<>]=?")
_WORD_ENDS = SPACES + '():<>"{}'
_CLOSING = {"(": ")", "{": "}"}


class Reader:
    """A query and how far it is read.

    `at` is the next offset; `end` is where the last token ended, blanks not counted; `keyword` is the span of the
    last token where that was a keyword.
    """

    __slots__ = ("at", "depth", "end", "keyword", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.end = 0
        self.depth = 0
        self.keyword: tuple[int, int] | None = None

    def blanks(self) -> None:
        """Read any white space."""
        found = _BLANKS.match(self.text, self.at)
        assert found is not None  # the pattern matches the empty text
        self.at = found.end()

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def connective(self, word: str) -> bool:
        """Read `and` or `or` with the white space that it needs on both sides; False where it does not stand here."""
        return self._keyword(_KEYWORDS[word])

    def negation(self) -> bool:
        """Read `not` with the white space that it needs behind it; False where it does not stand here."""
        return self._keyword(_NOT)

    def _keyword(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if found is None:
            return False
        self.at, self.keyword = found.end(), found.span(1)
        return True

    def character(self, wanted: str) -> bool:
        """Read this one character; False where it does not stand here."""
        if self.next != wanted:
            return False
        self.at += 1
        self.end, self.keyword = self.at, None
        return True

    def range_operator(self) -> str | None:
        """Read `<`, `<=`, `>` or `>=`."""
        found = _RANGE_OPERATOR.match(self.text, self.at)
        if found is None:
            return None
        self.at = self.end = found.end()
        return found[0]

    def literal(self) -> Literal | None:
        """Read a literal, quoted or not."""
        if self.next == '"':
            literal, self.at = quoted_literal(self.text, self.at)
        else:
            found = unquoted_literal(self.text, self.at)
            if found is None:
                return None
            literal, self.at = found
        self.end, self.keyword = literal.span.end, None
        return literal

    def open(self) -> int:
        """Read an opening bracket and the blanks behind it; gives its offset.

        Raises `ParseError` where brackets nest too deep.
        """
        start = self.at
        self.at += 1
        self.end, self.keyword = self.at, None
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"brackets nest deeper than {MAX_DEPTH} levels"
            raise syntax_error("nested-too-deep", message, start, self.at)
        self.blanks()
        return start

    def close(self, start: int) -> None:
        """Read the bracket that closes the one at `start`. Raises `ParseError` where something else stands here."""
        self.blanks()
        opening = self.text[start]
        if not self.character(_CLOSING[opening]):
            if self.at_end:
                message = f"{opening!r} is not closed by {_CLOSING[opening]!r}"
                raise syntax_error("unclosed-group", message, start, start + 1)
            self.fail_after_operand()
        self.depth -= 1

    def fail_before_operand(self, wanted: str, after: tuple[int, int]) -> NoReturn:
        """Raise the `ParseError` for a place where `wanted` should start; `after` is the span of the token before."""
        start, end = self.keyword or after
        before = self.text[start:end]
        here = self.at
        if _NOT.match(self.text, here):
            hint = "put not in parentheses: field:(not value), not (not query)"
            raise syntax_error("misplaced-not", f"not cannot stand after {before!r}", here, here + 3, hint)
        if self.next in ("<", ">", ":") and not before.endswith((":", "<", ">", "=")):
            raise syntax_error("missing-field", f"no field stands before {self.next!r}", here, here + 1)
        if self.keyword is not None:
            hint = f'the word itself is written "{before}"'
            raise syntax_error("missing-operand", f"{wanted} should follow {before!r}", start, end, hint)
        if before and (self.at_end or self.next in (")", "}")):
            name = "missing-value" if wanted == "a value" else "missing-operand"
            raise syntax_error(name, f"{wanted} should follow {before!r}", start, end)
        self._fail_at_character(wanted)

    def fail_after_operand(self) -> NoReturn:
        """Raise the `ParseError` for what stands behind a complete part of the query."""
        here, found = self.at, self.next
        if found == ":":
            hint = "a colon inside a value is written \\:, or put the value in quotes"
            raise syntax_error("unescaped-colon", "a second colon cannot follow a value", here, here + 1, hint)
        if _NOT.match(self.text, here):
            self._fail_at_not()
        if found in ("<", ">"):
            hint = f"inside a value it is written \\{found}, or put the value in quotes"
            raise syntax_error("unexpected-character", f"{found!r} cannot stand here", here, here + 1, hint)
        if found in (")", "}"):
            raise syntax_error("unexpected-character", f"{found!r} closes nothing", here, here + 1)
        if self.text[here - 1] == '"' and found not in SPACES:
            hint = 'a quote inside quotes is written \\"; and and or need white space on both sides'
            raise syntax_error("unexpected-character", f"{found!r} follows a closing quote", here, here + 1, hint)
        hint = "and, or and not need white space on both sides; special characters need a backslash or quotes"
        raise syntax_error("missing-operator", f"no and or or stands before {found!r}", here, here + 1, hint)

    def _fail_at_not(self) -> NoReturn:
        """`not` behind an operand: a word of its own (`a not b`), or the end of a longer one (`cannot open`)."""
        here = self.at
        start = here
        while start > 0 and self.text[start - 1] not in _WORD_ENDS:
            start -= 1
        if start == here:
            hint = "write and not, or put the whole value in quotes"
            raise syntax_error("missing-operator", "no and or or stands before 'not'", here, here + 3, hint)
        shown = self.text[start : here + 3]
        hint = f'kuery reads not before a blank as a keyword even at the end of a word; write it in quotes: "{shown} …"'
        raise syntax_error("not-ends-word", f"{shown!r} ends in the keyword not", start, here + 3, hint)

    def _fail_at_character(self, wanted: str) -> NoReturn:
        here, found = self.at, self.next
        if found in (")", "}"):
            raise syntax_error("unexpected-character", f"{found!r} closes nothing", here, here + 1)
        hint = f"inside a value it is written \\{found}, or put the value in quotes"
        raise syntax_error("unexpected-character", f"{found!r} stands where {wanted} should", here, here + 1, hint)
