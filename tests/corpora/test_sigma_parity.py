"""Every check that other tools have for Sigma rules is ours by a name that exists, or left out with a reason."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from isorule.backends.validators import NEEDS_NETWORK, validator_names
from isorule.checks import all_checks
from isorule.checks.problems import problem_codes

ROWS = tomllib.loads((Path(__file__).parent / "parity" / "sigma.toml").read_text("utf-8"))["row"]


def test_a_row_names_our_checks_or_says_why_there_is_none() -> None:
    known = {check.about.name for check in all_checks()} | set(problem_codes())
    assert [(row["check"], name) for row in ROWS for name in row.get("ours", ()) if name not in known] == []
    assert [row["check"] for row in ROWS if ("ours" in row) == ("why_not" in row)] == []
    assert [key for key, number in Counter((row["source"], row["check"]) for row in ROWS).items() if number > 1] == []


def test_all_eighty_validators_have_a_row() -> None:
    numbers = Counter(row["source"].split()[0] for row in ROWS)
    assert numbers["pySigma"] == 31
    assert numbers["pysigma-validators-sigmahq"] == 49


def test_the_installed_validators_of_pysigma_have_rows() -> None:
    core = {row["check"] for row in ROWS if row["source"].startswith("pySigma")}
    plug_in = {f"sigmahq_{row['check']}" for row in ROWS if row["source"].startswith("pysigma-validators")}
    assert set(validator_names()) | NEEDS_NETWORK <= core | plug_in
