"""Values as EQL text: fields, constants, function calls, arithmetic, and conditions in a value position."""

from __future__ import annotations

from typing import assert_never

from isorule.diagnostics import UnsupportedError
from isorule.dialects.eql.build import has_field, is_optional
from isorule.dialects.eql.layout import Doc, Listing, Text, flat
from isorule.dialects.eql.literals import field_text, has_wildcard, scalar_text
from isorule.dialects.eql.signatures import COMPARISONS, INFIX, SIGNATURES
from isorule.ir.axes import Case
from isorule.ir.losses import refusal
from isorule.ir.predicates import Call, EventCategory, Field, Literal, Operand

LOOSE, COMPARED, SUM, PRODUCT, SIGN, TIGHT = 0, 4, 5, 6, 7, 8
"""How strongly the place of a value binds; TIGHT is before `:`, `in`, `like` and `regex`."""

_TESTS = frozenset(("and", "or", "not", "isNull", "isNotNull", "like", "regex", "in", *COMPARISONS))


def operand_text(operand: Operand, floor: int = LOOSE) -> str:
    """A value on one line, in parentheses where its place binds more strongly than it does."""
    return flat(operand_doc(operand, floor))


def operand_doc(operand: Operand, floor: int = LOOSE) -> Doc:
    """A value.

    Raises `UnsupportedError` for a function that EQL has not, for two fields compared, and for the event category.
    """
    match operand:
        case Field(path, optional):
            return Text(field_text(path, optional=optional))
        case Literal(value):
            text = scalar_text(value)
            return Text(f"({text})" if text[0] == "-" and floor >= SIGN else text)
        case EventCategory():
            raise category_elsewhere()
        case Call():
            return _call(operand, floor)
        case _:
            assert_never(operand)


def category_elsewhere() -> UnsupportedError:
    """The error for the event category in a place other than before `where`."""
    return refusal(
        "category-role",
        "EQL asks for the event category before `where` only",
        hint="name the category's field, such as event.category",
    )


def _call(call: Call, floor: int) -> Doc:
    infix = INFIX.get(call.function)
    if infix is not None:
        sign, binding = infix
        left, right = call.arguments
        text = f"{operand_text(left, binding)} {sign} {operand_text(right, binding + 1)}"
        return Text(f"({text})" if floor > binding else text)
    if call.function == "negate":
        text = operand_text(call.arguments[0], SIGN)
        return Text(f"(-{text})" if floor > SIGN else f"-{text}")
    if call.function in _TESTS:
        return Text(f"({flat(test_doc(call))})") if floor > LOOSE else test_doc(call)
    signature = SIGNATURES.get(call.function.lower())
    if signature is None or signature.name != call.function:
        raise refusal("function", f"EQL has no function `{call.function}`")
    if not signature.accepts(len(call.arguments)):
        message = f"`{call.function}` takes {signature.takes()} arguments in EQL, not {len(call.arguments)}"
        raise refusal("function-arity", message)
    tilde = "~" if folds(call) and signature.folds else ""
    return Listing(f"{call.function}{tilde}(", tuple(map(operand_doc, call.arguments)))


def folds(call: Call) -> bool:
    """Whether a call ignores letter case."""
    if call.case is Case.MAPPED:
        raise refusal("case-mapped", "EQL states whether letter case counts", hint="resolve it with a field schema")
    return call.case is Case.INSENSITIVE


def test_doc(call: Call) -> Doc:
    """A comparison or logic in a value position, without parentheses around it."""
    first, *rest = call.arguments
    match call.function:
        case "and" | "or" as operator:
            return Text(f" {operator} ".join(operand_text(argument, COMPARED) for argument in call.arguments))
        case "not":
            return Text(f"not {operand_text(first, COMPARED)}")
        case "isNull":
            return Text(f"{operand_text(first, SUM)} == null")
        case "isNotNull":
            return Text(f"{operand_text(first, SUM)} != null")
        case "eq" if folds(call):
            return _folded_equality(first, rest[0])
        case "like" | "regex" as operator:
            return _patterns(operator, first, rest, folding=folds(call))
        case "in":
            head = f"{operand_text(first, TIGHT)} {'in~' if folds(call) else 'in'} ("
            return Listing(head, tuple(map(operand_doc, rest)))
        case comparison:
            check_comparable(first, rest[0])
            text = f"{operand_text(first, SUM)} {COMPARISONS[comparison]} {operand_text(rest[0], SUM)}"
            return Text(text)


def check_comparable(left: Operand, right: Operand) -> None:
    """Refuse fields on both sides of a comparison, unless those of one side are optional, as Elasticsearch does."""
    if has_field(left) and has_field(right) and not (is_optional(left) or is_optional(right)):
        raise refusal("field-comparison", "Elasticsearch EQL compares with constants only, not with another field")


def _folded_equality(left: Operand, right: Operand) -> Doc:
    """`x : "text"`, or `in~` where the text has a wildcard sign of its own."""
    subject = operand_text(left, TIGHT)
    if isinstance(right, Literal) and isinstance(right.value, str) and not has_wildcard(right.value):
        return Text(f"{subject} : {scalar_text(right.value)}")
    check_comparable(left, right)
    return Text(f"{subject} in~ ({operand_text(right)})")


def _patterns(operator: str, subject: Operand, patterns: list[Operand], *, folding: bool) -> Doc:
    """`x like ("a*", "b*")`."""
    texts = [pattern.value for pattern in patterns if isinstance(pattern, Literal) and isinstance(pattern.value, str)]
    if len(texts) < len(patterns):
        raise refusal("pattern-not-constant", f"EQL takes constants after `{operator}` only")
    sign = {"like": ":", "regex": "regex~"}[operator] if folding else operator
    head = f"{operand_text(subject, TIGHT)} {sign}"
    if len(texts) == 1:
        return Text(f"{head} {scalar_text(texts[0])}")
    return Listing(f"{head} (", tuple(Text(scalar_text(text)) for text in texts))
