"""What a field and a value of a Lucene query mean: subjects and tests of the representation.

As `QueryStringQueryParser` of Elasticsearch builds them (github.com/elastic/elasticsearch). Without a field, the fields
are those that the index searches by default.
"""

from __future__ import annotations

from dataclasses import dataclass

from isorule.dialects.lucene import regexes
from isorule.dialects.lucene.errors import syntax_error
from isorule.dialects.lucene.escapes import check_escapes, unescaped, wildcard_parts
from isorule.dialects.lucene.lexical import EXISTS
from isorule.dialects.lucene.tokens import Kind, Token
from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.losses import refusal
from isorule.ir.matchers import Bound, Matcher, Near, Present, Regex, Tokens, Wildcard, like
from isorule.ir.predicates import AnyField, Const, Field, FieldGlob, Predicate, Test
from isorule.ir.words import range_of
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class Searched:
    """The field or fields that values are asked of; `name` is None where the query names none."""

    name: str | None = None

    @property
    def subject(self) -> Field | FieldGlob | AnyField:
        """The subject of a test. A `*` is a wildcard however it is escaped."""
        return AnyField() if self.name is None else _named(self.name)

    @property
    def is_exists(self) -> bool:
        """Whether values are names of fields."""
        return self.name == EXISTS


def _named(name: str) -> Field | FieldGlob:
    if "*" not in name:
        return Field(name)
    while "**" in name:
        name = name.replace("**", "*")
    return FieldGlob(name)


def searched(token: Token) -> Searched:
    """The field that a term before a colon names."""
    return Searched("*" if token.kind is Kind.STAR else unescaped(token.image, token.span.start))


def term(token: Token, where: Searched, span: Span, slop: int) -> Predicate:
    """The test for one value that is not a range; `span` is that of the whole test, with its field.

    `slop` is how far the words of a phrase may stand apart.
    """
    if where.is_exists:
        return Test(_named(_field_named(token)), Present(), span=span)
    match token.kind:
        case Kind.TERM:
            return words(unescaped(token.image, token.span.start), where, token.span, span)
        case Kind.QUOTED:
            text = unescaped(token.image[1:-1], token.span.start + 1)
            matcher = Near(text, slop, token.span) if slop else Tokens(text, TokenMode.PHRASE, token.span)
            return Test(where.subject, matcher, span=span)
        case Kind.STAR:
            return Const(True, span) if where.name == "*" else Test(where.subject, Present(), span=span)
        case Kind.PREFIX:
            text = unescaped(token.image[:-1], token.span.start)
            return Test(where.subject, like((text, Wildcard.RUN), Case.MAPPED, token.span), span=span)
        case Kind.WILD:
            parts = wildcard_parts(token.image, token.span.start)
            return Test(where.subject, like(parts, Case.MAPPED, token.span), span=span)
        case Kind.REGEX:
            check_escapes(token.image, token.span.start)
            return Test(where.subject, _regex(token), span=span)
        case _:
            raise AssertionError(f"{token.kind} is no value")


def _regex(token: Token) -> Regex:
    pattern = regexes.meant(token.image)
    return Regex(pattern, RegexFlavor.LUCENE, Case.MAPPED, anchored=True, dotall=True, span=token.span)


def _field_named(token: Token) -> str:
    """The name of a field, as a value of `_exists_`."""
    match token.kind:
        case Kind.TERM:
            return unescaped(token.image, token.span.start)
        case Kind.QUOTED if len(token.image) > 2:
            return unescaped(token.image[1:-1], token.span.start + 1)
        case _:
            message = f"{EXISTS} is followed by the name of a field, not by {token.image}"
            hint = f"a wildcard in the name is escaped: {EXISTS}:user.\\*"
            raise syntax_error("exists-needs-name", message, token.span, hint)


def words(text: str, where: Searched, value: Span, span: Span) -> Predicate:
    """The test for text without quotes: words, or one of the comparisons `>10`, `>=10`, `<10` and `<=10`.

    Several terms in a row reach the analyzer as one text, so on a keyword field they are one value with blanks. The
    signs count even where they are escaped. Raises `UnsupportedError` for a comparison without a field.
    """
    if where.is_exists:
        return Test(_named(text), Present(), span=span)
    if len(text) < 2 or text[0] not in "<>":
        return Test(where.subject, Tokens(text, TokenMode.ANY, value), span=span)
    if where.name is None:
        message = "a comparison without a field means another thing in each index"
        hint = 'name a field, or put the text in quotes: ">10"'
        raise refusal("comparison-without-field", message, span=value, hint=hint)
    inclusive = text[1] == "=" and len(text) > 2
    bound = bound_of(text[2:] if inclusive else text[1:], inclusive)
    lower, upper = (bound, None) if text[0] == ">" else (None, bound)
    return Test(where.subject, between(lower, upper, value), span=span)


def bound_of(text: str, inclusive: bool) -> Bound | None:
    """One bound of a range; a star, escaped, quoted or not, is none."""
    return None if text == "*" else Bound(text, inclusive)


def between(lower: Bound | None, upper: Bound | None, span: Span) -> Matcher:
    """A range; without bounds it asks for presence.

    The analyzer of an analyzed field lower-cases the bounds (`QueryStringQueryParser.getRangeQuerySingle`), which a
    range query of Query DSL does not do.
    """
    return Present() if lower is None and upper is None else range_of(lower, upper, span)
