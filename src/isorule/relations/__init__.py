"""How the rules of a corpus stand to each other."""

from isorule.relations.overlaps import Run, overlaps, run_here
from isorule.relations.pairs import Overlap, Overlaps, Relation, Sources, Undecided
from isorule.relations.sources import sources_of

__all__ = ["Overlap", "Overlaps", "Relation", "Run", "Sources", "Undecided", "overlaps", "run_here", "sources_of"]
