"""Sigma detections: the `detection:` mapping of a Sigma rule (specification 2.1.0).

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
"""

from isorule.dialects.registry import Dialect
from isorule.dialects.sigma.reading import read_detection
from isorule.dialects.sigma.text import CAPABILITIES, emit, parse
from isorule.dialects.sigma.writing import WrittenDetection, write_detection

SIGMA = Dialect("sigma", "Sigma detection", parse, emit, CAPABILITIES)

__all__ = ["SIGMA", "WrittenDetection", "read_detection", "write_detection"]
