"""Correlations over the corpora: what becomes one agrees with its source, what is published is read.

The figures of every rule are in docs/coverage.md (`tests/corpora/measure.py`); here every fourth rule is compared.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))  # the module beside this file; tests are no package

import correlation_streams as streams

import isorule
from isorule.ir.detections import Correlation, Opaque

SHARED = Path(os.environ.get("ISORULE_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))
ELASTIC = SHARED / "corpus" / "elastic" / "rules"
EXAMPLES = SHARED / "reference" / "sigma-spec-examples"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"the rule corpora are not at {SHARED}"),
]


def active() -> list[Path]:
    return sorted(path for path in ELASTIC.rglob("*.toml") if "_deprecated" not in path.parts)


@pytest.mark.parametrize("part", range(4))
def test_correlations_agree_with_their_sources_on_streams(part: int) -> None:
    paths = [path for path in active() if 'type = "eql"' in (text := path.read_text()) or 'type = "threshold"' in text]
    found = streams.measured(paths[part::16])
    rows = [row for kind, row in found.items() if kind != "threshold"]
    assert sum(row.rules for row in rows) > 0
    assert sum(row.agreeing for row in rows) >= 0.8 * sum(row.rules for row in rows)
    assert all(name.endswith(": span just broken") for row in rows for name in row.differing)
    threshold = found.get("threshold", streams.Agreement())
    assert threshold.agreeing == threshold.rules


def test_nine_of_ten_sequences_and_all_samples_and_thresholds_become_correlations() -> None:
    """Every third file: the search for a witness takes long where a clause repeats among others."""
    rules = [rule for path in active()[::3] for rule in streams.stream_rules(path)]
    refused: dict[str, list[str]] = {}
    for rule in rules:
        try:
            conversion = isorule.convert(rule, "sigma", max_loss="widens")
        except isorule.UnsupportedError as error:
            refused.setdefault(streams.kind_of(rule), []).append(error.diagnostic.name)
        else:
            assert isinstance(conversion.rule.detection, Correlation)
            assert all(not isinstance(item.detection, Opaque) for item in conversion.rule.detection.items)
    sequences = sum(streams.kind_of(rule) == "sequence" for rule in rules)
    assert sequences >= 40
    assert set(refused) <= {"sequence"}
    assert set(refused.get("sequence", ())) <= {"missing-event", "computed-operand"}
    assert len(refused.get("sequence", ())) <= sequences // 10


def test_what_is_refused_is_a_base_query_where_loss_is_allowed() -> None:
    for path in active()[::7]:
        for rule in isorule.load(path):
            if isinstance(rule.detection, Opaque):
                continue
            conversion = isorule.convert(rule, "sigma", allow_loss=True)
            dropped = [loss.name for loss in conversion.losses if loss.name.endswith("-dropped")]
            if dropped:
                assert conversion.verdict.kind in (
                    isorule.VerdictKind.WIDER,
                    isorule.VerdictKind.UNDECIDED,
                    isorule.VerdictKind.IDENTICAL,
                    isorule.VerdictKind.EQUIVALENT,
                ), (path.name, dropped)


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yml")), ids=lambda path: path.stem)
def test_the_examples_of_the_specification_are_read(path: Path) -> None:
    (rule,) = isorule.load(path)
    if path.parent.name == "correlation":
        assert isinstance(rule.detection, Correlation)
        kind = "correlation"
    else:
        kind = "filter" if path.parent.name == "filter" else "rule"
    schema_text = (Path(__file__).resolve().parents[2] / "schemas" / f"sigma-{kind}.schema.json").read_text()
    validator = jsonschema.Draft202012Validator(yaml.safe_load(schema_text))
    assert rule.origin is not None
    assert [error.message for error in validator.iter_errors(rule.origin.document)] == []
