"""Conditions on Sigma's fields as conditions on the fields of another taxonomy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from isorule.diagnostics import Effect
from isorule.ir.analyzers import Analyzer
from isorule.ir.axes import Case, Relation
from isorule.ir.matchers import Equals, FieldRef, Matcher, Present, options_of
from isorule.ir.predicates import (
    And,
    Call,
    Field,
    Literal,
    Nested,
    Not,
    Operand,
    Predicate,
    Test,
    conjunction,
)
from isorule.ir.walk import Polarity
from isorule.mappings.composites import (
    account_outward,
    hashes_outward,
    path_outward,
    zero_hashes,
)
from isorule.mappings.parts import Remark, Translated, any_of, one, text_of
from isorule.mappings.spelling import (
    address_outward,
    as_text,
    prefixed_outward,
    registry_outward,
    spelled_outward,
)
from isorule.mappings.taxonomy import (
    Account,
    Address,
    Argument,
    AsText,
    FieldRow,
    FullText,
    Hashes,
    Prefixed,
    RegistryData,
    Same,
    Spelled,
)
from isorule.mappings.walking import Translator, unconfirmed_field, unknown_field
from isorule.mappings.words import words_outward


class Outward(Translator):
    """From Sigma's names."""

    def key(self, path: str) -> str:
        """The field that is given the whole value, in whatever spelling."""
        row = self.layout.rows.get(path)
        held = row.paths[0] if row is not None and row.paths else ""
        return held if held and "*" not in held else self.named(path).path

    def name(self, path: str) -> str | None:
        row = self.layout.rows.get(path)
        if row is None:
            return self._prefixed(path)
        whole = isinstance(row.rewrite, Same | FullText) and len(row.paths) == 1 and row.nested is None
        return row.paths[0] if whole and "*" not in row.paths[0] else None

    def leaf(self, test: Test, path: str, to: str) -> Predicate:
        row = self.layout.rows.get(path)
        found = Translator.leaf(self, test, path, to)
        return found if row is None or row.nested is None else Nested(row.nested, found, test.span)

    def empty(self, test: Test, path: str, found: Translated, polarity: Polarity) -> tuple[Predicate, ...]:
        row = self.layout.rows.get(path)
        hashes = row.rewrite if row is not None and isinstance(row.rewrite, Hashes) else None
        options = options_of(test.matcher)
        if hashes is not None:
            absent = [name for option in options for name in zero_hashes(hashes, option)]
        elif any(text_of(option) in self.layout.empty for option in options):
            absent = [to for alternative in found.alternatives for to, _ in alternative]
        else:
            absent = []
        if not absent:
            return ()
        if polarity is Polarity.NEGATIVE:
            message = f"an empty {path} is no field on the other side, which this exception does not except"
            self.declare(Remark("empty-as-absent", Effect.NARROWS, message), polarity, test.span)
            return ()
        message = f"an empty {path} is no field on the other side, where none is found as well"
        self.declare(Remark("empty-as-absent", Effect.WIDENS, message), polarity, test.span)
        terms = tuple(Not(Test(Field(to), Present()), test.span) for to in dict.fromkeys(absent))
        return (conjunction(terms, test.span),)

    def account_reference(self, test: Test, path: str, polarity: Polarity) -> Predicate | None:
        match test.matcher:
            case FieldRef(other, Relation.EQUALS, Case.INSENSITIVE) if any(map(self._is_account, (path, other))):
                pass
            case _:
                return None
        sides = self._whole(path, test), self._whole(other, test)
        self.declare(Remark("fields-compared-both-ways", Effect.WIDENS, _BOTH_WAYS), polarity, test.span)
        calls = (Call("startsWith", pair, Case.INSENSITIVE) for pair in (sides, sides[::-1]))
        return And(tuple(Test(call, Equals(True), span=test.span) for call in calls), test.span)

    def _is_account(self, path: str) -> bool:
        row = self.layout.rows.get(path)
        return row is not None and isinstance(row.rewrite, Account)

    def _whole(self, path: str, test: Test) -> Operand:
        """The whole value of a field, put together where it is kept in parts."""
        row = self.layout.rows.get(path)
        if row is None or not isinstance(row.rewrite, Account):
            return self.named(path, test.span)
        return Call("concat", (Field(row.rewrite.domain), Literal("\\"), Field(row.rewrite.name)))

    def _prefixed(self, path: str) -> str:
        for start, to in self.layout.prefixes:
            if path.startswith(start):
                return to + path[len(start) :]
        return path if self.layout.unmapped is None else self.layout.unmapped + path

    def value(self, path: str, polarity: Polarity, test: Test) -> Callable[[Matcher], Translated]:
        negative = polarity is Polarity.NEGATIVE
        row = self.layout.rows.get(path)
        if row is None:
            if self.layout.place(path) is not None:
                return lambda matcher: one(path, matcher)
            name = self._prefixed(path)
            if name == path and self.layout.known:
                self.declare(unknown_field(path), polarity, test.span)
            return lambda matcher: one(name, matcher)
        known = row
        if row.unconfirmed is not None:
            self.declare(unconfirmed_field(path, row.paths[0], row.unconfirmed), polarity, test.span)
        separator, analyzer = self.layout.separator, self.analyzer(row)
        return lambda matcher: _outward_value(known, matcher, separator, analyzer, negative=negative)


def _outward_value(
    row: FieldRow, matcher: Matcher, separator: str, analyzer: Analyzer, *, negative: bool
) -> Translated:
    match row.rewrite:
        case Same():
            return path_outward(row, matcher, separator)
        case AsText():
            return as_text(row, matcher)
        case Spelled():
            return spelled_outward(row, row.rewrite, matcher)
        case Prefixed():
            return prefixed_outward(row, row.rewrite, matcher)
        case Hashes():
            return hashes_outward(row, row.rewrite, matcher)
        case Account():
            return account_outward(row, row.rewrite, matcher)
        case RegistryData():
            return registry_outward(row, row.rewrite, matcher, negative=negative)
        case FullText():
            return words_outward(row, matcher, analyzer)
        case Address(network):
            return address_outward(row, network, matcher)
        case Argument():
            message = f"which of the words {row.sigma} is, is not asked"
            return any_of(row.paths, matcher, Remark("any-place", Effect.WIDENS, message))
        case _:
            assert_never(row.rewrite)


_BOTH_WAYS: Final = "two fields are compared by asking whether each begins with the other"
