"""What a field and a value of kuery mean: subjects, matchers and bounds of the representation.

As in `functions/is.ts`, `range.ts` and `exists.ts` of Kibana's `kbn-es-query/src/kuery`.
"""

from __future__ import annotations

from isorule.dialects.kuery.errors import syntax_error
from isorule.dialects.kuery.literals import Literal
from isorule.ir.axes import Case, TokenMode
from isorule.ir.matchers import Bound, Complement, Equals, Matcher, Present, Range, Tokens, Wildcard, like
from isorule.ir.predicates import Field, FieldGlob


def field_subject(literal: Literal, path: str) -> Field | FieldGlob:
    """The field or fields that a literal before `:` or a range operator names, inside the nested object at `path`.

    Raises `ParseError` for unquoted `null` (Kibana drops the field without a word) and for a pattern that mixes
    literal stars with wildcards.
    """
    if literal.constant == "null":
        message = "null without quotes is no field name"
        raise syntax_error("null-as-field", message, *literal.span, hint='a field of that name is written "null"')
    prefix = f"{path}." if path else ""
    if not literal.has_wildcard:
        return Field(prefix + literal.text)
    if any("*" in part for part in (prefix, *literal.parts) if isinstance(part, str)):
        message = "a field pattern cannot hold a literal star beside a wildcard"
        raise syntax_error("literal-star-in-field-pattern", message, *literal.span)
    return FieldGlob(prefix + _merged_stars(literal))


def _merged_stars(literal: Literal) -> str:
    out = ""
    for part in literal.parts:
        if isinstance(part, str):
            out += part
        elif not out.endswith("*"):
            out += "*"
    return out


def nested_path(literal: Literal, path: str) -> str:
    """The whole path of the nested object that a literal before `:{` names, inside the one at `path`.

    Raises `ParseError` for a pattern, which Elasticsearch does not take as a path.
    """
    if literal.has_wildcard:
        message = "the path of a nested object cannot be a pattern"
        raise syntax_error("wildcard-in-nested-path", message, *literal.span, hint="name the nested object in full")
    if literal.constant == "null":
        raise syntax_error("null-as-field", "null without quotes is no path", *literal.span)
    return f"{path}.{literal.text}" if path else literal.text


def value_matcher(literal: Literal) -> Matcher:
    """What a value asks: presence, a wildcard pattern, a Boolean, some of the words, or a phrase.

    Unquoted `null` becomes a `match` on JSON null, which no value meets (Elasticsearch refuses to run it): here a value
    that is not present.
    """
    if literal.is_lone_wildcard:
        return Present()
    if literal.has_wildcard:
        return like(literal.parts, Case.MAPPED, literal.span)
    if literal.constant == "null":
        return Complement(Present(), literal.span)
    if literal.constant is not None:
        return Equals(literal.constant == "true", span=literal.span)
    return Tokens(literal.text, TokenMode.PHRASE if literal.quoted else TokenMode.ANY, literal.span)


def range_matcher(operator: str, literal: Literal) -> Matcher:
    """What a range operator (`<`, `<=`, `>`, `>=`) and its bound ask.

    A bound stays text, a `*` in it is an ordinary character; the words `true` and `false` are Booleans. `null` is no
    bound at all, and Elasticsearch takes a range without bounds as a test for presence.
    """
    if literal.constant == "null":
        return Present()
    value = literal.text if literal.constant is None else literal.constant == "true"
    bound = Bound(value, inclusive=operator.endswith("="))
    if operator.startswith(">"):
        return Range(lower=bound, span=literal.span)
    return Range(upper=bound, span=literal.span)


def is_match_all(field: Literal, value: Literal) -> bool:
    """Whether field and value are both just `*`: every event matches."""
    return field.parts == (Wildcard.RUN,) and value.is_lone_wildcard
