# `make demo` and `make test` need make, Python 3.11 or newer with its venv module, and, the first time, a package index.
# Every path below is relative, so the folder may stand anywhere, also under a name with blanks.

PYTHON ?= python3
PYTEST_ARGS ?=

SHELL := /bin/sh
BIN := .venv/bin
ISORULE := $(BIN)/isorule

.DEFAULT_GOAL := help
.PHONY: help demo test twins lint bench coverage-doc clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-20s %s\n' "$$name" "$$text"; done

demo: .venv/installed ## Convert our rules, check their twins, lint both, run the fixtures on both sides.
	rm -rf .demo
	$(ISORULE) convert rules --to sigma -o .demo/sigma --skip-refused
	$(ISORULE) convert rules --to sigma -o sigma --skip-refused --check
	$(ISORULE) check rules sigma
	$(ISORULE) test tests/fixtures --rules rules --twins sigma

test: .venv/installed-test ## Run the test suite.
	$(BIN)/python -m pytest $(PYTEST_ARGS)

twins: .venv/installed ## Write the Sigma twins of our rules to sigma/.
	$(ISORULE) convert rules --to sigma -o sigma --skip-refused

lint: .venv/installed-dev ## Format, style, types and layers of the code.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-test ## Measure speed.
	@for file in tests/bench/bench_*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

coverage-doc: .venv/installed-test ## Write docs/coverage.md from the corpora in ../shared.
	$(BIN)/python tests/corpora/measure.py --write

clean: ## Remove what the other targets made.
	rm -rf .venv .demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The environment is made once, and brought up to date when pyproject.toml is newer than the mark of its last install.

.venv/installed: EXTRA :=
.venv/installed-test: EXTRA := [test]
.venv/installed-dev: EXTRA := [dev]

.venv/installed .venv/installed-test .venv/installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(EXTRA)'
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'isorule needs Python 3.11 or newer; "$(PYTHON)" is missing or older. Name another, as in: make demo PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo 'no virtual environment could be made; on Debian and Ubuntu install python3-venv' >&2; exit 1; }
