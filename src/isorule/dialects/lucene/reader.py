"""The reading position among the tokens of a query, and what to say where none of them fits."""

from __future__ import annotations

from typing import NoReturn

from isorule.diagnostics import Diagnostic, Severity
from isorule.dialects.lucene.errors import syntax_error
from isorule.dialects.lucene.lexical import MAX_DEPTH
from isorule.dialects.lucene.tokens import Kind, Token, tokenize
from isorule.source import Span

_OPERATORS = (Kind.AND, Kind.OR, Kind.NOT, Kind.PLUS, Kind.MINUS)


class Reader:
    """The tokens of a query and how far they are read; `end` is where the last token ended.

    `notes` are said of what only ranks events, and is left out.

    Raises `ParseError` when made of a text with something that is no token.
    """

    __slots__ = ("at", "depth", "end", "notes", "tokens")

    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.at = 0
        self.end = 0
        self.depth = 0
        self.notes: list[Diagnostic] = []

    def note(self, name: str, message: str, span: Span) -> None:
        """Keep a note on a place of the query."""
        self.notes.append(Diagnostic("NOTE", name, Severity.INFO, message, span=span))

    @property
    def next(self) -> Token:
        """The next token; the last one marks the end."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def ahead(self, count: int) -> list[Token]:
        """The next tokens, the mark of the end repeated."""
        found = self.tokens[self.at : self.at + count]
        return found + [self.tokens[-1]] * (count - len(found))

    def read(self) -> Token:
        """Read the next token."""
        token = self.next
        self.at += 1
        self.end = token.span.end
        return token

    def take(self, *kinds: Kind) -> Token | None:
        """Read the next token if it is of one of these kinds."""
        return self.read() if self.next.kind in kinds else None

    def open(self) -> Token:
        """Read an opening parenthesis. Raises `ParseError` where parentheses nest too deep."""
        opening = self.read()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"parentheses nest deeper than {MAX_DEPTH} levels"
            raise syntax_error("nested-too-deep", message, opening.span)
        return opening

    def close(self, opening: Token) -> None:
        """Read the parenthesis that closes `opening`; raises `ParseError` at the end of the query."""
        if self.take(Kind.CLOSE) is None:
            raise syntax_error("unclosed-group", "'(' is not closed by ')'", opening.span)
        self.depth -= 1

    def fail_before_operand(self) -> NoReturn:
        """Raise the `ParseError` for a place where a value or a group should stand."""
        token = self.next
        before = self.tokens[self.at - 1] if self.at > 0 else None
        if token.kind is Kind.BARE_OPERATOR:
            sign = token.image[0]
            message = f"{sign!r} with a blank behind it searches for the character itself"
            hint = f"write it without the blank, or \\{sign} for the character"
            raise syntax_error("bare-operator", message, Span(token.span.start, token.span.start + 1), hint)
        if before is not None and before.kind is Kind.COLON:
            self._fail_after_colon(before, token)
        if token.kind is Kind.COLON and (before is None or before.kind in (*_OPERATORS, Kind.OPEN)):
            raise syntax_error("missing-field", "no field stands before ':'", token.span)
        if token.kind is Kind.COLON:
            self.fail_after_operand()
        if token.kind in (Kind.END, Kind.CLOSE) or token.kind in _OPERATORS:
            self._fail_at_operator(before, token)
        message = f"{token.image!r} stands where a value should"
        raise syntax_error("unexpected-character", message, token.span, f"inside a value it is written \\{token.image}")

    def _fail_after_colon(self, colon: Token, token: Token) -> NoReturn:
        if token.kind in _OPERATORS:
            message = f"{token.image!r} cannot stand between a field and its value"
            hint = f"put it before the field, or in parentheses: field:({token.image}…); the text is written in quotes"
            raise syntax_error("operator-in-value", message, token.span, hint)
        if token.kind is Kind.COLON:
            self.fail_after_operand()
        raise syntax_error("missing-value", "a value should follow ':'", colon.span)

    def _fail_at_operator(self, before: Token | None, token: Token) -> NoReturn:
        if before is not None and before.kind in (*_OPERATORS, Kind.OPEN):
            message = f"a query should follow {before.image!r}"
            hint = None if before.kind is Kind.OPEN else f'the word itself is written "{before.image}"'
            raise syntax_error("missing-operand", message, before.span, hint)
        if token.kind is Kind.END:
            raise syntax_error("unexpected-end", "a query should stand here", token.span)
        if token.kind is Kind.CLOSE:
            self.fail_after_operand()
        raise syntax_error("missing-operand", f"a query should stand before {token.image!r}", token.span)

    def fail_after_operand(self) -> NoReturn:
        """Raise the `ParseError` for what stands behind a complete query."""
        token = self.next
        if token.kind is Kind.COLON:
            hint = "a colon inside a value is written \\:, or put the value in quotes"
            raise syntax_error("unescaped-colon", "a second colon cannot follow a value", token.span, hint)
        raise syntax_error("unexpected-character", f"{token.image!r} closes nothing", token.span)
