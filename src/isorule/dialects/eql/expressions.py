"""Conditions and values: an operator-precedence parser over the tokens of a query.

Binding, from weak to strong: `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* / %`, sign; `:`, `in`,
`like` and `regex` belong to the operand directly before them (`EqlBase.g4`).
"""

from __future__ import annotations

from difflib import get_close_matches

from isorule.diagnostics import ParseError
from isorule.dialects.eql.build import (
    Node,
    called,
    compared,
    condition,
    has_field,
    is_operand,
    is_optional,
    member,
    operand,
)
from isorule.dialects.eql.errors import problem
from isorule.dialects.eql.lex import KEYWORDS, T, Tokens, keyword_as_field, path_of
from isorule.dialects.eql.literals import decimal, string_value, whole_number, wildcard_matcher
from isorule.dialects.eql.signatures import ELSEWHERE, SIGNATURES, Signature, kind_of
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.functions import Kind
from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Regex, Scalar
from isorule.ir.predicates import Call, Const, Field, Literal, Not, Operand, Predicate, Test, conjunction, disjunction
from isorule.source import Span

MAX_DEPTH = 100
"""How deep parentheses, `not`, signs and calls may nest."""

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN = range(1, 8)
_BINDING: dict[int, int] = {
    T.OR: _OR,
    T.AND: _AND,
    T.EQ: _COMPARISON,
    T.NEQ: _COMPARISON,
    T.LT: _COMPARISON,
    T.LTE: _COMPARISON,
    T.GT: _COMPARISON,
    T.GTE: _COMPARISON,
    T.PLUS: _SUM,
    T.MINUS: _SUM,
    T.STAR: _PRODUCT,
    T.SLASH: _PRODUCT,
    T.PERCENT: _PRODUCT,
}
_ARITHMETIC = {T.PLUS: "add", T.MINUS: "subtract", T.STAR: "multiply", T.SLASH: "divide", T.PERCENT: "modulo"}
_PATTERNS: dict[int, Case] = {
    T.COLON: Case.INSENSITIVE,
    T.LIKE: Case.SENSITIVE,
    T.LIKE_FOLDING: Case.INSENSITIVE,
    T.REGEX: Case.SENSITIVE,
    T.REGEX_FOLDING: Case.INSENSITIVE,
}
_REGEXES = frozenset((T.REGEX, T.REGEX_FOLDING))
_MEMBERSHIP: dict[int, Case] = {T.IN: Case.SENSITIVE, T.IN_FOLDING: Case.INSENSITIVE}
_PREDICATES = frozenset((*_PATTERNS, *_MEMBERSHIP, T.NOT))


class ExpressionParser:
    """Reads expressions from tokens; `i` is the index of the next token."""

    __slots__ = ("depth", "ends", "fields", "i", "kinds", "starts", "texts")

    def __init__(self, tokens: Tokens) -> None:
        self.kinds, self.texts, self.starts, self.ends = tokens
        self.i = 0
        self.depth = 0
        self.fields: dict[str, Field] = {}

    # --- places and errors ---

    def span_from(self, start: int) -> Span:
        """From an offset to the end of the last token read."""
        return Span(start, self.ends[self.i - 1])

    def token_span(self) -> Span:
        """The span of the next token."""
        return Span(self.starts[self.i], self.ends[self.i])

    def unexpected(self, expected: str, hint: str | None = None) -> ParseError:
        """The error for a next token that does not belong there."""
        kind, text, span = self.kinds[self.i], self.texts[self.i], self.token_span()
        if kind == T.ASSIGN:
            return problem("single-equals", "a single `=` compares nothing", *span, hint="write `==` or `:`")
        if kind == T.END:
            return problem("unexpected-token", f"the query ends where {expected} should stand", *span, hint=hint)
        if kind == T.WORD and text.lower() in KEYWORDS:
            hint = f"keywords are lower case: `{text.lower()}`"
        return problem("unexpected-token", f"expected {expected}, found `{text}`", *span, hint=hint)

    def expect(self, kind: T, what: str) -> None:
        """Read a token of this kind."""
        if self.kinds[self.i] != kind:
            raise self.unexpected(what)
        self.i += 1

    def deeper(self, start: int) -> None:
        """One more level of nesting begins at an offset."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise problem("nested-too-deep", f"the query nests deeper than {MAX_DEPTH} levels", start, start + 1)

    # --- expressions ---

    def predicate(self) -> Predicate:
        """A condition."""
        start = self.starts[self.i]
        return condition(self.expression(0), self.span_from(start))

    def expression(self, floor: int) -> Node:
        """An expression whose operators all bind more strongly than `floor`."""
        kinds = self.kinds
        start = self.starts[self.i]
        depth = self.depth
        left = self.negation() if kinds[self.i] == T.NOT and floor < _COMPARISON else self.primary()
        while True:
            kind = kinds[self.i]
            binding = _BINDING.get(kind, 0)
            if binding <= floor:
                self.depth = depth
                return left
            if binding <= _AND:
                left = self.chain(left, start, kind, binding)
            elif binding == _COMPARISON:
                left = self.comparison(left, start)
            else:
                self.deeper(start)  # each sign makes one more level of calls
                left = self.arithmetic(left, start, kind, binding)

    def chain(self, first: Node, start: int, kind: int, binding: int) -> Predicate:
        """`first and … and …`, or the same with `or`, as one node."""
        terms = [condition(first, self.span_from(start))]
        while self.kinds[self.i] == kind:
            self.i += 1
            at = self.starts[self.i]
            terms.append(condition(self.expression(binding), self.span_from(at)))
        join = conjunction if kind == T.AND else disjunction
        return join(tuple(terms), self.span_from(start))

    def negation(self) -> Predicate:
        """`not …`."""
        start = self.starts[self.i]
        self.i += 1
        self.deeper(start)
        at = self.starts[self.i]
        term = condition(self.expression(_NOT), self.span_from(at))
        self.depth -= 1
        return Not(term, self.span_from(start))

    def comparison(self, left: Node, start: int) -> Predicate:
        """`left == …` and its like, from the sign on."""
        left_span = self.span_from(start)
        operator = self.kinds[self.i]
        self.i += 1
        at = self.starts[self.i]
        right = self.expression(_COMPARISON)
        right_span = self.span_from(at)
        if _BINDING.get(self.kinds[self.i]) == _COMPARISON:
            raise problem(
                "chained-comparison",
                f"a comparison cannot be followed by `{self.texts[self.i]}`",
                *self.token_span(),
                hint="join two comparisons with `and`",
            )
        swapped = isinstance(left, Literal) and not isinstance(right, Literal)
        return compared(left, operator, right, left_span if swapped else right_span, Span(start, right_span.end))

    def arithmetic(self, left: Node, start: int, kind: int, binding: int) -> Call:
        """`left + …` and its like, from the sign on."""
        first = self.number(left, self.span_from(start))
        self.i += 1
        at = self.starts[self.i]
        right = self.expression(binding)
        return Call(_ARITHMETIC[T(kind)], (first, self.number(right, self.span_from(at))))

    def number(self, node: Node, span: Span) -> Operand:
        """An operand of an arithmetic sign; what is clearly no number is refused."""
        if not is_operand(node) or not _may_be(node, Kind.NUMBER):
            raise problem("not-a-number", "expected a number", *span)
        return node

    # --- operands ---

    def primary(self) -> Node:
        """An operand with its sign, and the `:`, `in`, `like` or `regex` after it."""
        i = self.i
        kind = self.kinds[i]
        start = self.starts[i]
        node: Node
        if kind == T.WORD or kind == T.FIELD:
            node = self.call() if self.kinds[i + 1] == T.LPAREN and kind == T.WORD else self.field()
        elif kind == T.STRING:
            self.i += 1
            node = Literal(string_value(self.texts[i], start))
        elif kind == T.LPAREN:
            node = self.parenthesized()
        elif kind in (T.MINUS, T.PLUS):
            return self.signed()
        elif kind == T.FOLDING:
            node = self.call()
        else:
            node = self.constant()
        return self.tested(node, start) if self.kinds[self.i] in _PREDICATES else node

    def signed(self) -> Operand:
        """`-…` or `+…`."""
        start = self.starts[self.i]
        negative = self.kinds[self.i] == T.MINUS
        self.i += 1
        self.deeper(start)
        at = self.starts[self.i]
        node = self.number(self.primary(), self.span_from(at))
        self.depth -= 1
        if not negative:
            return node
        if isinstance(node, Literal) and isinstance(node.value, int | float):
            return Literal(-node.value)
        return Call("negate", (node,))

    def parenthesized(self) -> Node:
        """`( … )`."""
        start = self.starts[self.i]
        self.i += 1
        self.deeper(start)
        node = self.expression(0)
        if self.kinds[self.i] == T.COMMA:
            raise self.unexpected("`)`", "a list stands after `in`, `:`, `like` or `regex` only")
        self.expect(T.RPAREN, "`)`")
        self.depth -= 1
        return node

    def field(self) -> Field:
        """A field path."""
        i = self.i
        text = self.texts[i]
        found = self.fields.get(text)
        if found is None:
            plain = self.kinds[i] == T.WORD
            path, optional = (text, False) if plain else path_of(text, self.starts[i])
            found = self.fields[text] = Field(path, optional)
        self.i = i + 1
        if self.kinds[i + 1] == T.LBRACKET and self.kinds[i + 2] == T.INTEGER:
            raise problem(
                "array-index",
                "Elasticsearch EQL has no array indexes",
                self.starts[i + 1],
                self.ends[i + 3] if self.kinds[i + 3] == T.RBRACKET else self.ends[i + 2],
                "a comparison looks at every value of a field",
            )
        if self.kinds[i + 1] == T.OF and self.kinds[i + 2] == T.LBRACKET:
            raise problem(
                "process-relation",
                f"Elasticsearch EQL does not know `{text} of`",
                self.starts[i],
                self.ends[i + 1],
                "use a sequence",
            )
        return found

    def constant(self) -> Literal:
        """A constant other than a string."""
        i = self.i
        kind, text = self.kinds[i], self.texts[i]
        value: Scalar | None
        if kind == T.INTEGER:
            value = whole_number(text, self.starts[i])
        elif kind == T.DECIMAL:
            value = decimal(text, self.starts[i])
        elif kind in (T.TRUE, T.FALSE):
            value = kind == T.TRUE
        elif kind == T.NULL:
            value = None
        elif kind == T.NOT:
            raise self.unexpected("a value", "put the `not …` in parentheses")
        elif text in KEYWORDS:
            raise keyword_as_field(text, self.starts[i])
        else:
            raise self.unexpected("a field, a constant, a function or `(`")
        self.i = i + 1
        return Literal(value)

    # --- operators with a list ---

    def tested(self, node: Node, start: int) -> Node:
        """What `:`, `like`, `regex`, `in` or `not in` after an operand makes of it."""
        i = self.i
        kind = self.kinds[i]
        negated = kind == T.NOT
        if negated:
            kind = self.kinds[i + 1]
            if kind not in _MEMBERSHIP:
                return self.misplaced_not(node)
            self.i = i + 1
        case = _MEMBERSHIP.get(kind)
        if case is not None:
            self.i += 1
            test = self.in_list(node, start, case)
            return Not(test, test.span) if negated else test
        self.i = i + 1
        matcher = self.pattern_list(kind, _PATTERNS[kind])
        return Test(operand(node), matcher, span=self.span_from(start))

    def misplaced_not(self, node: Node) -> Node:
        """`not` after an operand, which only `in` may follow."""
        if self.kinds[self.i + 1] in _PATTERNS:
            raise problem(
                "unexpected-token",
                f"`not` cannot stand before `{self.texts[self.i + 1]}`",
                *self.token_span(),
                hint="put `not` before the field",
            )
        return node

    def pattern_list(self, operator: int, case: Case) -> Matcher:
        """What follows `:`, `like` or `regex`: a string, or strings in parentheses."""
        i = self.i
        if self.kinds[i] == T.STRING:
            self.i = i + 1
            return self.pattern(i, operator, case)
        if self.kinds[i] != T.LPAREN:
            raise self.not_a_string()
        start = self.starts[i]
        self.i = i + 1
        options: list[Matcher] = []
        kinds = self.kinds
        while True:
            i = self.i
            if kinds[i] != T.STRING:
                raise self.not_a_string(in_list=True, empty=not options)
            options.append(self.pattern(i, operator, case))
            self.i = i + 2
            if kinds[i + 1] != T.COMMA:
                break
        self.i = i + 1
        self.expect(T.RPAREN, "`,` or `)`")
        return options[0] if len(options) == 1 else OneOf(tuple(options), self.span_from(start))

    def pattern(self, i: int, operator: int, case: Case) -> Equals | Like | Regex:
        """The matcher for the string token `i`."""
        start = self.starts[i]
        text, span = string_value(self.texts[i], start), Span(start, self.ends[i])
        if operator in _REGEXES:
            return Regex(text, RegexFlavor.LUCENE, case, anchored=True, dotall=True, span=span)
        return wildcard_matcher(text, case, span)

    def not_a_string(self, *, in_list: bool = False, empty: bool = False) -> ParseError:
        """The error for what is no string after `:`, `like`, `regex` or `in~`."""
        kind = self.kinds[self.i]
        if empty and kind == T.RPAREN:
            return problem("empty-list", "a list holds at least one value", *self.token_span())
        if kind in (T.INTEGER, T.DECIMAL, T.MINUS, T.TRUE, T.FALSE, T.NULL):
            hint = "compare numbers, Booleans and null with `==`"
            return problem("not-a-string", "expected a string", *self.token_span(), hint=hint)
        if kind in (T.WORD, T.FIELD, T.FOLDING):
            hint = "these operators take constants only"
            return problem("not-a-string", "expected a string", *self.token_span(), hint=hint)
        return self.unexpected("a string" if in_list else "a string or `(`")

    def in_list(self, node: Node, start: int, case: Case) -> Predicate:
        """What follows `in` and `in~`: values in parentheses.

        Null in a list is legal and equals nothing: a list of nulls alone is null (`In.fold` of Elasticsearch), and a
        list with a null among others is computed, since a value that is not in it gives null, not false.
        """
        opening = self.starts[self.i]
        self.expect(T.LPAREN, "`(`")
        if self.kinds[self.i] == T.RPAREN:
            raise problem("empty-list", "a list holds at least one value", *self.token_span())
        subject = operand(node)
        options: list[Matcher] = []
        elements: list[Operand] = []
        while True:
            at = self.starts[self.i]
            element = self.element(subject, case)
            elements.append(element)
            if isinstance(element, Literal) and element.value is not None:
                options.append(Equals(element.value, case, self.span_from(at)))
            if self.kinds[self.i] != T.COMMA:
                break
            self.i += 1
        self.expect(T.RPAREN, "`,` or `)`")
        span = self.span_from(start)
        if all(isinstance(element, Literal) and element.value is None for element in elements):
            return Const(None, span)
        if len(options) < len(elements):
            return member(subject, tuple(elements), case, span)
        matcher = options[0] if len(options) == 1 else OneOf(tuple(options), self.span_from(opening))
        return Test(subject, matcher, span=span)

    def element(self, subject: Operand, case: Case) -> Operand:
        """One value of the list after `in`."""
        i = self.i
        start = self.starts[i]
        if self.kinds[i] == T.STRING and self.kinds[i + 1] in (T.COMMA, T.RPAREN):
            self.i = i + 1
            return Literal(string_value(self.texts[i], start))
        self.deeper(start)
        value = operand(self.expression(0))
        self.depth -= 1
        span = self.span_from(start)
        if isinstance(value, Literal):
            if value.value is None and case is Case.INSENSITIVE:
                raise problem("null-operand", "null equals nothing", *span, hint="ask with `== null`")
            if case is Case.INSENSITIVE and not isinstance(value.value, str):
                raise problem("not-a-string", "`in~` compares strings", *span, hint="use `in`")
        if has_field(value) and has_field(subject) and not (is_optional(value) or is_optional(subject)):
            raise problem("field-comparison", "Elasticsearch compares with constants only, not with a field", *span)
        return value

    # --- functions ---

    def call(self) -> Node:
        """`name( … )`."""
        i = self.i
        start = self.starts[i]
        name = self.texts[i]
        folding = name.endswith("~")
        signature = self.signature(i, name.removesuffix("~"), folding=folding)
        self.i = i + 1
        self.expect(T.LPAREN, "`(`")
        self.deeper(start)
        arguments: list[Operand] = []
        spans: list[Span] = []
        while self.kinds[self.i] != T.RPAREN or arguments:
            at = self.starts[self.i]
            arguments.append(operand(self.expression(0)))
            spans.append(self.span_from(at))
            if self.kinds[self.i] != T.COMMA:
                break
            self.i += 1
        self.expect(T.RPAREN, "`,` or `)`")
        self.depth -= 1
        span = self.span_from(start)
        self.check_arguments(signature, arguments, spans, span)
        case = Case.INSENSITIVE if folding else Case.SENSITIVE
        return called(signature.name, tuple(arguments), case, tuple(spans), span)

    def signature(self, i: int, name: str, *, folding: bool) -> Signature:
        """The function of a name, which is the token `i`."""
        signature = SIGNATURES.get(name.lower())
        span = (self.starts[i], self.ends[i])
        if signature is None:
            near = get_close_matches(name.lower(), SIGNATURES, n=1)
            hint = ELSEWHERE.get(name.lower()) or (f"did you mean `{SIGNATURES[near[0]].name}`?" if near else None)
            raise problem("unknown-function", f"Elasticsearch EQL has no function `{name}`", *span, hint=hint)
        if folding and not signature.folds:
            message = f"`{signature.name}` has no form that ignores letter case"
            raise problem("case-insensitive-function", message, *span, hint="leave the `~` out")
        return signature

    def check_arguments(self, signature: Signature, arguments: list[Operand], spans: list[Span], span: Span) -> None:
        """Number and kinds of arguments, as far as the query tells."""
        if not signature.accepts(len(arguments)):
            message = f"`{signature.name}` takes {signature.takes()} arguments, not {len(arguments)}"
            raise problem("wrong-arity", message, *span)
        last = len(signature.parameters) - 1
        for index, (argument, where) in enumerate(zip(arguments, spans, strict=True)):
            kind = signature.parameters[min(index, last)]
            if kind is not None and not _may_be(argument, kind):
                message = f"`{signature.name}` takes a {kind.value} here"
                raise problem("wrong-argument", message, *where)


def _may_be(node: Operand, kind: Kind) -> bool:
    """Whether a value may be of a kind: fields and null may be of any."""
    match node:
        case Literal(value):
            if value is None:
                return True
            if isinstance(value, bool):
                return kind is Kind.BOOLEAN
            return kind is (Kind.TEXT if isinstance(value, str) else Kind.NUMBER)
        case Call(function):
            return kind_of(function) is kind
        case _:
            return True
