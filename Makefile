# One command per job; `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
OUT ?= build/brief
JOBS ?= 2
DATE ?= $(shell date -u +%F)
MILLIONS ?= 1 10
RESULTS := docs/reference/benchmarks-results.md

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev brief check lint fmt types layers test slow docs schemas golden bench bench-growth backtest clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.core: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "comity needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq 'uv>=0.7' || true
	@if $(BIN)/uv --version >/dev/null 2>&1 && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e . ; then :; \
	  else $(BIN)/python -m pip install --quiet -c constraints.txt -e . ; fi
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@if $(BIN)/uv --version >/dev/null 2>&1 && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[dev]' ; then :; \
	  else $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]' ; fi
	@touch $@

setup: $(VENV)/.core ## make .venv with the comity command
setup-dev: $(VENV)/.dev ## the same with the tools that check needs

brief: setup ## assess Russia-Iran from the built-in evidence and write the brief
	@$(BIN)/comity assess RUS IRN --out $(OUT)

check: setup-dev lint layers types test docs ## every gate and test

lint: setup-dev
	@$(BIN)/ruff format --check --quiet src tests docs benchmarks || { echo "run: make fmt"; exit 1; }
	@$(BIN)/ruff check --quiet src tests docs benchmarks
fmt: setup-dev ## format and mend what the linter can
	@$(BIN)/ruff check --quiet --fix src tests docs benchmarks; $(BIN)/ruff format --quiet src tests docs benchmarks
layers: setup-dev
	@$(BIN)/lint-imports
types: setup-dev
	@$(BIN)/mypy
test: setup-dev
	@rm -f .coverage .coverage.*
	@$(BIN)/pytest -q -n $(JOBS) -m 'not slow' --doctest-modules --cov --cov-report= src/comity tests
	@$(BIN)/coverage report
docs: setup-dev
	@$(BIN)/sphinx-build -q -n -W -b html docs build/docs
slow: setup-dev ## statistical recovery, kill, Spark cluster and browser-wide tests
	@$(BIN)/python -c 'import pyspark, sqlglot' 2>/dev/null \
	  || { $(BIN)/uv --version >/dev/null 2>&1 && $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[spark]' ; } \
	  || $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[spark]' \
	  || echo "pyspark cannot be installed here: the tests on a Spark cluster will be skipped, and say so"
	@$(BIN)/pytest -q -m slow --durations=10 tests
schemas: setup ## rewrite the JSON Schemas from the models
	@$(BIN)/comity schemas --write
golden: setup-dev ## rewrite golden files after looking at the difference
	@COMITY_GOLDEN=rewrite $(BIN)/pytest -q tests/snapshot
bench: setup-dev ## budgets and the race against other tools, into the docs
	@$(BIN)/python -c 'import statsmodels' 2>/dev/null || $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[bench]' \
	  || echo "statsmodels cannot be installed here: the budgets are measured without it"
	@$(BIN)/python -m benchmarks --docs $(RESULTS) --date $(DATE)
bench-growth: setup-dev ## how the store grows with MILLIONS="1 10 50" of rows
	@$(BIN)/python -m benchmarks --only growth --millions $(MILLIONS) --docs $(RESULTS) --date $(DATE)
backtest: setup ## test the outlook by rolling origins, into the docs and the package (needs STORE with the collected panel)
	@$(BIN)/comity outlook backtest --out docs/reference --date $(DATE) $(if $(STORE),--store $(STORE))
	@mv docs/reference/backtest.json src/comity/catalog/panel/outlook_backtest.json
clean: ## remove what the targets made
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .coverage .coverage.* .import_linter_cache
