# metasyn: `make report` builds every report, `make test` runs every test.
# Both make .venv first, from hash-pinned packages. Any CPython from 3.11 to 3.13 will do;
# choose one with `make report PYTHON=/path/to/python3`.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.metasyn-installed
PYTEST_ARGS ?= -n 2

.PHONY: help report test lint types confirm benchmark clean lock install

help:
	@echo 'make report  build every report that is out of date, into reports/'
	@echo 'make test    run the tests'
	@echo 'make lint    ruff: style and format'
	@echo 'make types   mypy: strict types of the package'
	@echo 'make confirm fit every synthesis of the reports again with R metafor (needs R)'
	@echo 'make benchmark  time single syntheses against metafor in R (ratios)'
	@echo 'make clean   remove .venv and caches (reports stay)'
	@echo 'make lock    choose package versions anew (needs uv)'

report: $(READY)
	@$(BIN)/metasyn run

test: $(READY)
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

confirm:
	@Rscript scripts/confirm_with_metafor.R

benchmark: $(READY)
	@$(BIN)/python benchmarks/single.py

install: $(READY)

$(READY): requirements.lock pyproject.toml scripts/make_venv.sh
	@PYTHON='$(PYTHON)' sh scripts/make_venv.sh $(VENV)
	@touch $(READY)

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find metasyn tests analyses scripts -name __pycache__ -type d -prune -exec rm -rf {} +

lock:
	@sh scripts/lock.sh
