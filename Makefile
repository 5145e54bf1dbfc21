# Everything runs in .venv; the constraints file fixes every version that was tested.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
DATA ?= data
SHARED ?= ../shared/data
ROWS ?= 100000
KILLS ?= 200
BROWSER ?= long
TEST_OPTIONS ?=

.PHONY: run test lint ci model quality bench bench-short browser chromium faults harden ray clean

run: $(VENV)/.installed
	@$(BIN)/rongtong --data $(DATA) start

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(TEST_OPTIONS)

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade 'pip>=25.1'

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-%: pyproject.toml constraints.txt | $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --group $*
	@touch $@

quality: $(VENV)/.installed-test
	RONGTONG_SHARED_DATA=$(SHARED) $(BIN)/python -m pytest tests/quality/real_data_checks.py --override-ini python_files=real_data_checks.py

model: $(VENV)/.installed-train
	$(BIN)/python -m embeddings.training --data $(SHARED)

# ROWS=1000000 for a million; the short form is a smoke test of the benchmarks themselves.
bench: $(VENV)/.installed-bench
	$(BIN)/python -m tests.benchmarks --rows $(ROWS) --shared $(SHARED)

bench-short: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks --short

# The console's pages in a real browser; BROWSER=short is what `make test` runs where there is a chromium.
browser: chromium $(VENV)/.installed-test
	RONGTONG_BROWSER=$(BROWSER) $(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/browser

# Debian's own chromium and a Chinese font, where they are missing and may be installed.
chromium:
	@command -v chromium >/dev/null || [ -n "$$RONGTONG_CHROMIUM" ] || \
	  (apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends chromium fonts-noto-cjk) || \
	  echo 'no chromium and none can be installed: the tests in a browser will be skipped'

# As long and as strict as on an idle machine; a short form is part of `make test`.
faults: $(VENV)/.installed-test
	RONGTONG_FAULTS_KILLS=$(KILLS) RONGTONG_FAULTS_STRICT=1 $(BIN)/python -m pytest tests/faults

# The whole interface under Schemathesis, 10,000 malformed bodies, 1,000 slow clients; short forms are part of `make test`.
harden: $(VENV)/.installed-test
	RONGTONG_SCHEMATHESIS=1 RONGTONG_MALFORMED=10000 RONGTONG_SLOW_CLIENTS=1000 $(BIN)/python -m pytest tests/api/hardening

# Runs of campaigns on three local Ray nodes, one of them killed.
ray: $(VENV)/.installed-test
	$(PIP) install --quiet --constraint constraints.txt 'ray>=2.50,<3'
	RONGTONG_RAY=1 $(BIN)/python -m pytest tests/api/campaigns/test_ray.py

clean:
	rm -rf $(VENV) $(DATA)
