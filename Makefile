# Everything runs in .venv; the constraints file fixes every version that was tested.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
DATA ?= data
SHARED ?= ../shared/data

.PHONY: run test lint ci model quality bench clean

run: $(VENV)/.installed
	@$(BIN)/rongtong --data $(DATA) start

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest

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

bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.serving $(SHARED)

clean:
	rm -rf $(VENV) $(DATA)
