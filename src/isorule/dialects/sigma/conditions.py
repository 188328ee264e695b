"""The condition of a detection: a small expression over the names of its selections.

From least to most binding: `or`, `and`, `not`, `x of`, parentheses (specification, section "Condition").
https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#condition
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from isorule.dialects.sigma.problems import problem
from isorule.ir.predicates import And, Not, Or, Predicate, conjunction, disjunction
from isorule.source import Span

MAX_DEPTH: Final = 200

_TOKEN = re.compile(r"[()]|[^\s()|]+|\|")
_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_PATTERN = re.compile(r"[A-Za-z0-9_.\-*]+")
_QUANTIFIERS: Final = {"1": Or, "any": Or, "all": And}
_OPERATORS: Final = ("or", "and", "not", "of")
_AGGREGATIONS: Final = ("count", "min", "max", "avg", "sum", "near")


def matching_names(pattern: str, names: Sequence[str]) -> list[str]:
    """The names that `x of pattern` speaks of, in their order.

    `them` is all names that do not start with an underscore; a pattern does not match those, either, unless it starts
    with an underscore itself. `*` stands for any run of characters.
    """
    if pattern == "them":
        return [name for name in names if not name.startswith("_")]
    if "*" not in pattern:
        return [name for name in names if name == pattern]
    expression = re.compile(".*".join(re.escape(piece) for piece in pattern.split("*")), re.DOTALL)
    hidden = pattern.startswith("_")
    return [name for name in names if expression.fullmatch(name) and (hidden or not name.startswith("_"))]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    span: Span


Places = Callable[[Span], Span | None]


def read_condition(text: str, names: Sequence[str], selection: Callable[[str], Predicate], place: Places) -> Predicate:
    """The predicate of a condition.

    `names` are the selections of the detection in their order, `selection` gives the predicate of one, and `place`
    turns a span of the text into one of the file. Raises ParseError.
    """
    return _Reader(text, names, selection, place).whole()


class _Reader:
    """Reads one condition from left to right."""

    def __init__(self, text: str, names: Sequence[str], selection: Callable[[str], Predicate], place: Places) -> None:
        self._tokens = [_Token(found[0], Span(*found.span())) for found in _TOKEN.finditer(text)]
        self._end = Span(len(text), len(text))
        self._at = 0
        self._names = names
        self._known = frozenset(names)
        self._selection = selection
        self._place = place

    def whole(self) -> Predicate:
        predicate = self._expression(0)
        if (token := self._peek()) is not None:
            self._unexpected(token, "'and', 'or' or the end of the condition")
        return predicate

    def _expression(self, depth: int) -> Predicate:
        """Alternatives of conjunctions; one method for both, so that parentheses may nest deep."""
        first = start = self._at
        alternatives: list[Predicate] = []
        terms = [self._operand(depth)]
        while (token := self._peek()) is not None and token.text in ("and", "or"):
            self._at += 1
            if token.text == "or":
                alternatives.append(conjunction(tuple(terms), self._span(start, self._at - 1)))
                terms, start = [], self._at
            terms.append(self._operand(depth))
        alternatives.append(conjunction(tuple(terms), self._span(start, self._at)))
        return disjunction(tuple(alternatives), self._span(first, self._at))

    def _operand(self, depth: int) -> Predicate:
        start = self._at
        while (token := self._peek()) is not None and token.text == "not":
            self._at += 1
        negated = (self._at - start) % 2 == 1
        predicate = self._group(token, depth) if token is not None and token.text == "(" else self._atom()
        return Not(predicate, self._span(start, self._at)) if negated else predicate

    def _atom(self) -> Predicate:
        token = self._peek()
        if token is None:
            raise self._error("condition-syntax", "the condition ends where a selection is expected", self._end)
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        if following is not None and following.text.lower() == "of":
            return self._quantified(token, following)
        if token.text == "them" or token.text in _OPERATORS or not _NAME.fullmatch(token.text):
            self._unexpected(token, "the name of a selection")
        self._at += 1
        if token.text in self._known:
            return self._selection(token.text)
        raise self._unknown(token)

    def _group(self, opening: _Token, depth: int) -> Predicate:
        if depth >= MAX_DEPTH:
            raise self._error("nested-too-deep", f"parentheses nest deeper than {MAX_DEPTH} levels", opening.span)
        self._at += 1
        predicate = self._expression(depth + 1)
        closing = self._peek()
        if closing is None:
            raise self._error("condition-syntax", "this parenthesis is not closed", opening.span)
        if closing.text != ")":
            self._unexpected(closing, "'and', 'or' or ')'")
        self._at += 1
        return predicate

    def _quantified(self, quantifier: _Token, of: _Token) -> Predicate:
        if of.text != "of":
            self._unexpected(of, "'of'")
        if quantifier.text not in _QUANTIFIERS:
            hint = "1 of, any of or all of; counts need one selection for each combination"
            message = f"found {quantifier.text!r} where '1', 'any' or 'all' is expected"
            raise self._error("unknown-quantifier", message, quantifier.span, hint)
        self._at += 2
        pattern = self._peek()
        if pattern is None:
            raise self._error("condition-syntax", "the condition ends where a pattern of names is expected", self._end)
        if not _PATTERN.fullmatch(pattern.text):
            self._unexpected(pattern, "a pattern of names or 'them'")
        self._at += 1
        found = matching_names(pattern.text, self._names)
        if not found:
            raise self._nothing_matches(pattern)
        join = disjunction if _QUANTIFIERS[quantifier.text] is Or else conjunction
        span = self._place(Span(quantifier.span.start, pattern.span.end))
        return join(tuple(self._selection(name) for name in found), span)

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _span(self, start: int, end: int) -> Span | None:
        """The place of the tokens from `start` to before `end`."""
        return self._place(Span(self._tokens[start].span.start, self._tokens[end - 1].span.end))

    def _unexpected(self, token: _Token, expected: str) -> NoReturn:
        if token.text == "|" or (token.text in _AGGREGATIONS and token.text not in self._known):
            raise self._error(
                "legacy-aggregation",
                "aggregations in a condition are not part of Sigma any more",
                token.span,
                "write a correlation rule",
            )
        if token.text.lower() in (*_OPERATORS, *_QUANTIFIERS) and not token.text.islower() and token.text != "1":
            raise self._error(
                "operator-letter-case",
                f"found {token.text!r}; operators are written in lower case",
                token.span,
                f"write {token.text.lower()!r}",
            )
        raise self._error("condition-syntax", f"found {token.text!r} where {expected} is expected", token.span)

    def _unknown(self, token: _Token) -> Exception:
        if token.text.lower() in _OPERATORS:
            self._unexpected(token, "the name of a selection")
        from difflib import get_close_matches

        near = get_close_matches(token.text, self._names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self._names)}"
        return self._error("unknown-selection", f"there is no selection {token.text!r}", token.span, hint)

    def _nothing_matches(self, pattern: _Token) -> Exception:
        message = f"no selection matches {pattern.text!r}"
        hint = "names that start with an underscore are left out" if pattern.text == "them" else None
        return self._error("pattern-without-match", message, pattern.span, hint)

    def _error(self, name: str, message: str, span: Span, hint: str | None = None) -> Exception:
        return problem(name, f"{message} (column {span.start + 1} of the condition)", span=self._place(span), hint=hint)
