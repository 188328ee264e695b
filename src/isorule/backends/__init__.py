"""pySigma's backends and processing pipelines: the one place that imports pySigma, and only when one is asked for.

pySigma 1.4 to 2.x; which backends there are is pySigma's to find (its namespace packages), not ours.
https://sigmahq-pysigma.readthedocs.io/
"""

from isorule.backends.catalogue import InstalledBackend, backend_names, installed_backend, pipeline_names, versions
from isorule.backends.choice import PREFIX, BackendChoice, OptionValue
from isorule.backends.flaws import losses_of, losses_of_correlation, notes_of, reader_of, unsupported
from isorule.backends.packages import missing_backend, suffix_of
from isorule.backends.pipelines import Transformed, pipeline_files, resolved, transform
from isorule.backends.running import Written, finalized, write

__all__ = [
    "PREFIX",
    "BackendChoice",
    "InstalledBackend",
    "OptionValue",
    "Transformed",
    "Written",
    "backend_names",
    "finalized",
    "installed_backend",
    "losses_of",
    "losses_of_correlation",
    "missing_backend",
    "notes_of",
    "pipeline_files",
    "pipeline_names",
    "reader_of",
    "resolved",
    "suffix_of",
    "transform",
    "unsupported",
    "versions",
    "write",
]
