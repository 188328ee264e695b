"""Trees as matchers of a flavor, and matchers translated from one flavor to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.matchers import Regex
from isorule.ir.regex.anchors import whole_value
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.charset import ANY, CharSet
from isorule.ir.regex.parse import parse_regex
from isorule.ir.regex.spell import escape, spell, spell_as_sequence
from isorule.ir.regex.spell_class import Style, says_without_case
from isorule.ir.regex.tree import ANY_RUN, Assertion, Literal, Place, Tree, walk

__all__ = ["escape", "translate", "write_regex"]


def translate(matcher: Regex, flavor: RegexFlavor) -> Regex:
    """The matcher in another flavor, accepting exactly the same values (equal `normal.language`).

    The text stays as near to the original as the flavors allow: order and grouping are kept, letter case goes into
    the flag where that is exact, anchors are added or absorbed (LUCENE `abc.*` is SIGMA `^abc.*$` with dotall,
    SIGMA `foo` is LUCENE `.*foo.*`). Case.MAPPED stays so. The span is kept.

    Raises as `parse_regex` does, and UnsupportedError, with a reason code, for what the flavor cannot say.
    """
    if matcher.flavor is flavor:
        return matcher
    if matcher.case is Case.MAPPED:
        return _translate_mapped(matcher, flavor)
    ignores_case = matcher.case is Case.INSENSITIVE
    written = write_regex(parse_regex(matcher), flavor, anchored=matcher.anchored, prefer_insensitive=ignores_case)
    return replace(written, span=matcher.span)


def _translate_mapped(matcher: Regex, flavor: RegexFlavor) -> Regex:
    """The field decides on letter case, so the text must say nothing of it."""
    written = translate(replace(matcher, case=Case.SENSITIVE), flavor)
    tree = parse_regex(replace(matcher, case=Case.SENSITIVE))
    if any(isinstance(node, Literal) and node.folded and has_variants(node.text) for node in walk(tree)):
        raise refusal("regex-case-unresolved", "the pattern sets its own letter case, and the field's type does so too")
    return replace(written, case=Case.MAPPED)


def write_regex(tree: Tree, flavor: RegexFlavor, *, anchored: bool = True, prefer_insensitive: bool = False) -> Regex:
    """A matcher of the flavor for a tree that describes the whole value (`anchored`) or a part of it.

    The flags are chosen to fit: dotall where the tree has an unrestricted character, multiline where it has line
    anchors, INSENSITIVE where all letters ignore case (`prefer_insensitive`: also where only sets show it). LUCENE
    patterns come out anchored, others as patterns to be found somewhere, with `^` and `$` where needed.

    Raises UnsupportedError, with a reason code, for what the flavor cannot say.
    """
    insensitive = _ignores_case(tree, flavor, prefer_insensitive)
    case = Case.INSENSITIVE if insensitive else Case.SENSITIVE
    if flavor is RegexFlavor.LUCENE:
        whole = whole_value(tree, anchored=anchored)
        pattern = spell(whole, Style(flavor, insensitive))
        return Regex(pattern, flavor, case, anchored=True, dotall=True)
    multiline = any(_is_line_anchor(node) for node in walk(tree))
    dotall = any(node == ANY for node in walk(tree))
    style = Style(flavor, insensitive, dotall, multiline)
    pattern = _anchored(tree, style) if anchored else spell(tree, style)
    return Regex(pattern, flavor, case, anchored=False, dotall=dotall, multiline=multiline)


def _is_line_anchor(node: Tree) -> bool:
    return isinstance(node, Assertion) and node.place in (Place.LINE_BEGIN, Place.LINE_END)


def _anchored(tree: Tree, style: Style) -> str:
    if tree == ANY_RUN:
        return ".*"
    begin = spell(Assertion(Place.BEGIN), style)
    end = spell(Assertion(Place.END), style)
    return begin + spell_as_sequence(tree, style) + end


def _ignores_case(tree: Tree, flavor: RegexFlavor, prefer_insensitive: bool) -> bool:
    """Whether the flag that ignores case says what the tree says."""
    folded = prefer_insensitive
    for text in _cased_texts(tree):
        if not text.folded:
            return False
        folded = True
    return folded and all(says_without_case(node, flavor) for node in walk(tree) if isinstance(node, CharSet))


def _cased_texts(tree: Tree) -> Iterator[Literal]:
    for node in walk(tree):
        if isinstance(node, Literal) and has_variants(node.text):
            yield node
