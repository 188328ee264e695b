"""What the functions of the package say to arguments of the wrong kind: by their names, never from deep inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import isorule

RULE = "title: A\nlogsource: {category: test}\ndetection: {s: {f: a}, condition: s}\n"
DETECTION = isorule.parse('any where f == "a"', "eql")


def rule() -> isorule.Rule:
    (found,) = isorule.loads(RULE, "sigma")
    return found


UNKNOWN: dict[str, Callable[[], object]] = {
    "unknown-dialect": lambda: isorule.parse("true", "kql"),
    "unknown-document-format": lambda: isorule.loads(RULE, "toml"),
    "unknown-target": lambda: isorule.convert(rule(), "sgima"),
    "unknown-option-value": lambda: isorule.convert(rule(), "eql", max_loss="some"),
    "unknown-mapping": lambda: isorule.map_events([], Path("mine")),
}

WRONG: dict[str, Callable[[], object]] = {
    "expected a text, found bytes": lambda: isorule.loads(RULE.encode(), "sigma"),
    "expected a text, found NoneType": lambda: isorule.parse(None, "eql"),
    "expected a detection .*, found Rule": lambda: isorule.emit(rule(), "eql"),
    "expected a rule, found Match": lambda: isorule.convert(DETECTION, "sigma"),
    "expected a rule, found PosixPath": lambda: isorule.convert(Path("a.yml"), "sigma"),
    "expected a rule, found list": lambda: isorule.synth([rule()]),
    "expected a rule, found NoneType": lambda: isorule.overlap([rule(), None]),
    "expected a rule or a detection, found str": lambda: isorule.verify(DETECTION, 'any where f == "a"'),
    "names are two texts.*found \\('mine',\\)": lambda: isorule.verify(DETECTION, DETECTION, names=("mine",)),
    "names are two texts.*found 'ab'": lambda: isorule.verify(DETECTION, DETECTION, names="ab"),
    "names are two texts.*found \\('a', None\\)": lambda: isorule.verify(DETECTION, DETECTION, names=("a", None)),
    "expected a rule or a detection, found NoneType": lambda: isorule.analyse(None),
    "an event is a mapping; number 0 of them is str": lambda: isorule.evaluate(DETECTION, {"f": "a"}),
    "an event is a mapping; number 1 of them is int": lambda: isorule.map_events([{}, 1], "ecs"),
    "with field types, found str": lambda: isorule.evaluate(DETECTION, [], fields="ecs"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_nothing_has_is_answered_with_those_that_there_are(name: str) -> None:
    with pytest.raises(isorule.UnknownNameError) as caught:
        UNKNOWN[name]()
    assert caught.value.diagnostic.name == name
    assert caught.value.diagnostic.hint


def test_a_target_that_nothing_has_is_answered_with_our_own_targets() -> None:
    with pytest.raises(isorule.UnknownNameError, match="isorule itself writes dsl, elastic, eql, kuery, lucene, sigma"):
        isorule.convert(rule(), "sgima")


@pytest.mark.parametrize("message", WRONG)
def test_an_argument_of_another_kind_is_a_type_error_that_says_so(message: str) -> None:
    with pytest.raises(TypeError, match=message):
        WRONG[message]()


def test_nothing_gives_nothing() -> None:
    assert isorule.collection([]) == []
    assert isorule.evaluate(DETECTION, []) == []
    assert isorule.map_events([], "ecs") == []
    assert isorule.overlap([]).pairs == ()
    assert isorule.convert(rule(), "eql", fields=[]).text == isorule.convert(rule(), "eql").text


def test_paths_are_texts_or_paths(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(RULE, encoding="utf-8")
    assert isorule.load(str(path)) == isorule.load(path)
    assert isorule.check(str(path)) == isorule.check(path)


def test_every_public_name_is_there() -> None:
    assert set(isorule.__all__) <= set(dir(isorule))
    assert all(getattr(isorule, name) is not None for name in isorule.__all__)
