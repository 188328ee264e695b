"""Rules through a backend: pySigma's own test backend, which pySigma offers where tests run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import isorule
from isorule import backends
from isorule.backends import BackendChoice
from isorule.diagnostics import Diagnostic, Effect, UnknownNameError, UnsupportedError
from isorule.ir.losses import loss

BACKEND = "text_query_test"
ELASTIC = Path(__file__).resolve().parents[3] / "rules" / "execution_tool_installation_in_container.toml"

RULE = """title: Test
id: 0c7a1f3e-5b1d-4a55-9c5e-000000000001
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        {item}
    condition: selection
level: low
"""

PIPELINE = """name: Ours
priority: 10
transformations:
    - id: names
      type: field_name_mapping
      mapping:
          Image: process.executable
    - id: source
      type: change_logsource
      category: process
      product: windows
"""


def rule(item: str = "Image|endswith: 'cmd.exe'") -> isorule.Rule:
    (found,) = isorule.loads(RULE.format(item=item), "sigma")
    return found


def refused(work: Callable[[], object]) -> Diagnostic:
    with pytest.raises((UnsupportedError, UnknownNameError)) as caught:
        work()
    return caught.value.diagnostic


@pytest.fixture
def pipeline(tmp_path: Path) -> str:
    """The path of a processing pipeline."""
    path = tmp_path / "ours.yml"
    path.write_text(PIPELINE, encoding="utf-8")
    return str(path)


def test_a_rule_gives_the_backends_text() -> None:
    made = isorule.convert(rule(), BACKEND)
    assert made.text == 'Image endswith "cmd.exe"\n'
    assert made.queries == ('Image endswith "cmd.exe"',)
    assert made.verdict.kind.value == "undecided"
    assert "does not read" in (made.verdict.reason or "")


@pytest.mark.parametrize(
    ("form", "text"), [("str", 'Image endswith "cmd.exe"\n'), ("bytes", 'Image endswith "cmd.exe"\n')]
)
def test_outputs_of_any_type_become_text(form: str, text: str) -> None:
    assert isorule.convert(rule(), BACKEND, format=form).text == text


def test_what_is_no_text_becomes_json() -> None:
    made = isorule.convert(rule(), BACKEND, format="list_of_dict")
    assert json.loads(made.text)["query"] == 'Image endswith "cmd.exe"'


def test_queries_of_several_rules_are_finalized_together() -> None:
    choice = BackendChoice(BACKEND, "list_of_dict")
    queries = [query for item in ("f: 1", "f: 2") for query in isorule.convert(rule(item), BACKEND).queries]
    assert len(json.loads(backends.finalized(queries, choice))) == 2


def test_what_is_wrong_with_the_choice_is_not_a_fault_of_the_backend() -> None:
    found = refused(lambda: backends.finalized(["f=1"], BackendChoice(BACKEND, "no-such")))
    assert found.name == "unknown-output-format"


def test_pipelines_change_what_the_backend_gets(pipeline: str) -> None:
    made = isorule.convert(rule(), BACKEND, pipelines=[pipeline])
    assert made.text == "'process.executable' endswith \"cmd.exe\"\n"


def test_an_elastic_rule_goes_through_sigma(pipeline: str) -> None:
    (elastic,) = isorule.load(
        Path(__file__).resolve().parents[3] / "rules" / "execution_tool_installation_in_container.toml"
    )
    made = isorule.convert(elastic, BACKEND)
    assert "process.name" in made.text
    assert made.rule.language == "sigma"


def test_the_answer_does_not_depend_on_the_rules_before(pipeline: str) -> None:
    alone = isorule.convert(rule(), BACKEND, pipelines=[pipeline]).text
    refused(lambda: isorule.convert(rule("f|expand: '%name%'"), BACKEND, pipelines=[pipeline]))
    isorule.convert(rule("f: 1"), BACKEND, pipelines=[pipeline])
    assert isorule.convert(rule(), BACKEND, pipelines=[pipeline]).text == alone


@pytest.mark.parametrize(
    ("options", "name"),
    [({"format": "no-such"}, "unknown-output-format"), ({"pipelines": ["no-such"]}, "unknown-pipeline")],
)
def test_what_is_not_there_is_said(options: dict[str, Any], name: str) -> None:
    assert refused(lambda: isorule.convert(rule(), BACKEND, **options)).name == name


def test_options_that_the_backend_does_not_take_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from sigma.backends.test import TextQueryTestBackend

    def strict(self: object, processing_pipeline: object = None) -> None:
        raise AssertionError("never called with an option")

    monkeypatch.setattr(TextQueryTestBackend, "__init__", strict)
    found = refused(lambda: isorule.convert(rule(), BACKEND, backend_options={"colour": "red"}))
    assert found.name == "backend-options"
    assert "colour" in found.message


def test_a_file_that_is_no_pipeline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("transformations: [{type: no_such_transformation}]", encoding="utf-8")
    found = refused(lambda: isorule.convert(rule(), BACKEND, pipelines=[str(path)]))
    assert found.name == "pipeline-unreadable"
    assert "no_such_transformation" in found.message


def test_a_backend_that_is_not_installed_says_what_to_install() -> None:
    found = refused(lambda: isorule.convert(rule(), "datadog"))
    assert found.name == "backend-not-installed"
    assert found.hint is not None
    assert found.hint.startswith("pip install pysigma-backend-datadog")


def test_what_the_backend_says_is_the_reason_of_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    from sigma.backends.test import TextQueryTestBackend

    def refuse(*_: object) -> str:
        raise NotImplementedError("no such thing in this language")

    monkeypatch.setattr(TextQueryTestBackend, "convert_condition", refuse)
    found = refused(lambda: isorule.convert(rule(), BACKEND))
    assert (found.name, found.message) == ("backend-refused", f"{BACKEND}: no such thing in this language")


def test_a_backend_that_breaks_is_not_our_fault_and_not_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    from sigma.backends.test import TextQueryTestBackend

    monkeypatch.setattr(TextQueryTestBackend, "convert_condition", lambda *_: 1 / 0)
    found = refused(lambda: isorule.convert(rule(), BACKEND))
    assert found.name == "backend-failed"
    assert "ZeroDivisionError" in found.message


def test_nothing_is_not_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    from sigma.backends.test import TextQueryTestBackend

    monkeypatch.setattr(TextQueryTestBackend, "convert_condition", lambda *_: None)
    assert refused(lambda: isorule.convert(rule(), BACKEND)).name == "backend-gave-nothing"


def test_a_warning_of_the_backend_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import warnings

    from sigma.backends.test import TextQueryTestBackend

    def warn(*_: object) -> str:
        warnings.warn("only half of this", UserWarning, stacklevel=1)
        return "query"

    monkeypatch.setattr(TextQueryTestBackend, "convert_condition", warn)
    losses = isorule.convert(rule(), BACKEND).losses
    assert [(loss.name, loss.message) for loss in losses] == [("backend-remark", "only half of this")]


def test_an_unknown_backend_gets_a_general_note() -> None:
    names = {note.name for note in backends.notes_of(BackendChoice(BACKEND))}
    assert {"backend-not-examined", "output-not-read"} <= names


def test_pipelines_are_honoured_for_targets_of_our_own(pipeline: str) -> None:
    made = isorule.convert(rule(), "eql", pipelines=[pipeline])
    assert made.text.strip() == 'any where process.executable : "*cmd.exe"'
    assert made.verdict.same


def test_the_log_source_of_a_pipeline_is_kept(pipeline: str) -> None:
    made = isorule.convert(rule(), "sigma", pipelines=[pipeline])
    assert made.rule.data_source.logsource is not None
    assert made.rule.data_source.logsource.category == "process"


def test_what_a_pipeline_does_to_queries_is_a_declared_loss_for_our_own_targets(tmp_path: Path) -> None:
    path = tmp_path / "text.yml"
    path.write_text("postprocessing: [{type: embed, prefix: 'index=a '}]\n", encoding="utf-8")
    (loss,) = isorule.convert(rule(), "eql", pipelines=[str(path)]).losses
    assert (loss.name, loss.effect) == ("pipeline-text-unused", Effect.CHANGES)
    assert isorule.convert(rule(), BACKEND, pipelines=[str(path)]).text.startswith("index=a ")


def test_a_pipeline_that_refuses_a_rule_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "fails.yml"
    path.write_text("transformations: [{type: rule_failure, message: not this one}]\n", encoding="utf-8")
    found = refused(lambda: isorule.convert(rule(), "eql", pipelines=[str(path)]))
    assert found.name == "pipeline-refused"
    assert "not this one" in found.message


def test_a_pipeline_that_breaks_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch, pipeline: str) -> None:
    from sigma.processing.transformations import FieldMappingTransformation

    monkeypatch.setattr(FieldMappingTransformation, "apply", lambda *_: {}["no such key"])
    found = refused(lambda: isorule.convert(rule(), "eql", pipelines=[pipeline]))
    assert found.name == "pipeline-refused"
    assert "no such key" in found.message


def test_a_fault_of_ours_does_not_pass_for_one_of_a_pipeline(monkeypatch: pytest.MonkeyPatch, pipeline: str) -> None:
    def faulty(_: object) -> None:
        raise ValueError("a fault of isorule")

    monkeypatch.setattr("isorule.backends.reading._predicate", faulty)
    with pytest.raises(ValueError, match="a fault of isorule"):
        isorule.convert(rule(), "eql", pipelines=[pipeline])


@pytest.mark.parametrize(
    ("outer", "inner", "effect"),
    [("gte", "gte", Effect.WIDENS), ("lt", "gte", Effect.CHANGES), ("gte", "lt", Effect.CHANGES)],
)
def test_what_widens_a_rule_widens_a_correlation_that_asks_for_at_least_so_many(
    monkeypatch: pytest.MonkeyPatch, outer: str, inner: str, effect: Effect
) -> None:
    monkeypatch.setattr(backends, "losses_of", lambda *_: (loss("case-dropped", Effect.WIDENS, "it matches more"),))
    counted = "title: C\nname: c\ncorrelation: {type: event_count, rules: [r], timespan: 5m, condition: {%s: 3}}\n"
    text = RULE.format(item="f: 1") + "name: r\n---\n" + counted % inner + "---\n"
    text += counted.replace("name: c\n", "").replace("[r]", "[c]") % outer
    *_, correlation = isorule.loads(text, "sigma")
    assert [item.effect for item in isorule.convert(correlation, BACKEND).losses] == [effect]


def test_pipelines_are_for_sigma_rules(pipeline: str) -> None:
    (elastic,) = isorule.load(
        Path(__file__).resolve().parents[3] / "rules" / "execution_tool_installation_in_container.toml"
    )
    assert refused(lambda: isorule.convert(elastic, "eql", pipelines=[pipeline])).name == "pipeline-for-sigma-only"


def test_attack_data_is_offered_in_the_form_that_pysigma_reads() -> None:
    from isorule.attack import attack
    from isorule.backends.attack_data import stix

    objects = stix(attack("18.1"))["objects"]
    assert isinstance(objects, list)
    (found,) = [item for item in objects if item.get("external_references", [{}])[0].get("external_id") == "T1059.001"]
    assert found["name"] == "PowerShell"
    assert found["kill_chain_phases"] == [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]
