# Everything runs in .venv, made from the lock files in requirements/ with the standard library's
# venv and pip. Another Python: make PYTHON=python3.13 validate
.POSIX:
.PHONY: all validate test test-slow test-spark lint style types imports docs site-docs front-end screenshots pictures firefox check dist lock clean

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check
# One worker a core.
PYTEST_ARGS = -n auto
# `make lock LOCK_ARGS=--upgrade` moves the pins to the newest releases.
LOCK_ARGS =
UV = $(VENV)/lock/bin/uv
COMPILE = $(UV) pip compile --no-config --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --custom-compile-command "make lock" $(LOCK_ARGS)

all: validate

# The main job: check the package and print its summary.
validate: $(VENV)/.runtime
	$(BIN)/kzdata validate

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q $(PYTEST_ARGS)

# What takes long: all of something, in place of some of it; gigabytes; wheels, browsers, recipes.
test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m slow $(PYTEST_ARGS)

# The same report by Spark's workers: Sail speaks Spark Connect, and needs no Java.
test-spark: $(VENV)/.spark
	$(VENV)/spark/bin/python -m pytest -q tests/test_spark.py

lint: style types imports

style: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# Writes the pages that are generated from the schemas, the rules and the command line, and draws
# the picture of the imports.
docs: $(VENV)/.dev
	$(BIN)/python docs/contributing/reference.py
	$(BIN)/python docs/contributing/architecture.py

# Builds the documentation as a site, in build/docs.
site-docs: $(VENV)/.dev
	$(BIN)/python -m mkdocs build --strict --quiet

# Checks the front end of `kzdata site` and `kzdata edit` and builds it into the package; needs node
# and npm, which nothing else does.
front-end:
	cd site && npm ci --no-progress && npm run lint && npm run types && npm test && npm run build

# Takes anew the small pictures that the page is compared with; needs Chromium.
pictures: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tests/pictures.py

# The reading views in Firefox; needs node, npm and Firefox.
firefox: $(VENV)/.dev
	mkdir -p build && $(BIN)/kzdata site build/page
	cd site && npm ci --no-progress && PAGE=../build/page/index.html npm run firefox

# Takes the README's pictures; needs Chromium.
screenshots: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python site/screenshots.py

check: lint test test-slow validate

# A source distribution, and a wheel built from it, in dist/.
dist: $(VENV)/.dev
	$(BIN)/python -m build --no-isolation

# The lock files hold for every platform and for Python 3.11 and later.
lock: $(UV)
	$(COMPILE) pyproject.toml -c requirements/constraints.in -o requirements/runtime.txt
	$(COMPILE) --group build -c requirements/runtime.txt -o requirements/build.txt
	$(COMPILE) pyproject.toml --all-extras --group dev -c requirements/runtime.txt \
		-c requirements/build.txt -o requirements/dev.txt
	$(COMPILE) --group docs -c requirements/dev.txt -o requirements/docs.txt

clean:
	rm -rf $(VENV) site/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("kzdata needs Python 3.11 or later; name one: make PYTHON=python3.13")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# datapackage.json holds the version.
$(VENV)/.runtime: $(VENV)/.created requirements/runtime.txt requirements/build.txt pyproject.toml \
		hatch_build.py datapackage.json
	$(PIP) install --quiet --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.spark: $(VENV)/.created pyproject.toml
	$(PYTHON) -m venv $(VENV)/spark
	$(VENV)/spark/bin/python -m pip --disable-pip-version-check install --quiet -e '.[spark,frictionless]' \
		pysail==0.7.2 pyspark-client==4.2.0 'pandas<3' 'hypothesis>=6.120' 'pytest>=8.3'
	@touch $@

$(UV):
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --disable-pip-version-check install --quiet uv==0.13.9
