"""Code of others: what pySigma and its plug-ins raise becomes a diagnostic, in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from isorule.diagnostics import IsoruleError, UnsupportedError
from isorule.ir.losses import refusal

_NO_PLACE: Final = re.compile(r" \(while [a-z ]+ rule None\)$")


@contextmanager
def foreign(answer: Callable[[Exception], IsoruleError]) -> Iterator[None]:
    """Runs code of pySigma or of a plug-in; what it raises becomes the error that `answer` makes of it.

    Errors of our own pass as they are.
    """
    try:
        yield
    except IsoruleError:
        raise
    except Exception as error:  # a plug-in runs any code and may raise anything
        raise answer(error) from error


def rejected(error: Exception) -> UnsupportedError:
    """The refusal for a rule that pySigma does not read."""
    return refusal("pysigma-rejects-rule", f"pySigma does not read this rule: {plain_message(error)}")


def plain_message(error: BaseException) -> str:
    """What an exception says, in one line and without the file, or the lack of one, that pySigma adds."""
    said = str(error).removesuffix(f" in {getattr(error, 'source', None)}")
    return _NO_PLACE.sub("", " ".join(said.split())) or type(error).__name__
