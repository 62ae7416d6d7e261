# 贯标 Guanbiao. Needs python3 ≥ 3.10 and make; everything else is set up in .tools and .venv.
SHELL := /bin/bash
UV := .tools/bin/uv
PY := .venv/bin/python
GUANBIAO := .venv/bin/guanbiao
STAMP := .venv/.ready
NO_NETWORK_NAMES := UV_NO_PROGRESS=1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check accept bench clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

setup: $(STAMP) ## private tools, Python 3.13, locked packages, composed questionnaires
	@$(GUANBIAO) model build --quiet

$(STAMP): requirements/base.txt requirements/dev.txt pyproject.toml Makefile
	@python3 scripts/setup.py
	@touch $(STAMP)

demo: setup ## score the example enterprise and write its report
	@bash scripts/demo.sh

test: setup ## every test
	@$(PY) -m pytest -n auto --dist loadfile $(ARGS)

check: setup ## style, types, imports, questionnaires (≤ 60 s)
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m pytest -q -n auto tests/architecture

accept: setup ## acceptance checks: make accept lists them, make accept A=name runs one (CONTROL=1 plants its fault, FULL=1 the long form)
	@$(PY) -m acceptance $(A)

bench: setup ## measure and write bench/RESULTS.md
	@$(PY) -m bench

clean: ## remove everything that set-up made
	@rm -rf .venv .tools guanbiao/indicators/built out .pytest_cache .mypy_cache .ruff_cache .hypothesis
