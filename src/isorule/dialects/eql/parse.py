"""EQL text to a detection: event queries, sequences, samples and pipes.

The sentences are those that Elasticsearch takes (https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
and `EqlBase.g4`, `LogicalPlanBuilder` of its EQL plug-in); what only the older Endgame dialect has is refused by name.
"""

from __future__ import annotations

from difflib import get_close_matches

from isorule.diagnostics import ParseError
from isorule.dialects.eql.errors import problem
from isorule.dialects.eql.expressions import ExpressionParser
from isorule.dialects.eql.lex import T, tokenize
from isorule.dialects.eql.literals import string_value, whole_number
from isorule.ir.detections import Detection, Match, Pipe, PipeKind, Sample, Sequence, Stage
from isorule.ir.matchers import Equals
from isorule.ir.predicates import And, Const, EventCategory, Field, Predicate, Test
from isorule.source import Span

MAX_RUNS = 100
"""The most repetitions of a sequence clause that Elasticsearch takes."""

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
"""Units of `maxspan`, in milliseconds."""

_PIPES = {"head": PipeKind.HEAD, "tail": PipeKind.TAIL}
_OTHER_PIPES = frozenset(("count", "filter", "sort", "unique", "unique_count"))
_CATEGORY = EventCategory()


def parse(text: str) -> Detection:
    """The detection that an EQL query stands for.

    Spans count code points of `text`. Raises `ParseError` for what Elasticsearch would refuse without knowing the
    fields of the data.
    """
    parser = _Parser(tokenize(text))
    try:
        return parser.detection()
    except RecursionError:  # a caller deep in its own stack leaves less room than MAX_DEPTH needs
        raise problem("nested-too-deep", "the query nests too deeply", *parser.token_span()) from None


class _Parser(ExpressionParser):
    """Reads a whole query."""

    __slots__ = ()

    def detection(self) -> Detection:
        kind = self.kinds[0]
        detection: Detection
        if kind == T.SEQUENCE:
            detection = self.sequence()
        elif kind == T.SAMPLE:
            detection = self.sample()
        elif kind == T.JOIN:
            raise problem(
                "join-unsupported", "Elasticsearch EQL has no `join`", *self.token_span(), hint="use `sample`"
            )
        else:
            where = self.event_filter()
            detection = Match(where, self.pipes())
        if self.kinds[self.i] != T.END:
            raise self.unexpected("`and`, `or`, `|` or the end of the query")
        return detection

    # --- events ---

    def event_filter(self) -> Predicate:
        """`category where condition`."""
        i = self.i
        kind, start = self.kinds[i], self.starts[i]
        category: str | None = None
        if kind == T.STRING:
            category = string_value(self.texts[i], start)
        elif kind == T.WORD and "." not in self.texts[i]:
            category = self.texts[i]
        elif kind != T.ANY:
            raise self.bad_category()
        self.i = i + 1
        if self.kinds[i + 1] != T.WHERE:
            message = "expected `where` after the event category"
            raise problem("missing-where", message, *self.token_span(), hint="`process where …` or `any where …`")
        self.i = i + 2
        condition = self.predicate()
        if category is None:
            return condition
        span = Span(start, self.ends[i])
        test = Test(_CATEGORY, Equals(category, span=span), span=span)
        if isinstance(condition, Const) and condition.value is True:
            return test
        return And((test, condition), self.span_from(start))

    def bad_category(self) -> ParseError:
        """The error for what is no event category."""
        i = self.i
        if self.kinds[i] == T.FIELD and self.texts[i][0] == "`":
            hint = "put the category in double quotes"
        elif self.kinds[i] in (T.WORD, T.FIELD):
            hint = "a query begins with `process where …` or `any where …`"
        elif self.kinds[i] == T.END:
            return problem("bad-category", "the query is empty", *self.token_span())
        else:
            hint = "a category that is a reserved word stands in double quotes"
        return problem("bad-category", f"`{self.texts[i]}` is no event category", *self.token_span(), hint=hint)

    # --- pipes ---

    def pipes(self) -> tuple[Pipe, ...]:
        """`| head 5 | tail 2`, as far as there are any."""
        pipes: list[Pipe] = []
        while self.kinds[self.i] == T.PIPE:
            self.i += 1
            pipes.append(self.pipe())
        return tuple(pipes)

    def pipe(self) -> Pipe:
        """One pipe, from its name on."""
        name, span = self.texts[self.i], self.token_span()
        kind = _PIPES.get(name)
        if kind is None:
            if name in _OTHER_PIPES:
                raise problem("unsupported-pipe", f"Elasticsearch EQL does not support the pipe `{name}`", *span)
            near = get_close_matches(name, _PIPES, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "the pipes are `head` and `tail`"
            raise problem("unknown-pipe", f"`{name}` is no pipe" if name else "a pipe has no name", *span, hint=hint)
        self.i += 1
        if self.kinds[self.i] != T.INTEGER:
            raise problem("pipe-argument", f"`{name}` takes a whole number", *self.token_span())
        count = whole_number(self.texts[self.i], self.starts[self.i])
        if count < 1:
            raise problem("pipe-argument", f"`{name}` takes a number above 0", *self.token_span())
        self.i += 1
        if self.kinds[self.i] == T.COMMA:
            raise problem("pipe-argument", f"`{name}` takes one number", *self.token_span())
        return Pipe(kind, count)

    # --- sequences ---

    def sequence(self) -> Sequence:
        """`sequence by … with maxspan=… [ … ] [ … ] until [ … ] | …`."""
        start = self.starts[self.i]
        self.i += 1
        by = self.join_keys()
        maxspan = self.maxspan() if self.kinds[self.i] == T.WITH else None
        if not by and self.kinds[self.i] == T.BY:
            raise problem("bad-join-key", "`by` stands before `with`", *self.token_span())
        stages = [self.stage(runs_allowed=True, missing_allowed=True)]
        while self.kinds[self.i] in (T.LBRACKET, T.MISSING):
            stages.append(self.stage(runs_allowed=True, missing_allowed=True))
        head = Span(start, start + len("sequence"))
        self.check_stages(stages, maxspan, head)
        until = None
        checked = [*stages]
        if self.kinds[self.i] == T.UNTIL:
            self.i += 1
            until = self.stage(runs_allowed=False, missing_allowed=False)
            checked.append(until)
        self.check_key_counts(checked)
        return Sequence(tuple(stages), by, maxspan, until, self.pipes())

    def check_stages(self, stages: list[Stage], maxspan: int | None, head: Span) -> None:
        """A sequence has two events, one of them not missing, and a span of time if one is missing."""
        if sum(stage.runs for stage in stages) < 2:
            raise problem("too-few-stages", "a sequence has at least two clauses", *head)
        if all(stage.missing for stage in stages):
            raise problem("missing-event", "at least one clause must not be `![…]`", *(stages[0].span or head))
        if maxspan is None:
            for stage in stages:
                if stage.missing:
                    message = "a sequence with `![…]` needs a `maxspan`"
                    raise problem("missing-event", message, *(stage.span or head), hint="`sequence with maxspan=5m`")

    def check_key_counts(self, stages: list[Stage]) -> None:
        """All clauses have the same number of join keys."""
        count = len(stages[0].by)
        for stage in stages[1:]:
            if len(stage.by) != count:
                message = f"expected {count} join keys as in the first clause, found {len(stage.by)}"
                raise problem("join-key-count", message, *(stage.span or Span(0, 0)))

    def maxspan(self) -> int:
        """`with maxspan=…`, in milliseconds."""
        self.i += 1
        self.expect(T.MAXSPAN, "`maxspan`")
        self.expect(T.ASSIGN, "`=`")
        i = self.i
        if self.kinds[i] != T.INTEGER:
            message = "`maxspan` takes a whole number and a unit"
            raise problem("bad-maxspan", message, *self.token_span(), hint="such as `30s` or `5m`")
        number = whole_number(self.texts[i], self.starts[i])
        if number < 1:
            raise problem("bad-maxspan", "`maxspan` is more than 0", *self.token_span())
        unit = UNITS.get(self.texts[i + 1]) if self.kinds[i + 1] == T.WORD else None
        if unit is None:
            word = self.kinds[i + 1] == T.WORD
            message = f"`{self.texts[i + 1]}` is no unit of time" if word else f"`maxspan={number}` has no unit"
            end = self.ends[i + 1] if word else self.ends[i]
            raise problem("bad-maxspan", message, self.starts[i], end, "one of ms, s, m, h, d")
        self.i = i + 2
        return number * unit

    def stage(self, *, runs_allowed: bool, missing_allowed: bool) -> Stage:
        """`[ … ] by … with runs=…`, or `![ … ]`."""
        start = self.starts[self.i]
        missing = self.kinds[self.i] == T.MISSING
        if missing and not missing_allowed:
            raise problem("missing-event", "`![…]` cannot stand here", *self.token_span())
        if not missing and self.kinds[self.i] != T.LBRACKET:
            raise self.unexpected("`[`")
        self.i += 1
        where = self.event_filter()
        self.expect(T.RBRACKET, "`and`, `or` or `]`")
        self.refuse_fork()
        by = self.join_keys()
        runs = 1
        if self.kinds[self.i] == T.WITH:
            if not runs_allowed:
                raise problem("bad-runs", "`with` cannot stand here", *self.token_span())
            runs = self.runs()
        self.refuse_fork()
        return Stage(where, by, runs, missing, self.span_from(start))

    def refuse_fork(self) -> None:
        """`fork`, which only the Endgame dialect has."""
        if self.kinds[self.i] == T.WORD and self.texts[self.i] == "fork":
            raise problem("fork-unsupported", "Elasticsearch EQL has no `fork`", *self.token_span())

    def runs(self) -> int:
        """`with runs=…`."""
        self.i += 1
        if self.texts[self.i] != "runs":
            raise self.unexpected("`runs`")
        self.i += 1
        self.expect(T.ASSIGN, "`=`")
        i = self.i
        count = whole_number(self.texts[i], self.starts[i]) if self.kinds[i] == T.INTEGER else 0
        if not 1 <= count <= MAX_RUNS:
            raise problem("bad-runs", f"`runs` takes a whole number from 1 to {MAX_RUNS}", *self.token_span())
        self.i = i + 1
        return count

    def join_keys(self) -> tuple[Field, ...]:
        """`by a, b`; nothing where there is no `by`."""
        if self.kinds[self.i] != T.BY:
            return ()
        keys: list[Field] = []
        separator: int = T.BY
        while self.kinds[self.i] == separator:
            self.i += 1
            keys.append(self.join_key())
            separator = T.COMMA
        return tuple(keys)

    def join_key(self) -> Field:
        """A field; any other expression is refused."""
        start = self.starts[self.i]
        key = self.expression(0)
        if not isinstance(key, Field):
            raise problem("bad-join-key", "a join key is a field", *self.span_from(start))
        return key

    # --- samples ---

    def sample(self) -> Sample:
        """`sample by … [ … ] [ … ]`."""
        start = self.starts[self.i]
        self.i += 1
        by = self.join_keys()
        if self.kinds[self.i] == T.WITH:
            raise problem("sample-restriction", "a sample has no `maxspan`", *self.token_span())
        stages: list[Stage] = []
        while self.kinds[self.i] in (T.LBRACKET, T.MISSING) or not stages:
            stages.append(self.stage(runs_allowed=False, missing_allowed=False))
        if self.kinds[self.i] == T.UNTIL:
            raise problem("sample-restriction", "a sample has no `until`", *self.token_span())
        head = Span(start, start + len("sample"))
        if len(stages) < 2:
            raise problem("too-few-stages", "a sample has at least two clauses", *head)
        self.check_key_counts(stages)
        if not by and not stages[0].by:
            raise problem("sample-restriction", "a sample needs a join key", *head, hint="`sample by host.id …`")
        return Sample(tuple(stages), by, self.pipes())
