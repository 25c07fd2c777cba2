# Everything runs from the environment in .venv, made from the locks in requirements/.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made-from

.PHONY: env demo test check format docs locks test-slow bench clean

env: $(STAMP)

$(STAMP): requirements/uv.txt requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

demo: env
	$(BIN)/python -m examples.demo

test: env
	$(BIN)/pytest -m "not slow" -n 3 --dist loadfile

test-slow: env
	$(BIN)/pytest -m slow

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The tables of methods, strategies and rules, from what the code says of them.
docs: env
	$(BIN)/python -m annotate.cli.methods_page docs/methods.md

# The locks pin versions and hashes, for every platform, and name no host.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
locks:
	$(BIN)/$(COMPILE) pyproject.toml -o requirements/core.txt
	$(BIN)/$(COMPILE) pyproject.toml --extra ray -o requirements/ray.txt
	$(BIN)/$(COMPILE) pyproject.toml --extra flows -o requirements/flows.txt
	$(BIN)/$(COMPILE) pyproject.toml --extra vllm -o requirements/vllm.txt
	$(BIN)/$(COMPILE) pyproject.toml --extra ray --extra flows --group dev -o requirements/dev.txt
	echo uv | $(BIN)/$(COMPILE) - -o requirements/uv.txt

clean:
	rm -rf .venv .cache out
