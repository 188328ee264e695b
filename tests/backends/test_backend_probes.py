"""What installed backends write, held against what is declared of them; tests/backends/run.sh has the backends."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import isorule
from isorule import backends
from isorule.diagnostics import UnsupportedError
from isorule.verification import VerdictKind

pytestmark = pytest.mark.backends

HERE = Path(__file__).parent
PROBES: list[dict[str, Any]] = tomllib.loads(
    (HERE.parent / "vectors" / "backends" / "probes.toml").read_text(encoding="utf-8")
)["probe"]
TABLE = tomllib.loads(files("isorule.backends").joinpath("losses.toml").read_text(encoding="utf-8"))
INSTALLED = backends.backend_names()
TESTED = {"lucene", "elastalert", "eql", "esql", "splunk", "splunk_spl2", "kusto", "sqlite"}
"""The backends of pysigma-1.txt and pysigma-2.txt."""

RULE = """title: Probe
id: 0c7a1f3e-5b1d-4a55-9c5e-000000000001
logsource:
    category: test
detection:
    selection:
        {item}
    condition: {where}
tags:
    - attack.execution
    - attack.t1059.001
level: low
"""


def rule_of(probe: dict[str, Any]) -> isorule.Rule:
    (rule,) = isorule.loads(RULE.format(item=probe["item"], where=probe.get("where", "selection")), "sigma")
    return rule


def need(backend: str) -> None:
    if backend not in INSTALLED:
        pytest.skip(f"the backend {backend} is not installed; tests/backends/run.sh has it")


def cases() -> Iterator[Any]:
    for number, probe in enumerate(PROBES):
        for backend in probe["backends"]:
            yield pytest.param(backend, probe, id=f"{number}-{backend}-{probe['item']}")


@pytest.mark.parametrize(("backend", "probe"), list(cases()))
def test_a_backend_writes_what_is_declared_of_it(backend: str, probe: dict[str, Any]) -> None:
    need(backend)
    to = f"{backends.PREFIX}{backend}"
    if "refused" in probe:
        with pytest.raises(UnsupportedError) as caught:
            isorule.convert(rule_of(probe), to)
        assert caught.value.diagnostic.name == probe["refused"]
        assert probe.get("writes", "") in (caught.value.diagnostic.hint or "")
        return
    made = isorule.convert(rule_of(probe), to)
    assert probe.get("writes", "") in made.text
    found = {loss.name: loss.effect.value for loss in made.losses if loss.effect is not None}
    assert (found | probe["losses"] == found) if probe.get("more") else found == probe["losses"]
    if "verdict" in probe:
        assert made.verdict.kind.value == probe["verdict"]


def test_every_declared_loss_of_these_backends_has_a_probe() -> None:
    shown = {(backend, loss) for probe in PROBES for backend in probe["backends"] for loss in probe.get("losses", ())}
    refused = {
        backend for probe in PROBES if probe.get("refused") == "backend-output-invalid" for backend in probe["backends"]
    }
    declared = {
        (backend, row["name"])
        for row in TABLE["loss"]
        for backend in row["backends"]
        if backend in TESTED and not any(feature.startswith("correlation-") for feature in row["features"])
    }
    missing = {
        (backend, loss)
        for backend, loss in declared - shown
        if not (loss == "rejected-by-target" and backend in refused) and backend != "elastalert"
    }
    assert missing == set(), "elastalert writes what lucene writes, one probe shows it"


@pytest.mark.parametrize("backend", sorted(TESTED))
def test_each_backend_is_known_by_its_package(backend: str) -> None:
    from isorule.backends.packages import packages

    need(backend)
    package = backends.installed_backend(backend).package
    assert package.lower().startswith(packages()[backend].name)
    assert packages()[backend].fits(backends.versions(backend)[0].removeprefix("pysigma "))


@pytest.mark.parametrize(("backend", "form"), [("lucene", "siem_rule"), ("eql", "siem_rule"), ("esql", "siem_rule")])
def test_rules_for_elastic_security_need_no_network(backend: str, form: str) -> None:
    need(backend)
    made = isorule.convert(rule_of({"item": "f: '42'"}), f"{backends.PREFIX}{backend}", format=form)
    assert "T1059.001" in made.text
    assert "Execution" in made.text


def test_what_pipelines_change_is_what_the_output_is_compared_with() -> None:
    need("eql")
    (rule,) = isorule.loads(
        RULE.replace("category: test", "category: process_creation\n    product: windows").format(
            item="Image|endswith: '\\cmd.exe'", where="selection"
        ),
        "sigma",
    )
    made = isorule.convert(rule, f"{backends.PREFIX}eql", pipelines=["ecs_windows"])
    assert "process.executable" in made.text
    assert made.verdict.same
    ours = isorule.convert(rule, "eql", pipelines=["ecs_windows"])
    assert ours.verdict.same
    assert isorule.verify(isorule.parse(made.text, "eql"), isorule.parse(ours.text, "eql")).same


@pytest.mark.parametrize(("backend", "kind"), [("splunk", "narrows"), ("sqlite", None)])
def test_what_is_known_of_correlations_is_declared(backend: str, kind: str | None) -> None:
    need(backend)
    base = RULE.format(item="f: 'x'", where="selection").replace("title: Probe", "title: Probe\nname: probe")
    correlation = (
        "title: Often\ncorrelation:\n    type: event_count\n    rules: [probe]\n    group-by: [user]\n"
        "    timespan: 5m\n    condition:\n        gte: 3\nlevel: high\n"
    )
    rules = isorule.loads(f"{base}---\n{correlation}", "sigma")
    made = isorule.convert(rules[-1], f"{backends.PREFIX}{backend}")
    found = {loss.name: loss.effect.value for loss in made.losses if loss.effect is not None}
    assert found.get("window-by-the-clock") == kind
    assert made.text


CORRELATION = """
---
title: Both
correlation:
    type: {kind}
    rules: [one, two]
    group-by: [user]
    timespan: 5m
"""


def both(kind: str) -> isorule.Rule:
    one = RULE.format(item="f: 'x'", where="selection").replace("title: Probe", "title: One\nname: one")
    two = RULE.format(item="f: 'y'", where="selection").replace("title: Probe", "title: Two\nname: two")
    two = two.replace("000000000001", "000000000002")
    return isorule.loads(f"{one}---\n{two}{CORRELATION.format(kind=kind)}", "sigma")[-1]


def test_a_correlation_is_read_back_where_its_language_is() -> None:
    need("eql")
    found = isorule.convert(both("temporal"), f"{backends.PREFIX}eql")
    assert found.verdict.kind is VerdictKind.DIVERGENT
    assert ("backend-differs", "narrows") in {(loss.name, loss.effect.value) for loss in found.losses if loss.effect}


def test_a_correlation_that_is_no_sentence_of_its_language_is_refused() -> None:
    need("eql")
    with pytest.raises(UnsupportedError) as caught:
        isorule.convert(both("temporal_ordered"), f"{backends.PREFIX}eql")
    assert caught.value.diagnostic.name == "backend-output-invalid"
