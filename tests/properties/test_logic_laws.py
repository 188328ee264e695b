"""The three-valued logic of the evaluator: which laws hold, stated on true, false and null, not only on what matches.

Kleene's strong logic keeps double negation, De Morgan, commutativity, associativity, distribution, idempotence and
absorption; it does not keep the excluded middle (https://en.wikipedia.org/wiki/Three-valued_logic#Kleene_and_Priest_logics).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from isorule.diagnostics import UnsupportedError
from isorule.dialects.eql.exact import with_exact_fields
from isorule.dialects.registry import dialect
from isorule.evaluation import compile_predicate
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation, TokenMode
from isorule.ir.capabilities import Capabilities
from isorule.ir.core import Atom, Core, Every, Inside, Language, Single, Some, Truth, core
from isorule.ir.detections import Match
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
    like,
)
from isorule.ir.predicates import And, AnyField, Call, Const, Field, Literal, Nested, Not, Or, Predicate, Test
from isorule.ir.regex import write_regex
from isorule.ir.resolve import resolve
from isorule.ir.schema import FieldSchema, schema_from
from isorule.ir.walk import leaves
from isorule.lowering.absent import lower_absent
from isorule.lowering.category import lower_category
from isorule.lowering.networks import lower_networks
from isorule.lowering.passes import PASSES
from isorule.lowering.shape import lower_shape
from isorule.lowering.target import Target

Test.__test__ = False  # a node of the representation, not a class of tests

Event = dict[str, object]

CATEGORY = "event.category"
OPEN = FieldSchema()
TEXTS = st.text(alphabet="abA*4", max_size=3)
SCALARS = st.one_of(
    TEXTS, st.integers(-1, 5), st.booleans(), st.sampled_from([4.0, "4.0", "true", "10.0.0.1", "::1", "2024-05-01"])
)
VALUES = st.one_of(SCALARS, st.none(), st.lists(st.one_of(SCALARS, st.none()), max_size=3))
OBJECTS = st.dictionaries(st.sampled_from(["x", "y"]), VALUES)
EVENTS: st.SearchStrategy[Event] = st.fixed_dictionaries(
    {},
    optional={
        "a": VALUES,
        "b": st.one_of(VALUES, st.fixed_dictionaries({"c": VALUES}), st.lists(st.fixed_dictionaries({"c": VALUES}))),
        "b.c": VALUES,
        "ip": st.lists(st.sampled_from(["10.0.0.1", "192.168.0.1", "::1", "no address"]), max_size=2),
        "o": st.one_of(OBJECTS, st.lists(OBJECTS, max_size=3)),
        CATEGORY: st.sampled_from(["process", "file", ["process", "start"]]),
    },
)
CASES = st.sampled_from([Case.SENSITIVE, Case.INSENSITIVE])
SCHEMAS = st.sampled_from(
    [
        OPEN,
        schema_from({"a": "keyword", "b.c": "long", "ip": "ip"}),
        schema_from({"a": "date", "b.c": "boolean", "o.x": "ip"}),
        schema_from({"a": "text", "b.c": {"type": "keyword", "normalizer": "lowercase"}, "ip": "ip", "o": "nested"}),
    ]
)


def basic(cases: st.SearchStrategy[Case]) -> st.SearchStrategy[Matcher]:
    parts = st.lists(st.one_of(TEXTS.filter(bool), st.sampled_from(list(Wildcard))), max_size=3).map(tuple)
    bounds = st.builds(Bound, st.integers(-1, 5), st.booleans())
    return st.one_of(
        st.just(Present()),
        st.builds(Equals, TEXTS, cases),
        st.builds(Equals, st.one_of(st.integers(-1, 5), st.booleans())),
        st.builds(like, parts, cases),
        st.builds(Regex, st.sampled_from(["a", "a|b", "[aA]b?", "4.*"]), st.just(RegexFlavor.SIGMA), cases),
        st.builds(Range, bounds) | st.builds(Range, st.none(), bounds) | st.builds(Range, bounds, bounds),
        st.just(InNetwork(("10.0.0.0/8", "::/64"))),
    )


SIMPLE = basic(CASES)
MAPPED = st.one_of(
    basic(st.sampled_from(list(Case))),
    st.builds(Tokens, TEXTS, st.sampled_from(list(TokenMode))),
    st.builds(Near, TEXTS, st.sampled_from([1, 2, 101])),
)  # what the mapping decides
LISTS = st.lists(SIMPLE, min_size=2, max_size=3).map(tuple).map(OneOf)
MATCHERS: st.SearchStrategy[Matcher] = st.one_of(
    SIMPLE,
    LISTS,
    st.builds(Complement, SIMPLE),
    st.builds(FieldRef, st.sampled_from(["a", "ip", "o.x"]), st.sampled_from(list(Relation)), CASES),
)
SUBJECTS = st.sampled_from(
    [
        Field("a"),
        Field("b.c"),
        Field("ip"),
        Field("o.x"),
        Field(CATEGORY),
        AnyField(),
        Call("length", (Field("a"),)),
        Call("number", (Field("a"),)),
        Call("isNull", (Field("o.x"),)),
        Call("concat", (Field("a"), Literal("b"))),
    ]
)


def made_tests(
    subjects: st.SearchStrategy[object], matchers: st.SearchStrategy[Matcher]
) -> st.SearchStrategy[Predicate]:
    """Tests as the representation allows them: one of presence is always two-valued."""

    def made(subject: object, matcher: Matcher, quantifier: Quantifier, absent: Absent) -> Predicate:
        return Test(subject, matcher, quantifier, Absent.FALSE if isinstance(matcher, Present) else absent)

    return st.builds(made, subjects, matchers, st.sampled_from(list(Quantifier)), st.sampled_from(list(Absent)))


def grown(leaves: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    def step(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
        terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))

    return st.recursive(
        st.one_of(leaves, st.sampled_from([Const(True), Const(False), Const(None)])), step, max_leaves=5
    )


BOTH = Call("concat", (Field("o.x"), Field("o.y")))
INSIDE_SUBJECTS = st.sampled_from([Field("o.x"), Field("o.y"), Field("a"), BOTH])
INSIDE_MATCHERS = SIMPLE | st.builds(FieldRef, st.sampled_from(["o.x", "o.y", "a"]))
INSIDE = grown(made_tests(INSIDE_SUBJECTS, INSIDE_MATCHERS))
LEAVES = st.one_of(made_tests(SUBJECTS, MATCHERS), st.builds(Nested, st.just("o"), INSIDE))
PREDICATES = grown(LEAVES)


def value(predicate: Predicate, event: Event, schema: FieldSchema = OPEN) -> bool | None:
    return compile_predicate(predicate, schema, category_field=CATEGORY)(event)


# --- laws of Kleene's logic ---


@given(PREDICATES, PREDICATES, PREDICATES, EVENTS, SCHEMAS)
@settings(max_examples=300)
def test_laws_that_hold(p: Predicate, q: Predicate, r: Predicate, event: Event, schema: FieldSchema) -> None:
    equal = {
        "double negation": (Not(Not(p)), p),
        "De Morgan of and": (Not(And((p, q))), Or((Not(p), Not(q)))),
        "De Morgan of or": (Not(Or((p, q))), And((Not(p), Not(q)))),
        "distribution of and": (And((p, Or((q, r)))), Or((And((p, q)), And((p, r))))),
        "distribution of or": (Or((p, And((q, r)))), And((Or((p, q)), Or((p, r))))),
        "absorption in and": (And((p, Or((p, q)))), p),
        "absorption in or": (Or((p, And((p, q)))), p),
        "idempotence of and": (And((p, p)), p),
        "idempotence of or": (Or((p, p)), p),
        "commutativity of and": (And((p, q, r)), And((r, q, p))),
        "commutativity of or": (Or((p, q, r)), Or((r, q, p))),
        "associativity of and": (And((And((p, q)), r)), And((p, And((q, r))))),
        "associativity of or": (Or((Or((p, q)), r)), Or((p, Or((q, r))))),
        "true in and": (And((p, Const(True))), p),
        "false in or": (Or((p, Const(False))), p),
    }
    broken = [
        law for law, (left, right) in equal.items() if value(left, event, schema) is not value(right, event, schema)
    ]
    assert broken == []


@given(PREDICATES, EVENTS, SCHEMAS)
def test_the_excluded_middle_fails_exactly_on_null(p: Predicate, event: Event, schema: FieldSchema) -> None:
    known = value(p, event, schema) is not None
    assert value(Or((p, Not(p))), event, schema) is (True if known else None)
    assert value(And((p, Not(p))), event, schema) is (False if known else None)


TRUTH = {True: 2, None: 1, False: 0}


@given(st.lists(PREDICATES, min_size=2, max_size=4), EVENTS, SCHEMAS)
def test_and_is_the_least_and_or_the_greatest(terms: list[Predicate], event: Event, schema: FieldSchema) -> None:
    ranks = [TRUTH[value(term, event, schema)] for term in terms]
    assert TRUTH[value(And(tuple(terms)), event, schema)] == min(ranks)
    assert TRUTH[value(Or(tuple(terms)), event, schema)] == max(ranks)
    assert TRUTH[value(Not(terms[0]), event, schema)] == 2 - ranks[0]


# --- quantifiers and absence, stated anew ---


def values_at(event: object, path: str) -> Iterator[object]:
    """The scalars at a path: objects join with dots, lists give every element, null gives nothing."""
    if isinstance(event, list):
        for item in event:
            yield from values_at(item, path)
    elif isinstance(event, dict):
        for key, inner in event.items():
            if key == path:
                yield from scalars(inner)
            elif path.startswith(f"{key}."):
                yield from values_at(inner, path[len(key) + 1 :])


def scalars(node: object) -> Iterator[object]:
    if isinstance(node, list):
        for item in node:
            yield from scalars(item)
    elif node is not None and not isinstance(node, dict):
        yield node


def meaning(met: list[bool], quantifier: Quantifier, absent: Absent) -> bool | None:
    """What a test gives, from which of the values of its field meet the matcher."""
    if quantifier is Quantifier.SOLE:
        return met[0] if len(met) == 1 else None
    if not met:
        return None if absent is Absent.UNKNOWN else False
    return any(met) if quantifier is Quantifier.ANY else all(met)


FIELDS = st.sampled_from(["a", "b.c"])


@given(FIELDS, st.one_of(SIMPLE, LISTS), st.sampled_from(list(Quantifier)), st.sampled_from(list(Absent)), EVENTS)
@settings(max_examples=400)
def test_quantifiers(path: str, matcher: Matcher, quantifier: Quantifier, absent: Absent, event: Event) -> None:
    assume(not isinstance(matcher, Present))
    found = list(values_at(event, path))
    met = [value(Test(Field("v"), matcher), {"v": one}) is True for one in found]
    assert value(Test(Field(path), matcher, quantifier, absent), event) is meaning(met, quantifier, absent)


@given(FIELDS, EVENTS)
def test_presence_is_any_value(path: str, event: Event) -> None:
    found = list(values_at(event, path))
    assert value(Test(Field(path), Equals("x"), Quantifier.ANY, Absent.UNKNOWN), event) is (
        None if not found else "x" in found
    )


@given(st.lists(SIMPLE, min_size=2, max_size=4), SUBJECTS, st.sampled_from(list(Absent)), EVENTS, SCHEMAS)
@settings(max_examples=300)
def test_a_list_under_any_is_a_disjunction(
    options: list[Matcher], subject: Field, absent: Absent, event: Event, schema: FieldSchema
) -> None:
    assume(not any(isinstance(option, Present) for option in options))
    together = Test(subject, OneOf(tuple(options)), absent=absent)
    apart = Or(tuple(Test(subject, option, absent=absent) for option in options))
    assert value(together, event, schema) is value(apart, event, schema)


@given(FIELDS, st.one_of(SIMPLE, LISTS), EVENTS)
@settings(max_examples=300)
def test_complement_and_negation_differ_on_mixed_and_absent_fields_only(
    path: str, matcher: Matcher, event: Event
) -> None:
    met = [value(Test(Field("v"), matcher), {"v": one}) is True for one in values_at(event, path)]
    assume(path == "a" or not isinstance(matcher, Present))  # an object counts as present, and has no value
    complement = value(Test(Field(path), Complement(matcher)), event)
    negation = value(Not(Test(Field(path), matcher)), event)
    assert complement is (False in met)
    assert negation is (True not in met)
    assert (complement is negation) is (len(set(met)) == 1)


# --- what must not change the meaning ---


NO_WORDS = Test(Field("a"), Tokens("b \u2014 \u00b2 c", TokenMode.ALL))


@given(grown(st.one_of(LEAVES, made_tests(SUBJECTS, MAPPED))), EVENTS, SCHEMAS)
@example(NO_WORDS, {"a": ["b", "c"]}, schema_from({"a": "text"}))
@settings(max_examples=400)
def test_resolving_keeps_the_answer(predicate: Predicate, event: Event, schema: FieldSchema) -> None:
    assert value(resolve(predicate, schema), event, schema) is value(predicate, event, schema)


def capabilities(name: str) -> Capabilities:
    found = dialect(name).capabilities
    assert found is not None
    return found


TARGETS = st.builds(
    Target, st.sampled_from(["eql", "kuery", "sigma", "dsl"]).map(capabilities), SCHEMAS, st.just(CATEGORY)
)


@given(PREDICATES, EVENTS, TARGETS)
@settings(max_examples=300)
def test_exact_passes_keep_the_answer(predicate: Predicate, event: Event, target: Target) -> None:
    expected = value(predicate, event, target.schema)
    for lowering_pass in (lower_shape, lower_networks, lower_category):
        try:
            lowered = lowering_pass(predicate, target)
        except UnsupportedError:
            continue  # the target has no form for it
        assert lowered.losses == ()
        assert value(lowered.predicate, event, target.schema) is expected, lowering_pass.__name__


@given(grown(st.one_of(LEAVES, made_tests(SUBJECTS, MAPPED))), EVENTS, TARGETS, st.booleans())
@settings(max_examples=800)
def test_a_pass_that_declares_nothing_keeps_the_matches(
    predicate: Predicate, event: Event, target: Target, fold_case: bool
) -> None:
    """Every pass, on what the passes before it leave, and as a whole, for conditions that the mapping decides, too."""
    schema = target.schema
    for lowering_pass in PASSES:
        try:
            lowered = lowering_pass(predicate, replace(target, fold_case=fold_case))
        except UnsupportedError:
            return
        if lowered.losses:
            return
        same = (value(lowered.predicate, event, schema) is True) is (value(predicate, event, schema) is True)
        assert same, (lowering_pass.__name__, lowered.predicate)
        predicate = lowered.predicate


EXACT = schema_from({"a": "text", "a.keyword": "keyword", "b.c": "long", "b.c.k": "keyword", "o.x": "text"})


@given(PREDICATES, EVENTS)
def test_exact_fields_are_asked_as_whole_values(predicate: Predicate, event: Event) -> None:
    """A full text field with a keyword sub-field is asked as that sub-field is, and no other field changes."""
    found = with_exact_fields(Match(predicate), EXACT)
    assert isinstance(found, Match)
    plain = schema_from({"a": "keyword", "b.c": "long", "o.x": "text"})
    assert value(found.where, event, EXACT) is value(predicate, event, plain)
    assert with_exact_fields(found, EXACT) == found
    asked = [item for test, _ in leaves(found.where) for item in (test.subject, test.matcher)]
    assert not [item for item in asked if item in (Field("a"), FieldRef("a")) or "Field(path='a'," in repr(item)]


ALTERNATIVES = st.lists(
    st.builds(
        Test,
        st.just(Field("a")),
        st.builds(Equals, TEXTS, CASES) | st.builds(like, st.tuples(TEXTS, st.sampled_from(Wildcard)), CASES),
        absent=st.sampled_from(Absent),
    ),
    min_size=2,
    max_size=4,
).map(tuple)


@given(ALTERNATIVES, st.booleans(), EVENTS, TARGETS)
def test_alternatives_that_become_a_list_keep_the_answer(
    terms: tuple[Predicate, ...], negated: bool, event: Event, target: Target
) -> None:
    predicate: Predicate = Not(Or(terms)) if negated else Or(terms)
    assert value(lower_shape(predicate, target).predicate, event) is value(predicate, event)


@given(st.lists(LEAVES, min_size=1, max_size=3), st.sampled_from(["process", "file"]), EVENTS, TARGETS)
def test_the_category_moves_without_a_change(
    terms: list[Predicate], category: str, event: Event, target: Target
) -> None:
    asked = Test(Field(CATEGORY), Equals(category))
    predicate = And((*terms, asked))
    lowered = lower_category(predicate, target).predicate
    assert (lowered == predicate) is not target.capabilities.category_role
    assert value(lowered, event, target.schema) is value(predicate, event, target.schema)


NULL_INSIDE = Not(Nested("o", Test(Field("o.x"), Equals(""), absent=Absent.UNKNOWN)))
NULL_OF_ANY = Not(Test(AnyField(), Equals("x"), absent=Absent.UNKNOWN))
NULL_COMPUTED = Not(Test(Call("number", (Field("a"),)), Equals(1), absent=Absent.UNKNOWN))
NULL_OF_ALL = Test(AnyField(), FieldRef("a"), Quantifier.ALL, Absent.UNKNOWN)


@given(PREDICATES, EVENTS, TARGETS)
@example(NULL_INSIDE, {"o": {}}, Target(capabilities("eql"), OPEN, CATEGORY))
@example(NULL_OF_ANY, {"a": None}, Target(capabilities("eql"), OPEN, CATEGORY))
@example(NULL_COMPUTED, {"a": "many"}, Target(capabilities("eql"), OPEN, CATEGORY))
@example(NULL_OF_ALL, {}, Target(capabilities("kuery"), OPEN, CATEGORY))
@example(replace(NULL_OF_ALL, absent=Absent.FALSE), {}, Target(capabilities("eql"), OPEN, CATEGORY))
@example(Not(NULL_OF_ALL), {}, Target(capabilities("kuery"), OPEN, CATEGORY))
@settings(max_examples=400)
def test_absence_as_the_target_has_it_keeps_the_matches(predicate: Predicate, event: Event, target: Target) -> None:
    lowered = lower_absent(predicate, target)
    assert lowered.losses == ()
    assert (value(lowered.predicate, event, target.schema) is True) is (value(predicate, event, target.schema) is True)


NULL_REFERENCE = Not(Test(AnyField(), FieldRef("a"), absent=Absent.UNKNOWN))


@given(PREDICATES, EVENTS, SCHEMAS)
@example(NULL_REFERENCE, {"b": ""}, OPEN)
@example(Not(replace(NULL_OF_ALL, absent=Absent.FALSE)), {}, OPEN)
@settings(max_examples=400)
def test_the_core_is_true_of_the_matches(predicate: Predicate, event: Event, schema: FieldSchema) -> None:
    try:
        found = holds(core(resolve(predicate, schema)), event, schema)
    except UnsupportedError:
        assume(False)
    assert found is (value(predicate, event, schema) is True)


def holds(term: Core, event: Event, schema: FieldSchema, inside: str | None = None) -> bool:
    """Whether a core is true of an event, or of the object at `inside`, atom by atom through the evaluator."""

    def met(test: Predicate) -> bool:
        return value(test if inside is None else Nested(inside, test), event, schema) is True

    match term:
        case Truth(answer):
            return answer
        case Every(terms):
            return all(holds(inner, event, schema, inside) for inner in terms)
        case Some(terms):
            return any(holds(inner, event, schema, inside) for inner in terms)
        case Inside(path, inner, wanted):
            nodes = event.get(path, [])
            objects = [node for node in (nodes if isinstance(nodes, list) else [nodes]) if isinstance(node, dict)]
            return any(holds(inner, {path: node}, schema, path) for node in objects) is wanted
        case Atom(subject, Single(), wanted):
            return met(Test(subject, Present(), Quantifier.SOLE)) is wanted
        case Atom(subject, Language(tree), wanted):
            return met(Test(subject, write_regex(tree, RegexFlavor.SIGMA))) is wanted
        case Atom(subject, matcher, wanted):
            assert not isinstance(matcher, Language | Single)
            return met(Test(subject, matcher)) is wanted
