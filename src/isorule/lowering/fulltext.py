"""Full text where the target has none: words become a search for the same words inside the value.

A phrase is found by an analyzer where its words follow each other with nothing but separators between them. The
expression written here asks for the letters and digits of each word, in order, with anything but letters and digits
between two words: it holds wherever the phrase is found, and in more values (inside longer words), so it widens.
"""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import Effect
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.losses import Loss, loss, refusal
from isorule.ir.matchers import Like, Matcher, OneOf, Regex, Tokens, Wildcard, like
from isorule.ir.predicates import Predicate, Test
from isorule.ir.walk import Polarity, rewrite_leaves, rewrite_matchers
from isorule.lowering.target import Lowering, Target, seen

_SEPARATORS = "[^A-Za-z0-9]*"


def lower_full_text(predicate: Predicate, target: Target) -> Lowering:
    """Word searches as the target can say them; declares a widening for each."""
    if "Tokens" in target.capabilities.matchers:
        return Lowering(predicate)
    losses: list[Loss] = []

    def leaf(test: Test, polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, _searched)
        if matcher is test.matcher:
            return test
        message = "a word search on full text becomes a search for the same letters inside the value"
        losses.append(loss("words-as-substring", seen(Effect.WIDENS, polarity), message, span=test.span))
        return replace(test, matcher=matcher)

    return Lowering(rewrite_leaves(predicate, leaf), tuple(losses))


def _searched(matcher: Matcher) -> Matcher:
    match matcher:
        case Tokens(text, mode, span):
            return _words(matcher, _split(text), mode)
        case Like(parts, Case.MAPPED, span):
            return like((Wildcard.RUN, *parts, Wildcard.RUN), Case.INSENSITIVE, span)
        case _:
            return matcher


def _split(text: str) -> list[str]:
    """The runs of letters and digits of a text: each lies within one word of any analyzer that splits at the rest."""
    return "".join(character if character.isalnum() else " " for character in text).split()


def _words(matcher: Tokens, words: list[str], mode: TokenMode) -> Matcher:
    if not words:
        raise refusal("no-words", f"{matcher.text!r} holds no word to search for", span=matcher.span)
    if any(not word.isascii() for word in words):
        raise refusal("words-beyond-ascii", f"{matcher.text!r} is split by rules of its script", span=matcher.span)
    if mode is TokenMode.ANY and len(words) > 1:
        return OneOf(tuple(_contains(word, matcher) for word in words), matcher.span)
    if len(words) == 1:
        return _contains(words[0], matcher)
    if mode is TokenMode.ALL:
        raise refusal("all-words", "a search for all of several words has no form as one test", span=matcher.span)
    return Regex(_SEPARATORS.join(words), RegexFlavor.SIGMA, Case.INSENSITIVE, span=matcher.span)


def _contains(word: str, matcher: Tokens) -> Matcher:
    return like((Wildcard.RUN, word, Wildcard.RUN), Case.INSENSITIVE, matcher.span)
