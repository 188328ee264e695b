"""The functions of `isorule.ir.functions` on single values, null (None) included.

Meaning and null rules are those of EQL
(https://www.elastic.co/guide/en/elasticsearch/reference/current/eql-function-ref.html) as its tests have them. A value
of a type that a function does not take, which Elasticsearch refuses when it sees the mapping, gives null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isorule.evaluation import arithmetic, comparison, strings
from isorule.evaluation.addresses import Address, address, network, required_network
from isorule.evaluation.dates import moment_of
from isorule.evaluation.values import Value, folded_text, instant, text_of
from isorule.evaluation.wildcards import TextCheck, pattern, text_parts
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.matchers import Regex
from isorule.ir.predicates import Call, Literal
from isorule.ir.regex import compile_regex

Arguments = tuple[Value | None, ...]
Body = Callable[[Arguments], Value | None]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A function of values that is null where one of its first `needed` arguments is."""

    needed: int
    compute: Callable[..., Value | None]


def function_body(call: Call) -> Body:
    """The function that a call names, ready to take argument values.

    Raises `UnsupportedError` for an unknown name, a pattern that is not a literal, or a malformed network block.
    """
    folded = call.case is Case.INSENSITIVE
    name = call.function
    if name in _PLAIN:
        return _null_safe(_PLAIN[name])
    if name in _TEXT:
        return _null_safe(_TEXT[name](folded))
    if name in _LOGIC:
        return _LOGIC[name]
    match name:
        case "startsWith" | "endsWith" | "stringContains":
            return _some_needle(strings.RELATIONS[name], folded)
        case "in":
            return _membership(folded)
        case "like":
            return _some_pattern(_literal_texts(call), lambda text: pattern(text_parts(text), folded).check, folded)
        case "regex":
            return _some_pattern(_literal_texts(call), lambda text: _expression(text, call.case), False)
        case "cidrMatch":
            return _cidr_match(call)
        case _:
            raise refusal("unknown-function", f"there is no function {name!r}")


def _null_safe(function: _Plain) -> Body:
    needed, compute = function.needed, function.compute

    def body(arguments: Arguments) -> Value | None:
        if None in arguments[:needed]:
            return None
        return compute(*arguments)

    return body


def _some_needle(holds: Callable[[str, str], bool], folded: bool) -> Body:
    text = folded_text if folded else text_of

    def body(arguments: Arguments) -> bool | None:
        first, *needles = arguments
        if first is None:
            return None
        whole = text(first)
        return _any([None if needle is None else holds(whole, text(needle)) for needle in needles])

    return body


def _membership(folded: bool) -> Body:
    def body(arguments: Arguments) -> bool | None:
        first, *options = arguments
        if first is None:
            return None
        return _any([None if option is None else comparison.same(first, option, folded) for option in options])

    return body


def _some_pattern(texts: list[str], check_of: Callable[[str], TextCheck], folded: bool) -> Body:
    checks = [check_of(text) for text in texts]
    text = folded_text if folded else text_of

    def body(arguments: Arguments) -> bool | None:
        first = arguments[0]
        if first is None:
            return None
        whole = text(first)
        return any(check(whole) for check in checks)

    return body


def _expression(text: str, case: Case) -> TextCheck:
    return compile_regex(Regex(text, RegexFlavor.LUCENE, case, anchored=True, dotall=True))


def _literal_texts(call: Call) -> list[str]:
    """The patterns of a call.

    Raises `UnsupportedError` where one is not a literal text: a pattern is read once, before any event.
    """
    patterns = call.arguments[1:]
    texts = [item.value for item in patterns if isinstance(item, Literal) and isinstance(item.value, str)]
    if len(texts) != len(patterns):
        raise refusal("computed-pattern", f"the patterns of {call.function} must be literal texts")
    return texts


def _cidr_match(call: Call) -> Body:
    for argument in call.arguments[1:]:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            required_network(argument.value, None)

    def body(arguments: Arguments) -> bool | None:
        first, *blocks = arguments
        if first is None:
            return None
        found = first if isinstance(first, Address) else address(text_of(first))
        return _any([None if block is None else _in_block(found, text_of(block)) for block in blocks])

    return body


def _in_block(found: Address | None, block: str) -> bool:
    span = network(block)
    return found is not None and span is not None and found.number in span


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _truth(value: Value | None) -> bool | None:
    """A value in a logical position; what is no Boolean is null."""
    return value if isinstance(value, bool) else None


def _not(arguments: Arguments) -> bool | None:
    found = _truth(arguments[0])
    return None if found is None else not found


_LOGIC: dict[str, Body] = {
    "and": lambda arguments: _all([_truth(value) for value in arguments]),
    "or": lambda arguments: _any([_truth(value) for value in arguments]),
    "not": _not,
    "isNull": lambda arguments: arguments[0] is None,
    "isNotNull": lambda arguments: arguments[0] is not None,
}


def _time_part(part: str) -> _Plain:
    """A part of a time in UTC; `week` is the week of ISO 8601."""

    def compute(value: Value) -> int | None:
        found = instant(value)
        if found is None:
            return None
        try:
            moment = moment_of(found.nanos)
        except OverflowError:
            return None
        return moment.isocalendar().week if part == "week" else getattr(moment, part)

    return _Plain(1, compute)


_PLAIN: dict[str, _Plain] = {
    "add": _Plain(2, arithmetic.add),
    "subtract": _Plain(2, arithmetic.subtract),
    "multiply": _Plain(2, arithmetic.multiply),
    "divide": _Plain(2, arithmetic.divide),
    "modulo": _Plain(2, arithmetic.modulo),
    "negate": _Plain(1, arithmetic.negate),
    "length": _Plain(1, strings.length),
    "number": _Plain(1, strings.number),
    "string": _Plain(1, strings.printed),
    "substring": _Plain(1, strings.substring),
    "concat": _Plain(1_000_000, strings.concat),
    "neq": _Plain(2, lambda left, right: not comparison.same(left, right, False)),
    "lt": _Plain(2, comparison.less),
    "lte": _Plain(2, comparison.less_or_same),
    "gt": _Plain(2, lambda left, right: comparison.less(right, left)),
    "gte": _Plain(2, lambda left, right: comparison.less_or_same(right, left)),
    **{part: _time_part(part) for part in ("minute", "hour", "day", "week", "month", "year")},
}

_TEXT: dict[str, Callable[[bool], _Plain]] = {
    "eq": lambda folded: _Plain(2, lambda left, right: comparison.same(left, right, folded)),
    "between": lambda folded: _Plain(3, lambda *arguments: strings.between(*arguments, folded=folded)),
    "indexOf": lambda folded: _Plain(2, lambda *arguments: strings.index_of(*arguments, folded=folded)),
}
