"""Fixture events for a rule, by the shape of its detection."""

from __future__ import annotations

from typing import assert_never

from isorule.diagnostics import IsoruleError
from isorule.ir.detections import (
    Aggregate,
    Correlation,
    IndicatorMatch,
    Match,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
)
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.synthesis.aggregates import make_aggregates
from isorule.synthesis.cases import Synthesis
from isorule.synthesis.collecting import Collector
from isorule.synthesis.correlations import make_correlations
from isorule.synthesis.indicators import make_indicator_matches
from isorule.synthesis.judging import Judge, Stream
from isorule.synthesis.new_terms import make_new_terms
from isorule.synthesis.scene import scene_of
from isorule.synthesis.sequences import make_sequences
from isorule.synthesis.setting import setting_of
from isorule.synthesis.singles import make_singles


def synthesize(
    rule: Rule, schema: FieldSchema, *, matching: int = 1, near_miss: bool = False, seed: int = 0
) -> Synthesis:
    """So many matches of a rule, and with `near_miss` for each of its conditions cases that fail only because of it.

    Every case has the evaluator's answer; the same rule, schema and seed give the same cases. What is not made is a
    diagnostic in `problems`, with the reason; nothing is raised for a rule that cannot be evaluated.
    """
    setting = setting_of(rule, schema, seed)
    scene = scene_of(rule, setting)
    judge = Judge(rule.detection, setting)
    out = Collector(rule, judge)
    try:
        judge.alerts(Stream(()))
        match rule.detection:
            case Match() as found:
                make_singles(found, scene, out, matching, near_miss)
            case (Sequence() | Sample()) as found:
                make_sequences(found, scene, judge, out, matching, near_miss)
            case Aggregate() as found:
                make_aggregates(found, scene, out, matching, near_miss)
            case NewTerms() as found:
                make_new_terms(found, scene, out, matching, near_miss)
            case IndicatorMatch() as found:
                make_indicator_matches(found, scene, out, matching, near_miss)
            case Correlation() as found:
                make_correlations(found, scene, out, matching, near_miss)
            case Opaque():
                pass  # the evaluator has refused it
            case _:
                assert_never(rule.detection)
    except IsoruleError as error:
        out.refused(error.diagnostic)
    return out.synthesis()
