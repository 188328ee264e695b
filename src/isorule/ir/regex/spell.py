"""Trees as text in a flavor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from isorule.diagnostics import UnsupportedError
from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex.charset import ANY, NOT_NEWLINE, NOTHING, CharSet
from isorule.ir.regex.spell_class import Style, escaped, spell_class
from isorule.ir.regex.tree import (
    EMPTY,
    Alternate,
    Assertion,
    Complement,
    Concat,
    Empty,
    Intersection,
    Literal,
    Place,
    Repeat,
    Tree,
    alternate,
)

_RE2_MAX_COUNT = 1000


@unique
class _Binding(IntEnum):
    """How tightly a text holds together; what holds less than its place asks for is put in a group."""

    CHOICE = 0
    BOTH = 1
    SEQUENCE = 2
    ATOM = 3


def escape(text: str, flavor: RegexFlavor) -> str:
    """A pattern of the flavor that stands for exactly this text (in the letter case that the matcher says)."""
    return "".join(escaped(character, flavor) for character in text)


def spell(tree: Tree, style: Style) -> str:
    """The pattern of a tree. Raises UnsupportedError, with a reason code, for what the flavor cannot say."""
    return _Speller(style).spell(tree, _Binding.CHOICE)


def spell_as_sequence(tree: Tree, style: Style) -> str:
    """The pattern of a tree in a form that other text may be put before and after."""
    return _Speller(style).spell(tree, _Binding.SEQUENCE)


@dataclass(frozen=True, slots=True)
class _Speller:
    style: Style

    def spell(self, tree: Tree, place: _Binding) -> str:
        text, binding = self._spelled(tree)
        return text if binding >= place else f"{self._opening()}{text})"

    def _opening(self) -> str:
        """Sigma's subset has no `(?:`, and in Lucene a group that begins with `?:` is a group that begins with text."""
        return "(" if self.style.flavor in (RegexFlavor.LUCENE, RegexFlavor.SIGMA) else "(?:"

    def _spelled(self, tree: Tree) -> tuple[str, _Binding]:
        lucene = self.style.flavor is RegexFlavor.LUCENE
        match tree:
            case Empty():
                return (".{0}", _Binding.SEQUENCE) if lucene else ("", _Binding.SEQUENCE)
            case Literal(text, folded):
                return self._text(text, folded)
            case CharSet():
                return self._set(tree), _Binding.ATOM
            case Concat(parts):
                return "".join(self.spell(part, _Binding.SEQUENCE) for part in parts), _Binding.SEQUENCE
            case Alternate(options) if lucene and EMPTY in options:
                rest = alternate(option for option in options if option != EMPTY)
                return self._spelled(Repeat(rest, 0, 1))
            case Alternate(options):
                return "|".join(self.spell(option, _Binding.BOTH) for option in options), _Binding.CHOICE
            case Repeat(body, least, _) if body == NOTHING:
                return self._spelled(EMPTY if least == 0 else NOTHING)
            case Repeat(body, least, most):
                return self.spell(body, _Binding.ATOM) + self._quantifier(least, most), _Binding.SEQUENCE
            case Assertion(place):
                return self._assertion(place), _Binding.SEQUENCE
            case Intersection(options) if lucene:
                return "&".join(self.spell(option, _Binding.SEQUENCE) for option in options), _Binding.BOTH
            case Complement(body) if lucene:
                return "~" + self.spell(body, _Binding.ATOM), _Binding.ATOM
            case Intersection():
                raise self._refused("regex-intersection", "two patterns for the same text (Lucene `&`)")
            case Complement():
                raise self._refused("regex-complement", "everything but a pattern (Lucene `~`)")

    def _text(self, text: str, folded: bool) -> tuple[str, _Binding]:
        pattern = "".join(self._character(character, folded) for character in text)
        return pattern, _Binding.ATOM if len(text) == 1 else _Binding.SEQUENCE

    def _character(self, character: str, folded: bool) -> str:
        members = self.style.character_class(character, folded)
        return escaped(character, self.style.flavor) if members is None else spell_class(members, self.style)

    def _set(self, members: CharSet) -> str:
        flavor = self.style.flavor
        if members == (ANY if self.style.dotall else NOT_NEWLINE):
            return "."
        if members == NOTHING:
            if flavor is RegexFlavor.LUCENE:
                return "#"
            raise self._refused("regex-never-matches", "a pattern that no text matches")
        if members == ANY and flavor is not RegexFlavor.LUCENE:
            return r"[\s\S]"
        return spell_class(members, self.style)

    def _quantifier(self, least: int, most: int | None) -> str:
        if self.style.flavor is RegexFlavor.RE2 and max(least, most or 0) > _RE2_MAX_COUNT:
            raise self._refused("regex-repeat-count", f"more than {_RE2_MAX_COUNT} repetitions")
        match least, most:
            case 0, None:
                return "*"
            case 1, None:
                return "+"
            case 0, 1:
                return "?"
            case _, None:
                return f"{{{least},}}"
            case _:
                return f"{{{least}}}" if least == most else f"{{{least},{most}}}"

    def _assertion(self, place: Place) -> str:
        if self.style.flavor is RegexFlavor.LUCENE:
            raise self._refused(_LUCENE_REASONS[place], f"a {place.value} here")
        multiline = self.style.multiline
        match place:
            case Place.BEGIN:
                return r"\A" if multiline else "^"
            case Place.END if multiline:
                return r"\Z" if self.style.flavor is RegexFlavor.PYTHON else r"\z"
            case Place.END:
                return "$"
            case Place.LINE_BEGIN | Place.LINE_END if not multiline:
                raise ValueError("a pattern with line anchors is written with the multiline flag")
            case Place.LINE_BEGIN:
                return "^"
            case Place.LINE_END:
                return "$"
            case Place.WORD_BOUNDARY:
                return r"\b"
            case Place.NOT_WORD_BOUNDARY:
                return r"\B"

    def _refused(self, reason: str, what: str) -> UnsupportedError:
        return refusal(reason, f"{self.style.flavor.value} patterns cannot say {what}")


_LUCENE_REASONS = {
    Place.BEGIN: "regex-inner-anchor-in-lucene",
    Place.END: "regex-inner-anchor-in-lucene",
    Place.LINE_BEGIN: "regex-line-anchor-in-lucene",
    Place.LINE_END: "regex-line-anchor-in-lucene",
    Place.WORD_BOUNDARY: "regex-word-boundary-in-lucene",
    Place.NOT_WORD_BOUNDARY: "regex-word-boundary-in-lucene",
}
