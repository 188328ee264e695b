#!/usr/bin/env bash
# Tests pySigma's backends, those of each line of pySigma in an environment of its own (.venv-pysigma-1, .venv-pysigma-2).
# An environment that cannot be made here is skipped, and said to be; a test that fails makes this fail.
# Arguments go to pytest.
cd "$(dirname "$0")/../.." || exit 2
python=${PYTHON:-python3}
status=0

for line in 1 2; do
  venv=.venv-pysigma-$line
  wanted=tests/backends/pysigma-$line.txt
  if [ ! -x "$venv/bin/python" ]; then "$python" -m venv "$venv" || { echo "backends: no environment for pySigma $line"; continue; }; fi
  if [ ! -e "$venv/installed" ] || [ "$wanted" -nt "$venv/installed" ] || [ pyproject.toml -nt "$venv/installed" ]; then
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[test]' -r "$wanted" >"$venv/install.log" 2>&1; then
      echo "backends: pySigma $line is skipped, its backends could not be installed: $(tail -n 1 "$venv/install.log")"
      continue
    fi
    touch "$venv/installed"
  fi
  echo "backends: pySigma $line"
  "$venv/bin/python" -m pytest -q tests/backends tests/unit/backends tests/cli/test_convert_backends.py "$@" || status=1
done
exit $status
