# `make` alone lists what there is.
PYTHON := .venv/bin/python
# Some machines switch bytecode files off; every start would then compile everything again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint bench bench-large shots torture docs lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: ## Install what the lock names into .venv (a repeat costs nothing)
	@sh tools/setup.sh

demo: setup ## Run the whole system with example recalls on this machine
	@.venv/bin/kaishu demo

serve: setup ## Run the web server on the configured database
	@.venv/bin/kaishu serve

test: setup ## Everything: lint, tests on SQLite and PostgreSQL, walks in a browser
	@$(PYTHON) tools/check.py

lint: setup ## Only the fast checks: style, types, layers, wording
	@$(PYTHON) tools/check.py lint

bench: setup ## Run the benchmarks
	@$(PYTHON) tools/check.py bench

bench-large: setup ## The long ones: ten minutes of checks while the main site breaks (never in CI)
	@$(PYTHON) -m bench.report edge_steady

shots: setup ## Walk the pages, save screenshots in shots/ and lay them out on sheets
	@KAISHU_SHOTS=1 $(PYTHON) -m pytest -q -m walk; $(PYTHON) tools/contact_sheet.py; $(PYTHON) tools/staff_sheet.py

torture: setup ## The long version of the tests, for hours; goes on where it was interrupted
	@$(PYTHON) tools/torture.py

docs: setup ## Build the documentation as a site, in build/docs
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet && echo "open build/docs/index.html"

lock: setup ## Resolve pyproject.toml again into requirements.lock
	@sh tools/lock.sh
