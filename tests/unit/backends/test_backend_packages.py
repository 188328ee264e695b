"""Backends that are not installed: what to install, and whether it fits."""

from __future__ import annotations

import pytest

from isorule.backends.packages import missing_backend, packages, suffix_of


@pytest.mark.parametrize(
    ("backend", "version", "fits"),
    [
        ("splunk", "1.5.1", True),
        ("splunk", "2.0.1", False),
        ("splunk", "0.11.23", False),
        ("lucene", "1.3.9", False),
        ("sqlite", "2.0.0", False),
        ("sqlite", "2.0.1", True),
        ("sqlite", "3.0.0", False),
        ("net_witness", "2.0.1", True),
    ],
)
def test_a_package_fits_the_pysigma_that_it_asks_for(backend: str, version: str, fits: bool) -> None:
    assert packages()[backend].fits(version) is fits


def test_a_known_backend_says_what_to_install() -> None:
    found = missing_backend("splunk", (), "1.5.1").diagnostic
    assert (found.name, found.hint) == ("backend-not-installed", "pip install pysigma-backend-splunk")


def test_a_backend_that_does_not_fit_says_so() -> None:
    hint = missing_backend("pysigma:splunk", (), "2.0.1").diagnostic.hint
    assert hint is not None
    assert hint.startswith("pip install pysigma-backend-splunk (it needs pySigma >=1,<2, and 2.0.1 is installed")


def test_an_unknown_name_gives_those_close_to_it() -> None:
    found = missing_backend("splnuk", ("kusto",), "2.0.1").diagnostic
    assert (found.name, found.hint) == ("unknown-target", "close to it: splunk")


@pytest.mark.parametrize(
    ("backend", "form", "suffix"),
    [
        ("splunk", "savedsearches", ".conf"),
        ("splunk", "default", ".spl"),
        ("splunk", "data_model", ".spl"),
        ("lucene", "siem_rule_ndjson", ".ndjson"),
        ("stranger", "default", ".txt"),
        ("stranger", "some_json", ".json"),
        ("stranger", "some_ndjson", ".ndjson"),
    ],
)
def test_files_are_named_by_backend_and_format(backend: str, form: str, suffix: str) -> None:
    assert suffix_of(backend, form) == suffix
