# metasyn: `make report` builds every report, `make test` runs every test.
# Both make .venv first, from hash-pinned packages. Any CPython from 3.11 to 3.13 will do;
# choose one with `make report PYTHON=/path/to/python3`.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.metasyn-installed
# Neighbouring tests stay in one process and share what they built; who is done early takes from the other.
PYTEST_ARGS ?= -n 2 --dist worksteal

.PHONY: help report test slow lint types verify confirm gallery tutorial benchmark clean lock install

help:
	@echo 'make report  build every report that is out of date, into reports/'
	@echo 'make test    run the tests'
	@echo 'make slow    run the slow ones: simulations, kills of running commands'
	@echo 'make lint    ruff: style and format'
	@echo 'make types   mypy: strict types of the package'
	@echo 'make verify  let R (package metafor) compute every number of the reports again'
	@echo 'make gallery  draw the figures of docs/gallery/ anew'
	@echo 'make tutorial run docs/tutorial.ipynb anew and keep what it shows'
	@echo 'make benchmark  time syntheses, many of them, figures, reports and status, against metafor, C or git (ratios)'
	@echo 'make clean   remove .venv and caches (reports stay)'
	@echo 'make lock    choose package versions anew (needs uv)'

report: $(READY)
	@$(BIN)/metasyn run

test: $(READY)
	@$(BIN)/python -m pytest $(PYTEST_ARGS) -m 'not slow'

slow: $(READY)
	@$(BIN)/python -m pytest $(PYTEST_ARGS) -m slow

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

verify: $(READY)
	@$(BIN)/metasyn verify

confirm: verify

gallery: $(READY)
	@$(BIN)/python scripts/gallery.py

tutorial: $(READY)
	@$(BIN)/python scripts/run_notebook.py

benchmark: $(READY)
	@$(BIN)/python benchmarks/single.py
	@$(BIN)/python benchmarks/reports.py
	@$(BIN)/python benchmarks/audit.py
	@$(BIN)/python benchmarks/living.py
	@$(BIN)/python benchmarks/batch.py
	@$(BIN)/python benchmarks/streaming.py

install: $(READY)

$(READY): requirements.lock pyproject.toml scripts/make_venv.sh
	@PYTHON='$(PYTHON)' sh scripts/make_venv.sh $(VENV)
	@touch $(READY)

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find metasyn tests analyses scripts -name __pycache__ -type d -prune -exec rm -rf {} +

lock:
	@sh scripts/lock.sh
