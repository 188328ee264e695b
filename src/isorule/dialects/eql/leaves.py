"""Tests of one subject as EQL text: for each matcher the operator that says the same."""

from __future__ import annotations

from dataclasses import replace

from isorule.diagnostics import UnsupportedError
from isorule.dialects.eql.layout import Chain, Doc, Listing, Text, flat
from isorule.dialects.eql.lifting import RELATION_FUNCTIONS
from isorule.dialects.eql.literals import (
    field_text,
    has_wildcard,
    regex_pattern,
    scalar_text,
    string_text,
    wildcard_pattern,
    wildcard_query,
)
from isorule.dialects.eql.operands import (
    SUM,
    TIGHT,
    category_elsewhere,
    check_comparable,
    operand_doc,
    operand_text,
)
from isorule.dialects.eql.signatures import kind_of
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation
from isorule.ir.functions import Kind
from isorule.ir.losses import refusal
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
    options_of,
)
from isorule.ir.predicates import AnyField, Call, EventCategory, Field, FieldGlob, Operand, Test

_LISTS = frozenset(("in", "in~"))
"""Operators that always stand before parentheses."""


def leaf(test: Test) -> Doc:
    """A test. Raises `UnsupportedError`, naming what EQL cannot say; its span is at least that of the test."""
    try:
        return _leaf(test)
    except UnsupportedError as error:
        found = error.diagnostic
        raise UnsupportedError(found if found.span else replace(found, span=test.span)) from error


def _leaf(test: Test) -> Doc:
    subject = _checked_subject(test)
    matcher = test.matcher
    if isinstance(subject, Call) and isinstance(matcher, Equals) and kind_of(subject.function) is Kind.BOOLEAN:
        return _boolean_call(subject, matcher.value)
    return _matched(subject, matcher)


def negated_leaf(test: Test) -> Doc | None:
    """The negation of a test where EQL has a sign for it: `!=`, `not in`, `== null`."""
    subject = _checked_subject(test)
    match test.matcher:
        case Present():
            return _compared(subject, "==", "null")
        case Equals() if isinstance(subject, Call) and kind_of(subject.function) is Kind.BOOLEAN:
            return None
        case Equals(value, case) if not (isinstance(value, str) and _folds(case)):
            return _compared(subject, "!=", scalar_text(value))
        case FieldRef(path, Relation.EQUALS, case) if not _folds(case):
            check_comparable(subject, Field(path))
            return _compared(subject, "!=", field_text(path))
        case OneOf() as matcher:
            options = options_of(matcher)
            forms = _forms(options)
            if len(set(forms)) == 1 and forms[0] in _LISTS:
                return _one_form(subject, f"not {forms[0]}", options)
    return None


def _checked_subject(test: Test) -> Operand:
    """The subject of a test; its axes must be those of EQL."""
    if test.quantifier is not Quantifier.ANY:
        message = f"EQL asks whether any value matches, not for the quantifier {test.quantifier.value}"
        raise refusal("quantifier", message, span=test.span)
    if test.absent is not Absent.FALSE and not isinstance(test.matcher, Present):
        message = "an EQL test of an absent field is false, not null"
        raise refusal("absent-unknown", message, span=test.span, hint="lower it to a test of presence")
    match test.subject:
        case AnyField():
            raise refusal("any-field", "EQL tests fields by name only", span=test.span)
        case FieldGlob(pattern):
            raise refusal("field-wildcard", f"EQL has no wildcards in field names ({pattern})", span=test.span)
        case EventCategory():
            raise category_elsewhere()
        case subject:
            return subject


def _compared(subject: Operand, sign: str, value: str) -> Doc:
    doc = operand_doc(subject, SUM)
    if isinstance(doc, Listing):
        return Listing(doc.head, doc.items, f"{doc.tail} {sign} {value}")
    return Text(f"{flat(doc)} {sign} {value}")


def _boolean_call(call: Call, value: Scalar) -> Doc:
    """A call that is a condition. `call == false` is no test in EQL but `not call`, which absent fields meet, too."""
    if value is not True:
        raise refusal("boolean-call", f"EQL has no test of `{call.function}` being {scalar_text(value)}")
    return operand_doc(call)


def _matched(subject: Operand, matcher: Matcher) -> Doc:
    match matcher:
        case Present():
            return _compared(subject, "!=", "null")
        case Equals() | Like() | Regex():
            return _one_form(subject, _form(matcher), (matcher,))
        case OneOf():
            return _alternatives(subject, options_of(matcher))
        case Range(case=Case.MAPPED):
            message = "EQL compares the bounds of a range as they are written"
            raise refusal("case-mapped", message, span=matcher.span)
        case Range(lower, upper):
            return _range(subject, lower, upper, matcher)
        case InNetwork(blocks):
            return Listing("cidrMatch(", (operand_doc(subject), *(Text(string_text(block)) for block in blocks)))
        case FieldRef():
            return _reference(subject, matcher)
        case Tokens() | Near() | Indexed():
            raise refusal("full-text", "EQL has no full-text search", span=matcher.span)
        case Complement():
            message = "EQL cannot ask for a value that does not match"
            raise refusal("value-complement", message, span=matcher.span)


def _range(subject: Operand, lower: Bound | None, upper: Bound | None, matcher: Range) -> Doc:
    if lower is not None and upper is not None:
        message = "two comparisons in EQL may be met by two different values of a field"
        raise refusal("two-sided-range", message, span=matcher.span)
    if lower is not None:
        return _compared(subject, ">=" if lower.inclusive else ">", scalar_text(lower.value))
    if upper is not None:
        return _compared(subject, "<=" if upper.inclusive else "<", scalar_text(upper.value))
    raise refusal("range-without-bounds", "a range without bounds", span=matcher.span)


def _reference(subject: Operand, matcher: FieldRef) -> Doc:
    folding = _folds(matcher.case)
    other = Field(matcher.path)
    if matcher.relation is Relation.EQUALS:
        if folding:
            raise refusal("field-comparison", "EQL compares two fields with letter case only", span=matcher.span)
        check_comparable(subject, other)
        return _compared(subject, "==", operand_text(other))
    name = RELATION_FUNCTIONS[matcher.relation]
    return Listing(f"{name}{'~' if folding else ''}(", (operand_doc(subject), operand_doc(other)))


# --- operators for equality, wildcards and regular expressions ---


def _folds(case: Case) -> bool:
    if case is Case.MAPPED:
        raise refusal("case-mapped", "EQL states whether letter case counts", hint="resolve it with a field schema")
    return case is Case.INSENSITIVE


def _form(matcher: Matcher) -> str:
    """The operator for a matcher: `in`, `in~`, `:`, `like`, `regex`, `regex~`; empty where none of them says it."""
    match matcher:
        case Equals(str() as value, case) if _folds(case):
            return "in~" if has_wildcard(value) else ":"
        case Equals():
            return "in"
        case Like(parts, case):
            folding = _folds(case)
            if wildcard_pattern(parts) is None:
                return ""
            return ":" if folding else "like"
        case Regex():
            _check_regex(matcher)
            return "regex~" if _folds(matcher.case) else "regex"
    return ""


def _check_regex(matcher: Regex) -> None:
    if matcher.flavor is not RegexFlavor.LUCENE:
        message = f"EQL takes Lucene's regular expressions, not those of {matcher.flavor.value}"
        raise refusal("regex-flavor", message, span=matcher.span)
    if not matcher.anchored:
        raise refusal("regex-unanchored", "an EQL regular expression matches whole values", span=matcher.span)
    if matcher.multiline:
        raise refusal("regex-multiline", "EQL regular expressions have no multiline mode", span=matcher.span)


def _forms(options: tuple[Matcher, ...]) -> list[str]:
    """The operator for each alternative; as few different ones as possible."""
    forms = list(map(_form, options))
    plain = all(
        isinstance(option, Equals) and isinstance(option.value, str) and not has_wildcard(option.value)
        for option, form in zip(options, forms, strict=True)
        if form == "in"
    )
    if "like" in forms and plain:
        forms = ["like" if form == "in" else form for form in forms]
    equalities = all(isinstance(option, Equals) for option, form in zip(options, forms, strict=True) if form == ":")
    if "in~" in forms and equalities:
        forms = ["in~" if form == ":" else form for form in forms]
    return forms


def _alternatives(subject: Operand, options: tuple[Matcher, ...]) -> Doc:
    """One list, or several joined with `or`."""
    groups: dict[str, list[Matcher]] = {}
    singles: list[Doc] = []
    for option, form in zip(options, _forms(options), strict=True):
        if form:
            groups.setdefault(form, []).append(option)
        else:
            singles.append(_single(subject, option))
    docs = [_one_form(subject, form, tuple(members)) for form, members in groups.items()] + singles
    return docs[0] if len(docs) == 1 else Chain("or", tuple(docs))


def _single(subject: Operand, option: Matcher) -> Doc:
    return _one_form(subject, "", (option,)) if isinstance(option, Like) else _matched(subject, option)


def _one_form(subject: Operand, form: str, members: tuple[Matcher, ...]) -> Doc:
    """A subject, an operator and one or more values."""
    first = members[0]
    if form == "":
        assert isinstance(first, Like)
        return _like_with_signs(subject, first)
    texts = tuple(_value_text(member) for member in members)
    if form == "in" and len(texts) == 1:
        return _compared(subject, "==", texts[0])
    head = f"{operand_text(subject, TIGHT)} {form}"
    if len(texts) == 1 and form.removeprefix("not ") not in _LISTS:
        return Text(f"{head} {texts[0]}")
    return Listing(f"{head} (", tuple(map(Text, texts)))


def _value_text(matcher: Matcher) -> str:
    match matcher:
        case Equals(value):
            return scalar_text(value)
        case Like(parts):
            return string_text(wildcard_pattern(parts) or "")
        case Regex(pattern=pattern):
            return string_text(pattern)
    raise AssertionError(f"no value in {matcher!r}")


def _like_with_signs(subject: Operand, matcher: Like) -> Doc:
    """A wildcard match whose text has `*` or `?` of its own, which `:` and `like` cannot write.

    `startsWith` takes its text literally, `endsWith` and `stringContains` take it as a part of a wildcard query, with a
    backslash as escape sign (see `build`). A computed subject gives a script, in which they take it literally, too.
    """
    tilde = "~" if _folds(matcher.case) else ""
    match matcher.parts:
        case (str() as text, Wildcard.RUN):
            function = "startsWith"
        case (Wildcard.RUN, *inner, Wildcard.RUN) if isinstance(subject, Field):
            function, text = "stringContains", wildcard_query(tuple(inner))
        case (Wildcard.RUN, *inner) if isinstance(subject, Field):
            function, text = "endsWith", wildcard_query(tuple(inner))
        case parts:
            return Text(f"{operand_text(subject, TIGHT)} regex{tilde} {string_text(regex_pattern(parts))}")
    return Listing(f"{function}{tilde}(", (operand_doc(subject), Text(string_text(text))))
