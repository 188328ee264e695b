"""How much work one condition may cost, counted, so that a rule that a machine made has an answer in good time."""

from __future__ import annotations

MOST_WORK = 2_000_000
"""What the questions about one condition may look at: leaves, and terms beside a term; a second or two.

The largest rule of the corpora, of 2,750 terms, needs 1,730,000.
"""


class TooLargeError(Exception):
    """The condition asks for more work than it may cost."""


class Effort:
    """Counts the work on one condition; `most` of None is no limit."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self.spent = 0

    def spend(self, count: int) -> None:
        """Counts work that is about to be done. Raises TooLargeError where it is more than what is left."""
        self.spent += count
        if self._most is not None and self.spent > self._most:
            raise TooLargeError
