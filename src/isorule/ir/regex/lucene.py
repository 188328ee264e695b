"""Lucene's regular expressions, as Elasticsearch reads them with all optional operators.

Grammar and meaning follow `org.apache.lucene.util.automaton.RegExp` of Lucene 10 (Elasticsearch 9),
https://lucene.apache.org/core/10_0_0/core/org/apache/lucene/util/automaton/RegExp.html. The `regexp` query, EQL's
`regex` and `regex~` (which become that query) and ES|QL's RLIKE all use the flags ALL and DEPRECATED_COMPLEMENT:
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax. What surprises there:

* the pattern describes the whole value, `^` and `$` are ordinary characters, `.` reads a line feed as well;
* where an atom is due, an operator character is an ordinary one: `*a`, `a||b` and `(?:a)` have a literal `*`, a second
  alternative that begins with `|`, and a group that begins with `?:`;
* quantifiers stack, so that `a+?` is `(a+)?` and not a lazy `a+`;
* `\\d \\s \\w` and their complements are ASCII classes since Lucene 9 (in Lucene 8 they were the letters), every other
  escaped letter is an error;
* without case (`regex~`) texts and single characters of a class ignore case, but **ranges do not**: `[a-z]` does not
  read `A` (the flag CASE_INSENSITIVE_RANGE is not set).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from isorule.diagnostics import IsoruleError
from isorule.ir.losses import refusal
from isorule.ir.regex.casing import closure
from isorule.ir.regex.charset import ANY, DIGIT, LUCENE_SPACE, NOTHING, WORD, CharSet, charset, of_text
from isorule.ir.regex.limits import MAX_NESTING, MAX_STACKED, repeat, syntax_error, too_deep
from isorule.ir.regex.numbers import decimal_interval
from isorule.ir.regex.tree import (
    ANY_RUN,
    EMPTY,
    Complement,
    Intersection,
    Literal,
    Tree,
    alternate,
    concat,
)
from isorule.source import Span

_NAMED = {
    "d": DIGIT,
    "D": DIGIT.complement(),
    "s": LUCENE_SPACE,
    "S": LUCENE_SPACE.complement(),
    "w": WORD,
    "W": WORD.complement(),
}
_ASCII_DIGITS = frozenset("0123456789")


def parse_lucene(pattern: str, *, insensitive: bool) -> Tree:
    """The tree of a Lucene pattern, of the whole value.

    Raises ParseError for what Lucene refuses, UnsupportedError for what its versions read differently or what is too
    large; spans count code points of the pattern.
    """
    parser = _Parser(pattern, insensitive)
    return parser.parse() if pattern else parser.empty(0)


@dataclass(slots=True)
class _Group:
    """An open group (or the whole pattern): alternatives of intersections of sequences."""

    start: int
    negations: int = 0
    alternatives: list[Tree] = field(default_factory=list)
    operands: list[Tree] = field(default_factory=list)
    sequence: list[Tree] = field(default_factory=list)

    def end_operand(self) -> None:
        self.operands.append(concat(self.sequence))
        self.sequence = []

    def end_alternative(self) -> None:
        self.end_operand()
        self.alternatives.append(self.operands[0] if len(self.operands) == 1 else Intersection(tuple(self.operands)))
        self.operands = []

    def close(self) -> Tree:
        self.end_alternative()
        return alternate(self.alternatives)


class _Parser:
    """Reads a pattern from left to right with its own stack of groups, so that nesting costs no recursion."""

    def __init__(self, pattern: str, insensitive: bool) -> None:
        self.text = pattern
        self.insensitive = insensitive
        self.at = 0
        self.groups = [_Group(0)]

    def parse(self) -> Tree:
        """The tree of the whole pattern."""
        while True:
            self._atom()
            while self._between():
                if self.at == len(self.text):
                    return self._finish()
                self._close_group()

    def _finish(self) -> Tree:
        if len(self.groups) > 1:
            raise self._unclosed(self.groups[-1].start, "group", ")")
        return self.groups[0].close()

    def _between(self) -> bool:
        """After an atom: True at the end of a group or of the pattern; an operator is consumed."""
        character = self._peek()
        if character in ("", ")"):
            return True
        group = self.groups[-1]
        if character == "|":
            group.end_alternative()
            self.at += 1
        elif character == "&":
            group.end_operand()
            self.at += 1
        return False

    def _close_group(self) -> None:
        if len(self.groups) == 1:
            message = "expected the end of the pattern but found `)`"
            raise syntax_error("regex-unbalanced-group", message, Span(self.at, self.at + 1))
        group = self.groups.pop()
        self.at += 1
        self._push(group.close(), group.negations, group.start)

    def _atom(self) -> None:
        """One atom with its quantifiers, or the opening of a group (whose first atom is read next)."""
        negations = 0
        start = self.at
        while self._peek() == "~":
            negations += 1
            self.at += 1
        character = self._peek()
        if character == "(":
            if self.text.startswith("()", self.at):
                self.at += 2
                self._push(self.empty(start), negations, start)
                return
            if len(self.groups) > MAX_NESTING:
                raise too_deep(Span(self.at, self.at + 1))
            self.groups.append(_Group(self.at, negations))
            self.at += 1
            self._atom()
            return
        self._push(self._simple(), negations, start)

    def _push(self, tree: Tree, negations: int, start: int) -> None:
        if negations % 2:
            tree = Complement(tree)
        for stacked in range(len(self.text)):
            before = self.at
            bounds = self._quantifier()
            if bounds is None:
                break
            if stacked == MAX_STACKED:
                message = f"more than {MAX_STACKED} quantifiers stand on one atom"
                raise refusal("regex-too-large", message, span=Span(before, self.at))
            if tree == NOTHING:
                message = "Lucene has no consistent meaning for a repeated `#`"
                raise refusal("regex-lucene-empty", message, span=Span(start, self.at))
            tree = repeat(tree, *bounds, Span(start, self.at))
        self.groups[-1].sequence.append(tree)

    def _quantifier(self) -> tuple[int, int | None] | None:
        match self._peek():
            case "?":
                bounds: tuple[int, int | None] = (0, 1)
            case "*":
                bounds = (0, None)
            case "+":
                bounds = (1, None)
            case "{":
                return self._counts()
            case _:
                return None
        self.at += 1
        return bounds

    def _counts(self) -> tuple[int, int | None]:
        start = self.at
        self.at += 1
        least = self._number()
        if least is None:
            message = "expected a number after `{`"
            hint = "write `\\{` for the character itself"
            raise syntax_error("regex-repeat-count", message, Span(start, self.at), hint)
        most: int | None = least
        if self._peek() == ",":
            self.at += 1
            most = self._number()
        if self._peek() != "}":
            raise self._unclosed(start, "repetition", "}")
        self.at += 1
        return least, most

    def _number(self) -> int | None:
        start = self.at
        while self._peek() in _ASCII_DIGITS:
            self.at += 1
        digits = self.text[start : self.at]
        if len(digits) > 9:
            raise refusal("regex-too-large", "a repetition count is too great", span=Span(start, self.at))
        return int(digits) if digits else None

    def _simple(self) -> Tree:
        start = self.at
        match self._peek():
            case "":
                message = "the pattern ends where an expression is due"
                raise syntax_error("regex-unexpected-end", message, Span(start, start), "write `()` for the empty text")
            case ".":
                self.at += 1
                return ANY
            case "#":
                self.at += 1
                return NOTHING
            case "@":
                self.at += 1
                return ANY_RUN
            case '"':
                return self._quoted()
            case "<":
                return self._interval()
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case character:
                self.at += 1
                return Literal(character, self.insensitive)

    def empty(self, start: int) -> Tree:
        """The empty text; where case is ignored, Lucene makes an automaton of it that accepts nothing at all."""
        if self.insensitive:
            message = "without letter case Lucene finds nothing for an empty text"
            hint = "write `x?` rather than `(x|())`, and `.{0}` for the empty text alone"
            raise refusal("regex-lucene-empty", message, span=Span(start, self.at), hint=hint)
        return EMPTY

    def _quoted(self) -> Tree:
        end = self.text.find('"', self.at + 1)
        if end < 0:
            raise self._unclosed(self.at, "quoted text", '"')
        start, text = self.at, self.text[self.at + 1 : end]
        self.at = end + 1
        return Literal(text, self.insensitive) if text else self.empty(start)

    def _interval(self) -> Tree:
        start = self.at
        end = self.text.find(">", start)
        if end < 0:
            raise self._unclosed(start, "interval", ">")
        self.at = end + 1
        low, dash, high = self.text[start + 1 : end].partition("-")
        if not (low and high and set(low + high) <= _ASCII_DIGITS):
            message = "expected an interval of two numbers, such as `<1-100>`" if dash else "no automaton has this name"
            hint = "write `\\<` for the character itself"
            raise syntax_error("regex-interval", message, Span(start, self.at), hint)
        if max(len(low), len(high)) > 9:
            raise refusal("regex-too-large", "a bound of the interval is too great", span=Span(start, self.at))
        return decimal_interval(low, high)

    def _escape(self) -> Tree:
        """A named class or an escaped character, outside of a class."""
        named = self._named()
        return named if named is not None else Literal(self._escaped_character(), self.insensitive)

    def _named(self) -> CharSet | None:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _NAMED:
            self.at += 2
            return _NAMED[letter]
        if letter.isascii() and letter.isalpha():
            message = f"Lucene knows no escape `\\{letter}`"
            hint = "write the character itself, or a class; there is no word boundary, and no `\\t` or `\\n`"
            raise syntax_error("regex-escape", message, Span(self.at, self.at + 2), hint)
        return None

    def _escaped_character(self) -> str:
        character = self.text[self.at + 1 : self.at + 2]
        if not character:
            message = "the pattern ends in a backslash"
            raise syntax_error("regex-unexpected-end", message, Span(self.at, self.at + 1))
        self.at += 2
        return character

    def _class(self) -> CharSet:
        start = self.at
        self.at += 1
        negated = self._peek() == "^"
        self.at += negated
        members = _union(self._members(start))
        self.at += 1
        return members.complement() if negated else members

    def _members(self, start: int) -> Iterable[CharSet]:
        """The members of a class up to its `]`; the first character is a member whatever it is."""
        yield self._member(start)
        while self._peek() != "]":
            yield self._member(start)

    def _member(self, start: int) -> CharSet:
        character = self._peek()
        if not character:
            raise self._unclosed(start, "class", "]")
        if character == "\\":
            return self._escaped_member()
        first = self.at
        self.at += 1
        if self._peek() != "-":
            return self._single(character)
        self.at += 1
        if self._peek() == "\\":
            self.at += 1
        last = self._peek()
        if not last:
            raise self._unclosed(start, "class", "]")
        self.at += 1
        if last < character:
            message = f"the range `{self.text[first : self.at]}` runs backwards"
            hint = "put a literal hyphen first in the class, or escape it" if last == "]" else None
            raise syntax_error("regex-class-range", message, Span(first, self.at), hint)
        return CharSet(((ord(character), ord(last)),))

    def _escaped_member(self) -> CharSet:
        start = self.at
        named = self._named()
        if named is not None:
            return named
        character = self._escaped_character()
        if character != "\\" and self._peek() == "-":
            message = "a range that begins with an escape: Lucene 9 reads a range, Lucene 10 three characters"
            hint = "escape a literal hyphen; begin a range with a character that needs no backslash"
            raise refusal("regex-lucene-version", message, span=Span(start, self.at + 1), hint=hint)
        return self._single(character)

    def _single(self, character: str) -> CharSet:
        members = of_text(character)
        return closure(members) if self.insensitive else members

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _unclosed(self, start: int, what: str, closer: str) -> IsoruleError:
        message = f"expected `{closer}` to end this {what}"
        return syntax_error("regex-unterminated", message, Span(start, len(self.text)))


def _union(sets: Iterable[CharSet]) -> CharSet:
    return charset(pair for members in sets for pair in members.ranges)
