"""What Elasticsearch EQL sees of a field: whether it may be named at all, and of which family its values are.

The families are those between which it takes values for compatible (`DataTypes.areCompatible` of
https://github.com/elastic/elasticsearch/blob/8.19/x-pack/plugin/ql/src/main/java/org/elasticsearch/xpack/ql/type/DataTypes.java).
A multi-field is told from a field of its own by its parent: it stands below a field that is no object.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, unique
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import NamedTuple, assert_never

from isorule.ir.functions import FUNCTIONS, Kind
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import Call, EventCategory, Field, Literal, Operand
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldSchema, FieldType


@unique
class Family(Enum):
    """Types whose values Elasticsearch EQL compares with each other; the value is how a message names them."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "Boolean"
    DATE = "date"
    IP = "IP address"
    VERSION = "version"


_FAMILIES = {
    FieldType.KEYWORD: Family.STRING,
    FieldType.TEXT: Family.STRING,
    FieldType.INTEGER: Family.NUMBER,
    FieldType.DECIMAL: Family.NUMBER,
    FieldType.BOOLEAN: Family.BOOLEAN,
    FieldType.DATE: Family.DATE,
    FieldType.DATE_NANOS: Family.DATE,
    FieldType.IP: Family.IP,
    FieldType.VERSION: Family.VERSION,
}
_KINDS = {Kind.TEXT: Family.STRING, Kind.NUMBER: Family.NUMBER, Kind.BOOLEAN: Family.BOOLEAN}


class Trouble(NamedTuple):
    """Why a field or a value cannot stand where it does: the name of the diagnostic, the message and a hint."""

    name: str
    message: str
    hint: str | None = None


def family_of_value(value: Scalar | None) -> Family | None:
    """The family of a constant; None for null, which goes with all."""
    match value:
        case None:
            return None
        case bool():
            return Family.BOOLEAN
        case str():
            return Family.STRING
        case int() | float():
            return Family.NUMBER


@dataclass(frozen=True)
class FieldTypes:
    """The fields of one schema, `category_field` among them as the event category."""

    schema: FieldSchema
    category_field: str

    def exists(self, path: str) -> bool:
        """Whether the schema lists the field."""
        return path in self.schema

    def type_of(self, path: str) -> FieldType | None:
        """The type of a field, aliases followed; None where the schema does not list it."""
        return self.schema.type_of(path) if path in self.schema else None

    def path_of(self, subject: Field | EventCategory) -> str:
        """The path that a subject reads."""
        return self.category_field if isinstance(subject, EventCategory) else subject.path

    def family_of(self, operand: Operand) -> Family | None:
        """The family of an operand; None where the schema does not tell, and for null."""
        match operand:
            case Field() | EventCategory():
                found = self.type_of(self.path_of(operand))
                return None if found is None else _FAMILIES.get(found)
            case Literal(value):
                return family_of_value(value)
            case Call(function):
                return _KINDS[FUNCTIONS[function].kind]
            case _:
                assert_never(operand)

    def naming_trouble(self, path: str, *, optional: bool) -> Trouble | None:
        """Why the field cannot be named in a query at all.

        `AnalysisUtils.handleSpecialFields` and `VerifierTests.testMissingColumn`, `testNested`, `testObject` of the
        EQL plug-in. A field that an open schema does not list may exist.
        """
        nested = next((parent for parent in self._nested if path == parent or path.startswith(f"{parent}.")), None)
        if nested is not None:
            where = "is" if path == nested else f"stands below `{nested}`, which is"
            return Trouble("nested-field", f"`{path}` {where} of the type nested, which Elasticsearch EQL cannot read")
        if self.type_of(path) is FieldType.OBJECT or path in self._objects:
            return Trouble("object-field", f"`{path}` is an object", "name one of the fields below it")
        if path in self.schema or optional or not self.schema.closed:
            return None
        near = get_close_matches(path, self.schema.fields, n=2)
        named = " or ".join(f"`{name}`" for name in near)
        hint = f"did you mean {named}?" if near else f"`?{path}` stands for a field that may be missing"
        return Trouble("unknown-field", f"there is no field `{path}`", hint)

    def exact_path(self, path: str) -> str:
        """The field whose whole values stand for a full text field: its one keyword sub-field, else itself."""
        exact = self._keywords_below.get(self.schema.real_path(path), ())
        return exact[0] if len(exact) == 1 else path

    def exactness_trouble(self, path: str) -> Trouble | None:
        """Why the whole values of a field cannot be compared: full text that no one keyword sub-field keeps as it is.

        `TextEsField.findExact`; `VerifierTests.testMultiField`. A keyword with a normalizer is refused there, too, but
        no cluster does so: `IndexResolver.createField` takes every keyword for one without.
        """
        if self.type_of(path) is not FieldType.TEXT:
            return None
        exact = self._keywords_below.get(self.schema.real_path(path), ())
        if len(exact) == 1:
            return None
        if exact:
            names = ", ".join(f"`{name}`" for name in exact)
            message = f"`{path}` is full text with several keyword sub-fields"
            return Trouble("inexact-field", message, f"name one of them: {names}")
        message = f"`{path}` is full text without a keyword sub-field, and Elasticsearch EQL compares whole values"
        return Trouble("inexact-field", message, "map a sub-field of the type keyword or wildcard")

    def unreadable(self, path: str, value: Scalar, *, ordered: bool) -> Trouble | None:
        """Why a shard cannot read a constant as the type of its field, so that the search fails.

        The verifier takes such a query (`VerifierTests.testQueryOk`, `testBoolean`, `testIP`); the queries made of
        it fail: `NumberFieldMapper`, `BooleanFieldMapper`, `IpFieldMapper` and `VersionStringFieldMapper` refuse the
        value. Dates are read by the format of the mapping and are not judged here, apart from Booleans.
        """
        found = self.type_of(path)
        if found is None or _readable(value, found, ordered=ordered):
            return None
        shown = value if isinstance(value, str) else str(value).lower()
        kind = _FAMILIES[found].value
        message = f"`{path}` holds values of the type {kind}, as which {shown!r} cannot be read: the search fails"
        return Trouble("unreadable-value", message)

    @cached_property
    def _nested(self) -> frozenset[str]:
        return self.schema.nested_paths()

    @cached_property
    def _objects(self) -> frozenset[str]:
        """Paths that are no fields and have fields below them."""
        found: set[str] = set()
        for path in self.schema.fields:
            parent = path.rpartition(".")[0]
            while parent and parent not in found:
                if parent not in self.schema:
                    found.add(parent)
                parent = parent.rpartition(".")[0]
        return frozenset(found)

    @cached_property
    def _keywords_below(self) -> dict[str, tuple[str, ...]]:
        """The keyword sub-fields of every full text field."""
        found: dict[str, list[str]] = {}
        for path, info in self.schema.fields.items():
            parent = path.rpartition(".")[0]
            if info.type is FieldType.KEYWORD and self.type_of(parent) is FieldType.TEXT:
                found.setdefault(parent, []).append(path)
        return {parent: tuple(below) for parent, below in found.items()}


def _readable(value: Scalar, kind: FieldType, *, ordered: bool) -> bool:
    match _FAMILIES.get(kind):
        case Family.NUMBER:
            return not isinstance(value, bool) and (not isinstance(value, str) or as_number(value) is not None)
        case Family.BOOLEAN:
            return isinstance(value, bool) or value in ("true", "false")
        case Family.IP:
            return isinstance(value, str) and (_is_address(value) or (not ordered and _is_network(value)))
        case Family.VERSION:
            return isinstance(value, str)
        case Family.DATE:
            return not isinstance(value, bool)
        case Family.STRING | None:
            return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text
