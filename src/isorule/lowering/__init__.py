"""Rewriting a predicate to what a target can say: one file per axis, each a function of the predicate and the target.

`lower` runs them in order. A pass is exact, or declares a loss seen from the whole rule, or refuses.
"""

from isorule.lowering.passes import lower
from isorule.lowering.target import Target

__all__ = ["Target", "lower"]
