# Commands for people: make demo, make test. Everything lands in $(VENV) and $(OUT).

VENV   ?= .venv
PYTHON ?= python3
OUT    ?= out
NOTICE ?=
BENCH  ?=

PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
EXTRAS := dev,diagram,report

SHELL       := /bin/sh
MAKEFLAGS   += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# A user's own settings must not reach the demo or the tests.
unexport SUPERVISE_DB SUPERVISE_DEFINITIONS SUPERVISE_DISTRICT SUPERVISE_ARCHIVES SUPERVISE_APPROVED_ONLY PYTHONPATH PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test lint bench gallery clean

help:
	@echo "make demo                 install, then play a whole year on examples/notice.txt into $(OUT)/"
	@echo "make demo NOTICE=path     the same year on another notice"
	@echo "make test                 install, lint, run the tests"
	@echo "make lint                 ruff and mypy only"
	@echo "make gallery              draw every lifecycle again: docs/gallery.md, png files in $(OUT)/gallery/"
	@echo "make bench                beside other programs, and how cost grows: writes docs/performance.md"
	@echo "make bench BENCH=--quick  the small form, to see that all is well"
	@echo "make clean                remove the environment made here, caches and out/"
	@echo "variables: PYTHON=$(PYTHON) (3.11 or newer)  VENV=$(VENV)  OUT=$(OUT)"

install: $(STAMP)

$(STAMP): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "supervise: no '$(PYTHON)' on the path; give one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "supervise: $$("$(PYTHON)" --version 2>&1) is too old, 3.11 or newer is needed: make PYTHON=python3.11" >&2; exit 1; }
	@test -x "$(PY)" || { echo "creating $(VENV) ..."; "$(PYTHON)" -m venv "$(VENV)"; }
	@echo "installing into $(VENV) ..."
	@"$(PY)" -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	@"$(PY)" -m compileall -q supervise
	@"$(PY)" -c 'import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2)'
	@touch "$(STAMP)"

demo: install
	@test -z "$(NOTICE)" || test -r "$(NOTICE)" || { echo "supervise: cannot read NOTICE=$(NOTICE)" >&2; exit 1; }
	@"$(PY)" examples/demo.py --out "$(OUT)" $(if $(NOTICE),--notice "$(NOTICE)")

test: lint
	@"$(PY)" -m pytest -n auto --dist loadfile

lint: install
	@"$(PY)" -m ruff check .
	@"$(PY)" -m ruff format --check .
	@"$(PY)" -m mypy

gallery: install
	@"$(PY)" examples/gallery.py --png "$(OUT)/gallery"

bench: install
	@"$(PY)" benchmarks/run.py $(BENCH)

clean:
	@test ! -e "$(STAMP)" || rm -rf "$(VENV)"
	@rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find supervise tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
