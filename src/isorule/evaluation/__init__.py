"""The reference evaluator: what a detection gives for events. It takes the representation and events, nothing else.

`evaluate_detection` runs one detection over a list of events, `RuleSet` many rules over a stream,
`compile_predicate` and `evaluate_operand` give the parts. Events are mappings as JSON has them; they are never
changed, and alerts hold the very objects that were given.
"""

from isorule.evaluation.alerts import Alert
from isorule.evaluation.detections import compile_predicate, evaluate_detection, evaluate_operand
from isorule.evaluation.ruleset import RuleSet
from isorule.evaluation.sequence_stream import OUT_OF_ORDER, StreamLimits

__all__ = [
    "OUT_OF_ORDER",
    "Alert",
    "RuleSet",
    "StreamLimits",
    "compile_predicate",
    "evaluate_detection",
    "evaluate_operand",
]
