.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
BENCHES := $(sort $(wildcard tests/bench/bench_*.py))

.PHONY: help run test check quick bench format clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## have the embedded model write the 26 kernels, judged; ARGS adds options of bench run
	$(BIN)/aspl bench run --model local/synth --policy adaptive --samples 8 --patience 3 \
	  --html .aspl/report.html $(ARGS)

test: $(READY) ## run every test; ARGS="--cov" adds options of pytest
	$(BIN)/python -m pytest $(ARGS)

check: $(READY) ## check format, lint, types and import contracts, then run every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

quick: $(READY) ## run the unit tests, stop at the first failure
	$(BIN)/python -m pytest tests/unit -x -q $(ARGS)

bench: $(READY) ## measure speed and print ratios
	@set -e; for script in $(BENCHES); do echo "== $$script"; $(BIN)/python "$$script"; done

format: $(READY) ## rewrite the sources in the house format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

clean: ## remove the environment and everything that was built
	rm -rf .venv build dist *.egg-info .coverage htmlcov .benchmarks
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt scripts/setup
	PYTHON="$(PYTHON)" scripts/setup
	@touch $@
