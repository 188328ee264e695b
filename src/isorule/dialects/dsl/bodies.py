"""The bodies of query clauses: one field and its options, or options alone, with what is wrong about them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from isorule.dialects.dsl.errors import syntax_error
from isorule.dialects.dsl.json_text import Listing, Member, Node, Table, Value
from isorule.ir.losses import refusal
from isorule.ir.matchers import Scalar

RANKING = frozenset({"boost", "_name"})
"""Options that every clause has and that do not change what matches."""


def table(node: Node, what: str) -> Table:
    """The node, if it is an object. Raises `ParseError` for any other."""
    if not isinstance(node, Table):
        raise syntax_error("wrong-type", f"{what} is an object", node.span)
    return node


def one_field(name: str, body: Node) -> Member:
    """The one field that a clause asks of."""
    fields = [member for member in table(body, name).members if member.name not in RANKING]
    if len(fields) != 1:
        raise syntax_error("missing-key", f"{name} names one field, not {len(fields)}", body.span)
    return fields[0]


def check_options(name: str, body: Table, known: Collection[str]) -> None:
    """Raise `UnsupportedError` for an option that may change what matches and is not known here."""
    for member in body.members:
        if member.name not in known and member.name not in RANKING:
            refuse_option(name, member)


def refuse_option(name: str, member: Member) -> NoReturn:
    """Raise the `UnsupportedError` for an option that isorule does not read, or not with this value."""
    message = f"isorule does not read the option {member.name!r} of {name}"
    if isinstance(member.value, Value):
        message += f" with the value {member.value.value!r}"
    raise refusal("query-option", message, span=member.span)


def required(name: str, body: Table, *keys: str) -> Node:
    """The value of the first of these keys that is there."""
    for key in keys:
        if (found := body.get(key)) is not None:
            return found
    raise syntax_error("missing-key", f"{name} needs the key {keys[0]!r}", body.span)


def text(node: Node, what: str) -> str:
    """The text that a node is."""
    if not isinstance(node, Value) or not isinstance(node.value, str):
        raise syntax_error("wrong-type", f"{what} is a text", node.span)
    return node.value


def scalar(node: Node, what: str) -> Scalar:
    """The text, number or Boolean that a node is."""
    if not isinstance(node, Value) or node.value is None:
        raise syntax_error("wrong-type", f"{what} is a text, a number or a Boolean", node.span)
    return node.value


def flag(body: Table, key: str) -> bool:
    """Whether a Boolean option is set; a text `true` counts as Elasticsearch has it."""
    node = body.get(key)
    if node is None:
        return False
    if isinstance(node, Value) and (isinstance(node.value, bool) or node.value in ("true", "false")):
        return node.value in (True, "true")
    raise syntax_error("wrong-type", f"{key} is true or false", node.span)


def texts(node: Node, what: str) -> list[str]:
    """The texts of an array, or the one text that stands for such an array."""
    return [text(item, what) for item in (node.items if isinstance(node, Listing) else (node,))]
