PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Programs that check a release, apart from the requirements of the package, which theirs contradict.
TOOLS := $(VENV)/tools
# The package spec of torch. On Linux without an NVIDIA GPU this is the CPU build, of some 200 MB instead of gigabytes of CUDA: its index is an
# extra one, and pip prefers its "+cpu" to the same version of PyPI. If that index is not reachable, pip continues with PyPI after some retries.
# The dependencies follow with the package, in the versions of constraints.txt. To select another build: make demo TORCH=torch
CPU_INDEX := https://download.pytorch.org/whl/cpu
GPU := $(shell nvidia-smi -L 2> /dev/null)
TORCH ?= torch$(if $(filter Linux,$(shell uname -s)),$(if $(GPU),, --no-deps --timeout 15 --extra-index-url $(CPU_INDEX)))
# Exact versions of everything. See CONTRIBUTING.md for how to renew them.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: venv demo test properties fuzz coverage mutants lint docs benchmarks tables dist dist-check clean

venv: $(VENV)/.dev

demo: $(VENV)/.demo
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# The tests of properties with random examples, in place of the same examples each time.
properties: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m hypothesis --hypothesis-profile random

# Random damage to the files of every reader; see python -m tests.fuzzing --help. SEED=2 gives other damage.
fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzzing --cases $(or $(CASES),300) --seed $(or $(SEED),1)

# Lines and branches of the package that no test runs. TESTS=tests/linalg runs some tests only.
coverage: $(VENV)/.dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Small errors put into one module of contexts, objectives or statistics, which a test must notice: make mutants
# MODULE=objectives.regression. `mutmut show NAME` prints one of them.
mutants: $(VENV)/.dev
	$(BIN)/mutmut run 'gensim_distill.$(or $(MODULE),$(error MODULE is missing, such as MODULE=objectives.regression)).x*'

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

# Warnings and unresolved references are errors. The first page is docs/_build/html/index.html.
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -b html -n -W --keep-going docs docs/_build/html

# All measurements of README and docs, two hours. See "Measurements" in CONTRIBUTING.md for the inputs: make benchmarks INPUTS="--corpus FILE ..."
benchmarks: $(VENV)/.dev
	$(BIN)/python -m benchmarks.run $(INPUTS)

# Fills the tables of README and docs from benchmarks/results.
tables: $(VENV)/.dev
	$(BIN)/python -m benchmarks.pages

# The source distribution, and the wheel that is built from it.
dist: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build

# All that is checked before a release: both files of dist, the wheel as users have it, CITATION.cff and the workflows.
dist-check: dist $(TOOLS)/.installed
	$(TOOLS)/bin/twine check --strict dist/*
	$(TOOLS)/bin/check-wheel-contents dist/*.whl
	$(TOOLS)/bin/pyroma --min 8 dist/*.tar.gz
	$(TOOLS)/bin/cffconvert --validate
	$(TOOLS)/bin/zizmor --offline --config .github/zizmor.yml .github
	@if command -v actionlint > /dev/null; then actionlint; else echo "actionlint is not installed: .github/workflows/lint.yml runs it"; fi
	$(BIN)/python -m tests.installed_wheel dist/*.whl --pyright $(TOOLS)/bin/basedpyright

clean:
	rm -rf $(VENV) build dist *.egg-info docs/_build docs/_api mutants .coverage*

$(TOOLS)/.installed: tools.txt $(VENV)/.dev
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools.txt
	@touch $@

$(VENV)/.%: setup.cfg pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing gensim-distill[$*] into $(VENV) ..."
	$(INSTALL) $(TORCH)
	$(INSTALL) --editable ".[$*]"
	@touch $@
