# Each target does its own set-up; nothing has to be installed by hand.
PY := .venv/bin/python

.PHONY: demo setup test check lint types imports lock clean

demo:            ## A shop database with faults, a load, a scan, and the web page
	@tools/setup run
	@$(PY) -m analyzer demo

setup:           ## Only the virtual environment
	@tools/setup dev

test: setup      ## All tests, with the Debian packages some of them need
	@tools/test-packages
	$(PY) -m pytest -q -n 2 --dist loadfile

check: setup lint types imports test

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(PY) -m mypy

imports: setup
	.venv/bin/lint-imports

lock:            ## Resolve anew from pyproject.toml (needs uv)
	tools/lock

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
