# Set-up is part of every target: a fresh machine needs only python3 (3.11+, with venv), make and git.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
export UV_PROJECT_ENVIRONMENT = .venv
# Empty: some machines forbid Python to keep what it compiled. Then every test process, and every server that a test
# starts, compiles Django and the tests' own modules once more.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help demo test test-database test-engines test-population-postgresql test-random lint format bench screenshots pictures messages docs tables clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.venv/uv: # a virtual environment with uv in it; Debian's pip refuses to install system-wide
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch .venv/uv

.venv/service: .venv/uv pyproject.toml uv.lock
	@$(BIN)/uv sync --quiet --frozen --inexact --no-dev
	@touch .venv/service

.venv/developer: .venv/uv pyproject.toml uv.lock
	@$(BIN)/uv sync --quiet --frozen --inexact --extra population
	@touch .venv/developer .venv/service

.venv/spark: .venv/developer
	@$(BIN)/uv sync --quiet --frozen --inexact --extra population --extra spark
	@touch .venv/spark

demo: .venv/service  ## the demonstration network at http://127.0.0.1:8000, on an embedded database
	@$(BIN)/python -m anderhalf.web.messages compile
	@$(BIN)/anderhalf demo

test: .venv/developer  ## all tests, on SQLite or on DATABASE_URL
	@scripts/ensure_chromium
	@$(BIN)/python -m anderhalf.web.messages compile
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-database: .venv/developer  ## the tests that touch a database, on DATABASE_URL
	@$(BIN)/python -m anderhalf.web.messages compile
	@$(BIN)/python -m pytest tests/integration tests/security $(PYTEST_ARGS)

test-population-postgresql: .venv/developer  ## random tables alike on PostgreSQL (ANDERHALF_POPULATION_URL)
	@$(BIN)/python -m pytest -n 0 tests/conformance/test_population_engines.py -k postgresql $(PYTEST_ARGS)

test-engines: .venv/developer  ## random tables alike on all population engines: PostgreSQL where it answers, Spark where Java is
	@if command -v java >/dev/null; then $(MAKE) --no-print-directory .venv/spark; fi
	@$(BIN)/python -m pytest -n 0 tests/conformance/test_population_engines.py $(PYTEST_ARGS)

test-random: .venv/developer  ## the property tests with newly drawn cases, a different run each time
	@HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest $$(grep -rl "from hypothesis import" tests --include=test_*.py) $(PYTEST_ARGS)

lint: .venv/developer  ## style, types, import contracts, translations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m anderhalf.web.messages check

format: .venv/developer  ## let ruff lay out the code
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format --quiet .

bench: .venv/developer  ## benchmarks, each against a named peer in the same run
	@$(BIN)/python -m benchmarks

screenshots: .venv/developer  ## every page, both languages, laptop and phone, into build/screenshots
	@scripts/ensure_chromium
	@$(BIN)/python -m anderhalf.web.messages compile
	@$(BIN)/python -m pytest tests/journeys/test_pages.py --screenshots=build/screenshots $(PYTEST_ARGS)

pictures: .venv/developer  ## draw the A4s of the README again (docs/images), small
	@$(BIN)/python -m scripts.draw_pictures

messages: .venv/developer  ## collect texts to translate
	@$(BIN)/python -m anderhalf.web.messages update

docs: .venv/developer  ## regenerate the pages of docs/ that come from code
	@$(BIN)/python -m scripts.generate_docs

tables: .venv/developer  ## write again what every decision table answers beside its limits (tests/spec/tables)
	@$(BIN)/python -m scripts.write_boundaries

clean:  ## remove what was made, except the demonstration's data in var/
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
