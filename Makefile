# Every command of the project. Needs GNU make, Python 3.11 to 3.13 and a network, nothing else.
# Everything it makes lies inside this folder: .venv (default), .venv-spark and .spark (full Apache Spark).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo ui test test-faults test-nights test-browser screenshots lint types audit spark test-spark lineage real bench lock clean

# Another Python: make PYTHON=/path/to/python3.12 setup
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
	then command -v "$$name"; break; fi; done)
endif
# An environment belongs to one folder and one Python: moved or upgraded, it is made anew.
MARK := $(shell { pwd -P; "$(PYTHON)" -V; } 2>&1 | cksum | cut -d ' ' -f 1)
# Two test processes where there are two cores; more of them would each start an engine and eat the memory.
ifndef WORKERS
WORKERS := $(shell [ "$$(nproc 2>/dev/null || echo 1)" -ge 2 ] && echo 2 || echo 0)
endif
# A small night waits for its engine and its disk: one process more than cores keeps them busy.
FAULT_WORKERS := $(shell [ "$(WORKERS)" -eq 0 ] && echo 0 || echo $$(($(WORKERS) + 1)))

# What pip is told about the network (a mirror, a certificate, a patience) holds for uv too.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif
export UV_HTTP_TIMEOUT ?= 180

READY := .venv/.ready-$(MARK)
READY_SPARK := .venv-spark/.ready-$(MARK)
JARS := .spark/jars/.ready
# The project itself is installed as a link to this folder: again only when its description or a package's start changes.
PROJECT := pyproject.toml $(wildcard */__init__.py)

# $(call make_environment,FOLDER,LOCK): a virtual environment that holds exactly the lock and the project.
define make_environment
if [ -z "$(PYTHON)" ]; then
	echo "goyong needs Python 3.11, 3.12 or 3.13 and found none. On Debian or Ubuntu: apt-get install python3.11 (or python3.12, python3.13)" >&2
	exit 1
fi
if [ ! -e "$(1)/.made-$(MARK)" ]; then
	rm -rf "$(1)"
	uv_on_path="$$(uv --version >/dev/null 2>&1 && command -v uv || true)"
	if [ -z "$$uv_on_path" ] && ! "$(PYTHON)" -c 'import ensurepip' 2>/dev/null; then
		package="$$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			echo "==> $(1): this Python cannot make virtual environments; installing the system package $$package"
			apt-get update -qq
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$package" >/dev/null
		else
			echo "This Python cannot make virtual environments: install the system package $$package, then run make again:" >&2
			echo "    sudo apt-get install $$package" >&2
			exit 1
		fi
	fi
	echo "==> $(1): making a virtual environment with $$("$(PYTHON)" -V) ($(PYTHON))"
	if [ -n "$$uv_on_path" ]; then
		"$(PYTHON)" -m venv --without-pip "$(1)"
	else
		"$(PYTHON)" -m venv "$(1)"
		echo "==> $(1): fetching the installer uv, about 25 MB"
		awk '/^uv==/ {inside = 1} inside {print} inside && !/\\$$/ {exit}' "$(2)" > "$(1)/uv.txt"
		"$(1)/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$(1)/uv.txt"
	fi
	touch "$(1)/.made-$(MARK)"
fi
uv="$$(uv --version >/dev/null 2>&1 && command -v uv || echo "$$PWD/$(1)/bin/uv")"
count="$$(grep -c '^[a-z0-9][^;]*==[^;]*$$' "$(2)")"
echo "==> $(1): installing about $$count locked packages, each checked against its hash ($(3))"
awk '/^(setuptools|wheel)==/ {inside = 1} inside {print} inside && !/\\$$/ {inside = 0}' "$(2)" > "$(1)/build.txt"
"$$uv" pip install --quiet --python "$(1)/bin/python" --require-hashes --no-deps -r "$(1)/build.txt"
"$$uv" pip sync --quiet --python "$(1)/bin/python" --require-hashes --no-build-isolation --compile-bytecode "$(2)"
echo "==> $(1): installing goyong itself, as a link to this folder"
"$$uv" pip install --quiet --python "$(1)/bin/python" --no-build-isolation --no-deps -e .
rm -f "$(1)"/.ready-*
touch "$(1)/.ready-$(MARK)"
echo "==> $(1): ready"
endef

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## make the everyday environment .venv (done by itself before the others)

demo: $(READY) ## set up, then run a whole synthetic night and say what to open
	@.venv/bin/goyong demo

ui: $(READY) ## open Dagster on the demo lake (run make demo first)
	@export GOYONG_LAKE_DIR="$${GOYONG_LAKE_DIR:-.demo/lake}" GOYONG_SOURCES_DIR="$${GOYONG_SOURCES_DIR:-.demo/deliveries}"
	export DAGSTER_HOME="$$(mkdir -p "$$GOYONG_LAKE_DIR/dagster" && cd "$$GOYONG_LAKE_DIR/dagster" && pwd)"
	[ -f "$$DAGSTER_HOME/dagster.yaml" ] || cp dagster_project/dagster.yaml "$$DAGSTER_HOME/dagster.yaml"
	.venv/bin/goyong status >/dev/null 2>&1 || echo "==> no published night in $$GOYONG_LAKE_DIR yet: the graph is there, runs are not (make demo)"
	PATH="$$PWD/.venv/bin:$$PATH" PYTHONWARNINGS='ignore:Function `dev_command`' .venv/bin/dagster dev -w workspace.yaml

test: $(READY) ## set up, then run the default tests
	@echo "==> running the default tests on $(WORKERS) processes (a few minutes)"
	.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile

test-faults: $(READY) ## kills, lying input, attacks: the whole fault suite and its figures (under twenty minutes)
	@echo "==> running the fault suite on $(FAULT_WORKERS) processes"
	.venv/bin/python -m pytest -n $(FAULT_WORKERS) --dist loadfile -m "(faults or slow) and not nights" tests/faults

test-nights: $(READY) ## thirty normal nights around 추석 and 설: none may be blocked (a quarter of an hour)
	@.venv/bin/python -m pytest -n $(WORKERS) -m nights tests/faults

test-browser: $(READY) ## every page in a real Chromium: axe, keyboard, links, paper, Dagster's pages (runs one small night)
	@$(call need_chromium)
	echo "==> running the browser tests (GOYONG_BROWSER_LAKE=LAKE takes a lake that is there)"
	.venv/bin/python -m pytest -m browser tests/browser

screenshots: $(READY) ## take the README's pictures from the demo lake (run make demo first)
	@$(call need_chromium)
	.venv/bin/python -m tests.browser.screenshots --lake "$${GOYONG_LAKE_DIR:-.demo/lake}"

lint: $(READY) ## check style and layout of the code
	@.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .

types: $(READY) ## check the types
	@.venv/bin/python -m mypy

spark: $(JARS) $(READY_SPARK) ## make the environment .venv-spark: Apache Spark and Delta's jars (needs Java 17 and Maven)

test-spark: $(JARS) $(READY_SPARK) ## the same transforms on Apache Spark (Java 17): rows must be the same
	@$(call need_java)
	echo "==> running the Spark tests (several minutes: a JVM starts and computes everything twice)"
	GOYONG_SPARK_JARS="$$PWD/.spark/jars" PYSPARK_PYTHON="$$PWD/.venv-spark/bin/python" \
		.venv-spark/bin/python -m pytest -m spark

audit: $(READY) ## list the parts with their licences (build/sbom.json) and ask for known faults where a network allows
	@.venv/bin/python -m dagster_project.parts

lineage: $(READY) ## after a change of a transform: write lake/contracts/lineage.json (LAKE=.demo/lake observes Python steps anew)
	@.venv/bin/python -m dagster_project.lineage_update $(LAKE)

real: $(READY) ## a night on the real data in ../shared/data
	@.venv/bin/python -m tests.real.night

bench: $(READY) ## measure time and memory
	@.venv/bin/python -m pytest -m bench -s

lock: $(READY) ## after a change in requirements/*.in: resolve the locks anew (UPGRADE=--upgrade raises everything)
	@for name in default spark gpu; do
		echo "==> requirements/$$name.txt"
		UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
			--generate-hashes --no-emit-index-url $(UPGRADE) \
			requirements/core.in "requirements/$$name.in" requirements/{api,postgres,notebook,dev}.in -o "requirements/$$name.txt"
	done

clean: ## remove what make has made here (not a lake)
	@rm -rf .venv .venv-spark .spark build dist goyong.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/default.txt $(PROJECT)
	@$(call make_environment,.venv,requirements/default.txt,2.5 GB on disk; the first time this takes some minutes)

$(READY_SPARK): requirements/spark.txt $(PROJECT)
	@$(call make_environment,.venv-spark,requirements/spark.txt,2.9 GB on disk with all of Apache Spark; the first time this takes many minutes)

# Debian's Chromium and a font with Hangul; both are installed where they are missing and may be.
define need_chromium
missing=""
for name in chromium chromium-browser google-chrome-stable google-chrome; do ! command -v "$$name" >/dev/null || break; done
command -v "$$name" >/dev/null || missing="chromium"
[ -n "$$(fc-list :lang=ko family 2>/dev/null | head -n 1)" ] || missing="$$missing fontconfig fonts-noto-cjk"
if [ -n "$$missing" ]; then
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "The browser tests need Chromium and a Korean font: sudo apt-get install $$missing" >&2
		exit 1
	fi
	echo "==> installing $$missing"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
fi
endef

# Java is asked for before anything large is fetched.
define need_java
java="$${JAVA_HOME:+$$JAVA_HOME/bin/}java"
major="$$("$$java" -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1 || true)"
if [ "$${major:-0}" -lt 17 ]; then
	echo "Apache Spark 4.2 needs Java 17 or newer; found: $${major:-none}. On Debian or Ubuntu:" >&2
	echo "    sudo apt-get install openjdk-17-jre-headless maven     (where 17 is gone: openjdk-21-jre-headless)" >&2
	exit 1
fi
endef

$(JARS): infra/spark/pom.xml
	@$(call need_java)
	if ! command -v mvn >/dev/null; then
		echo "Delta's jars are fetched with Maven, which is missing: sudo apt-get install maven" >&2
		exit 1
	fi
	echo "==> .spark/jars: fetching Delta's jars by their Maven coordinates (about 15 MB)"
	rm -rf .spark/jars
	mvn --quiet --batch-mode -Dstyle.color=never --file infra/spark/pom.xml dependency:copy-dependencies -DoutputDirectory="$$PWD/.spark/jars"
	touch "$@"
