"""The Perl-like flavors: Sigma's `re`, RE2 and Python's `re`.

SIGMA is what the Sigma specification 2.1 calls a subset of PCRE (`. ^ $ * + ? {n,m} [] | ()`,
https://sigmahq.io/sigma-specification/specification/sigma-appendix-modifiers.html) and, since rules use it, whatever
else PCRE2, RE2 and Python read alike; where they differ the pattern is refused, not guessed at. Syntax:
https://www.pcre.org/current/doc/html/pcre2syntax.html, https://github.com/google/re2/wiki/Syntax,
https://docs.python.org/3/library/re.html.

Common to all three here: `\\d \\w \\s \\b` are ASCII, `.` leaves out the line feed only, `$` without `m` is the very
end, `^` with `m` also holds after a last line feed, and ignoring case is simple folding, to which `\\d \\w \\s` and
their complements are closed already (RE2 alone folds them as well).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex.casing import closure
from isorule.ir.regex.charset import ANY, NOT_NEWLINE, CharSet
from isorule.ir.regex.limits import MAX_NESTING, repeat, syntax_error, too_deep
from isorule.ir.regex.pcre_class import ClassReader
from isorule.ir.regex.pcre_escape import character_escape, named_class
from isorule.ir.regex.pcre_group import Flags, Opening, read_opening
from isorule.ir.regex.tree import Assertion, Literal, Place, Tree, alternate, concat
from isorule.source import Span

_RE2_MAX_COUNT = 1000
_ASCII_DIGITS = frozenset("0123456789")


def parse_pcre(pattern: str, flavor: RegexFlavor, flags: Flags) -> Tree:
    """The tree of a pattern, to be found somewhere in the value, under these flags.

    Raises ParseError for what the flavor does not allow, UnsupportedError for what is no regular language, means
    different things in different engines, or is too large; spans count code points of the pattern.
    """
    return _Parser(pattern, flavor, flags).parse()


@dataclass(slots=True)
class _Group:
    """An open group (or the whole pattern), with the flags that hold again after it."""

    start: int
    outer: Flags
    options: list[Tree] = field(default_factory=list)
    sequence: list[Tree] = field(default_factory=list)

    def end_option(self) -> None:
        self.options.append(concat(self.sequence))
        self.sequence = []

    def close(self) -> Tree:
        self.end_option()
        return alternate(self.options)


class _Parser:
    """Reads a pattern from left to right with its own stack of groups, so that nesting costs no recursion."""

    def __init__(self, pattern: str, flavor: RegexFlavor, flags: Flags) -> None:
        self.text = pattern
        self.flavor = flavor
        self.flags = flags
        self.at = 0
        self.groups = [_Group(0, flags)]

    def parse(self) -> Tree:
        """The tree of the whole pattern."""
        while self.at < len(self.text):
            match self.text[self.at]:
                case "|":
                    self.groups[-1].end_option()
                    self.at += 1
                case "(":
                    self._open()
                case ")":
                    self._close()
                case "*" | "+" | "?":
                    raise self._nothing_to_repeat()
                case "{" if self._counts(self.at) is not None:
                    raise self._nothing_to_repeat()
                case _:
                    start = self.at
                    self._push(self._atom(), start)
        if len(self.groups) > 1:
            start = self.groups[-1].start
            raise syntax_error("regex-unterminated", "expected `)` to end this group", Span(start, len(self.text)))
        return self.groups[0].close()

    def _open(self) -> None:
        start = self.at
        if len(self.groups) > MAX_NESTING:
            raise too_deep(Span(start, start + 1))
        opening = read_opening(self.text, start, self.flavor, self.flags)
        self.at = opening.end
        match opening.kind:
            case Opening.GROUP:
                self.groups.append(_Group(start, self.flags))
                self.flags = opening.flags
            case Opening.FLAGS:
                self.flags = opening.flags
            case Opening.COMMENT:
                pass

    def _close(self) -> None:
        if len(self.groups) == 1:
            message = "expected the end of the pattern but found `)`"
            hint = "write `\\)` for the character itself"
            raise syntax_error("regex-unbalanced-group", message, Span(self.at, self.at + 1), hint)
        group = self.groups.pop()
        self.flags = group.outer
        self.at += 1
        self._push(group.close(), group.start)

    def _nothing_to_repeat(self) -> IsoruleError:
        message = f"`{self.text[self.at]}` has nothing to repeat"
        hint = f"write `\\{self.text[self.at]}` for the character itself"
        return syntax_error("regex-nothing-to-repeat", message, Span(self.at, self.at + 1), hint)

    def _push(self, tree: Tree, start: int) -> None:
        """Adds an atom with the quantifier that follows it."""
        before = self.at
        bounds = self._quantifier()
        if bounds is not None:
            self._check_repeatable(tree, start, before)
            tree = repeat(tree, *bounds, Span(start, self.at))
            self._check_suffix(before)
        self.groups[-1].sequence.append(tree)

    def _quantifier(self) -> tuple[int, int | None] | None:
        match self.text[self.at : self.at + 1]:
            case "?":
                bounds: tuple[int, int | None] = (0, 1)
            case "*":
                bounds = (0, None)
            case "+":
                bounds = (1, None)
            case "{":
                counts = self._counts(self.at)
                if counts is not None:
                    self.at = counts[2]
                    return counts[:2]
                return None
            case _:
                return None
        self.at += 1
        return bounds

    def _counts(self, start: int) -> tuple[int, int | None, int] | None:
        """The counts of `{n}`, `{n,}` or `{n,m}` and the offset after them; None where the brace is a character."""
        end = self.text.find("}", start)
        inner = self.text[start + 1 : end] if end > 0 else ""
        low, comma, high = inner.partition(",")
        if not (low or high) or not set(low + high) <= _ASCII_DIGITS:
            return None
        span = Span(start, end + 1)
        if not low and self.flavor is RegexFlavor.RE2:
            return None
        if not low and self.flavor is RegexFlavor.SIGMA:
            message = "engines disagree whether `{,n}` repeats or is plain text"
            raise refusal("regex-engines-differ", message, span=span, hint=f"write `{{0,{high}}}`")
        if max(len(low), len(high)) > 9:
            raise refusal("regex-too-large", "a repetition count is too great", span=span)
        least, most = int(low or "0"), int(high) if high else None if comma else int(low)
        if self.flavor is RegexFlavor.RE2 and max(least, most or 0) > _RE2_MAX_COUNT:
            message = f"RE2 repeats at most {_RE2_MAX_COUNT} times"
            raise syntax_error("regex-repeat-count", message, span)
        return least, most, end + 1

    def _check_repeatable(self, tree: Tree, start: int, quantifier: int) -> None:
        if not isinstance(tree, Assertion) or self.text[start] == "(" or self.flavor is RegexFlavor.RE2:
            return
        span = Span(start, quantifier + 1)
        message = f"`{self.text[start:quantifier]}` reads nothing, so it cannot be repeated"
        if self.flavor is RegexFlavor.PYTHON:
            raise syntax_error("regex-nothing-to-repeat", message, span)
        raise refusal("regex-engines-differ", message, span=span)

    def _check_suffix(self, quantifier: int) -> None:
        """Consumes the `?` of a lazy quantifier; refuses what else may follow one."""
        suffix = self.text[self.at : self.at + 1]
        span = Span(quantifier, self.at + 1)
        if suffix == "?":
            self.at += 1
            suffix = self.text[self.at : self.at + 1]
        elif suffix == "+" and self.flavor is not RegexFlavor.RE2:
            message = "a possessive quantifier gives nothing back, so it changes what matches"
            raise refusal("regex-possessive", message, span=span)
        if suffix in ("*", "+", "?") or (suffix == "{" and self._counts(self.at) is not None):
            raise syntax_error(
                "regex-multiple-repeat", "a quantifier follows a quantifier", Span(quantifier, self.at + 1)
            )

    def _atom(self) -> Tree:
        character = self.text[self.at]
        match character:
            case ".":
                self.at += 1
                return ANY if self.flags.dotall else NOT_NEWLINE
            case "^":
                self.at += 1
                return Assertion(Place.LINE_BEGIN if self.flags.multiline else Place.BEGIN)
            case "$":
                self.at += 1
                return Assertion(Place.LINE_END if self.flags.multiline else Place.END)
            case "[":
                reader = ClassReader(self.text, self.at, self.flavor, self.flags.insensitive)
                members = reader.read()
                self.at = reader.at
                return members
            case "\\":
                return self._escape()
            case _:
                self.at += 1
                return Literal(character, self.flags.insensitive)

    def _escape(self) -> Tree:
        start = self.at
        letter = self.text[start + 1 : start + 2]
        place = self._place(letter)
        if place is not None:
            self.at = start + 2
            return Assertion(place)
        named = named_class(letter, self.flavor)
        if named is not None:
            self.at = start + 2
            return self._folded(named)
        character, self.at = character_escape(self.text, start, self.flavor, in_class=False)
        return Literal(character, self.flags.insensitive)

    def _folded(self, named: CharSet) -> CharSet:
        return closure(named) if self.flags.insensitive and self.flavor is RegexFlavor.RE2 else named

    def _place(self, letter: str) -> Place | None:
        match letter:
            case "b":
                return Place.WORD_BOUNDARY
            case "B":
                return Place.NOT_WORD_BOUNDARY
            case "A":
                return Place.BEGIN
            case "z" if self.flavor is not RegexFlavor.PYTHON:
                return Place.END
            case "Z" if self.flavor is RegexFlavor.PYTHON:
                return Place.END
            case _:
                return None
