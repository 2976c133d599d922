# demo test check derive bench: each does its own set-up. Needs Python 3.11+ (pip, venv), git and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
TOOLS := .tools
UV := $(TOOLS)/bin/uv
RUN := $(UV) run --locked --quiet
PACKAGES := warehouse ingestion expectations orchestration demo

.PHONY: setup test check derive

$(UV):
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# A locked install of everything; nothing is downloaded when it is there already.
.venv/.installed: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	touch $@

setup: .venv/.installed

# .ci/run calls this with `check`.
test: setup
	$(RUN) pytest

check: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) python -m ingestion.derive --check

# Files derived from contracts: dbt sources and staging, reference pages, the schema for editors.
derive: setup
	$(RUN) python -m ingestion.derive
