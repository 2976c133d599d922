# demo test check derive bench: each does its own set-up. Needs Python 3.11+ (pip, venv), git and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
TOOLS := .tools
UV := $(TOOLS)/bin/uv
RUN := $(UV) run --locked --quiet
# A home of its own: what a developer's installation holds must not decide a check.
CHECK_HOME := KHO138_HOME="$(CURDIR)/$(TOOLS)/home"
PACKAGES := warehouse ingestion expectations orchestration demo
SQL := dbt_project/models dbt_project/tests dbt_project/macros
# The whole project is read anew, a warning is an error; no database is asked.
DBT_PARSE := KHO138_DBT_HOST=none KHO138_DBT_PORT=1 KHO138_DBT_DBNAME=none $(RUN) dbt --quiet --warn-error \
	--no-partial-parse --log-path $(abspath $(TOOLS))/dbt parse --target-path $(abspath $(TOOLS))/dbt \
	--project-dir dbt_project --profiles-dir dbt_project

.PHONY: setup demo test check audit derive lint-sql dev bench bench-long

$(UV):
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# A locked install of everything; nothing is downloaded when it is there already.
.venv/.installed: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	touch $@

setup: .venv/.installed

# The sample province: invented reports through the gate, the build, and the figures. Again: goes on from what is there.
demo: setup
	$(RUN) kho138 demo

# .ci/run calls this with `check`.
test: setup
	$(RUN) pytest

check: setup lint-sql
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	DAGSTER_HOME="$$($(CHECK_HOME) $(RUN) python -m orchestration.instance)" $(CHECK_HOME) $(RUN) dg check defs
	$(RUN) python -m ingestion.derive --check
	$(RUN) python lint/secret_scan.py
	$(DBT_PARSE)

# Known weaknesses of the locked packages. Asks a public database, so it is no part of check: before a release, with network.
audit: $(UV)
	$(UV) export --quiet --locked --no-emit-project --output-file $(TOOLS)/locked.txt
	$(UV) tool run pip-audit==2.10.1 --disable-pip --requirement $(TOOLS)/locked.txt

# sqlfluff clashes with the stack's own dependencies: an environment and a lock of its own in lint/.
lint/.venv/.installed: $(UV) lint/pyproject.toml lint/uv.lock
	$(UV) sync --project lint --locked --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	touch $@

lint-sql: lint/.venv/.installed
	lint/.venv/bin/sqlfluff lint --config lint/sqlfluff.cfg --disable-progress-bar --nocolor $(SQL)

# Files derived from contracts: dbt sources and staging, reference pages, the schema for editors.
derive: setup
	$(RUN) python -m ingestion.derive

# Dagster's pages over the installation (KHO138_HOME), with its runs kept in <home>/dagster.
dev: setup
	DAGSTER_HOME="$$($(RUN) python -m orchestration.instance)" $(RUN) dg dev

# Every ratio in one run, against floors and peers; about ten minutes. Writes benchmarks/RESULTS.md. The peers stand in an
# environment of their own, so that what they bring along changes nothing for anybody else.
bench: $(UV)
	UV_PROJECT_ENVIRONMENT=$(TOOLS)/bench $(RUN) --group bench python -m benchmarks

# The counts that the issues name: make bench-long SUITE=states. Stopped, it goes on from the last block that was done.
bench-long: $(UV)
	UV_PROJECT_ENVIRONMENT=$(TOOLS)/bench $(RUN) --group bench python -m benchmarks.long $(SUITE)
