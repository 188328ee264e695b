"""The condition of a temporal correlation as a text: `a and (b or not c)`, a form that pySigma has beyond Sigma 2.1.

https://github.com/SigmaHQ/pySigma/blob/main/sigma/correlations.py (extended correlation condition)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from isorule.ir.detections import AllOccur, AnyOccurs, NotOccurring, Occurrence, Occurs

MAX_DEPTH = 200
_TOKEN = re.compile(r"\s*(?:([()])|([\w-]+)|(\S))", re.ASCII)


class OccurrenceError(Exception):
    """A condition is not well-formed: what was found and expected, and the offset in the text."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.lower()


def read_occurrence(text: str) -> Occurrence:
    """The condition that a text means; `not` binds closer than `and`, `and` closer than `or`, in any letter case.

    Raises OccurrenceError.
    """
    return _Parser(text).whole()


def names(condition: Occurrence) -> tuple[str, ...]:
    """The rules that a condition names, each once, in order."""
    match condition:
        case Occurs(item):
            return (item,)
        case NotOccurring(term):
            return names(term)
        case AllOccur(terms) | AnyOccurs(terms):
            return tuple(dict.fromkeys(name for term in terms for name in names(term)))


def write_occurrence(condition: Occurrence, *, inside: bool = False) -> str:
    """A condition as text, in brackets where it stands inside of another."""
    match condition:
        case Occurs(item):
            return item
        case NotOccurring(term):
            return f"not {write_occurrence(term, inside=True)}"
        case AllOccur(terms):
            text = " and ".join(write_occurrence(term, inside=True) for term in terms)
        case AnyOccurs(terms):
            text = " or ".join(write_occurrence(term, inside=True) for term in terms)
    return f"({text})" if inside else text


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            _Token(found[0].strip(), found.end() - len(found[0].strip())) for found in _TOKEN.finditer(text)
        ]
        self._next = 0

    def whole(self) -> Occurrence:
        found = self._any(0)
        token = self._peek()
        if token is not None:
            raise OccurrenceError(f"found {token.text!r}, expected is `and`, `or` or the end", token.at)
        return found

    def _any(self, depth: int) -> Occurrence:
        terms = [self._all(depth)]
        while self._taken("or"):
            terms.append(self._all(depth))
        return terms[0] if len(terms) == 1 else AnyOccurs(tuple(terms))

    def _all(self, depth: int) -> Occurrence:
        terms = [self._term(depth)]
        while self._taken("and"):
            terms.append(self._term(depth))
        return terms[0] if len(terms) == 1 else AllOccur(tuple(terms))

    def _term(self, depth: int) -> Occurrence:
        token = self._peek()
        if depth >= MAX_DEPTH:
            raise OccurrenceError(f"the condition is nested more than {MAX_DEPTH} deep", token.at if token else 0)
        if self._taken("not"):
            return NotOccurring(self._term(depth + 1))
        if self._taken("("):
            found = self._any(depth + 1)
            if not self._taken(")"):
                raise OccurrenceError("a bracket is not closed", token.at if token else 0)
            return found
        if token is None:
            raise OccurrenceError("the condition ends where the name of a rule is expected", len(self._text))
        if token.word in ("and", "or", ")") or not re.fullmatch(r"[\w-]+", token.text, re.ASCII):
            raise OccurrenceError(f"found {token.text!r}, expected is the name of a rule", token.at)
        self._next += 1
        return Occurs(token.text)

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _taken(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.word != word:
            return False
        self._next += 1
        return True
