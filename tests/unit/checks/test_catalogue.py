"""The catalogue of checks is what the docstrings say."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from isorule.checks.problems import problem_codes
from isorule.checks.registry import all_checks

ROOT = Path(__file__).resolve().parents[3]


def test_the_catalogue_is_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_check_catalogue.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_check_goes_by_a_name_or_code_of_another_or_of_the_readers() -> None:
    checks = [check.about for check in all_checks()]
    names, codes = Counter(about.name for about in checks), Counter(about.code for about in checks)
    names.update(list(problem_codes()))
    codes.update({code for found in problem_codes().values() for code in found})
    assert [name for name, number in names.items() if number > 1] == []
    assert [code for code, number in codes.items() if number > 1] == []
