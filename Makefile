# adtop: one non-recursive build. `make help` explains the targets.
#   MODE=release|debug|asan|tsan|cover   what to build (build/$(MODE)/)
#   BUILD=DIR                            where (default build)

MODE ?= release
BUILD ?= build
B := $(BUILD)/$(MODE)
CC := gcc

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ---- what has to be on the machine -------------------------------------------------------------
# `setup` installs what .ci/packages lists and the machine lacks, `setup-check` what the tests need
# as well. One of them is the first step of every target; it costs a few milliseconds once all is
# there.

# ---- flags ------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wwrite-strings -Wvla -Wformat=2 -Wcast-qual -Wswitch-enum -Werror
DEFS := -std=c17 -D_GNU_SOURCE -Isrc -I.
MODE_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE_debug   := -O0 -g3
MODE_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
MODE_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
MODE_cover   := -O0 -g --coverage
LINK_release := -pie -Wl,-z,relro,-z,now
CFLAGS_ALL := $(DEFS) $(WARN) $(MODE_$(MODE)) $(CFLAGS)
LDFLAGS_ALL := $(MODE_$(MODE)) $(LINK_$(MODE)) $(LDFLAGS)

# V=1 shows the whole command lines.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-5s %s\n' $(1) $(2:$(BUILD)/%=%);)

# A make of its own for what follows the set-up: on all processors, unless this one was told how many.
SUB = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# pkg-config is asked lazily, after setup. ncursesw's flags would inject _XOPEN_SOURCE=600.
pc = $(filter-out -D_XOPEN_SOURCE% -D_DEFAULT_SOURCE,$(shell pkg-config $(1) $(2) 2>/dev/null))

# ---- rooms ------------------------------------------------------------------------------------
# uses_<room>: the rooms it may include, itself left out. `make lint` holds the code against it.
ROOMS := base model json config store http graph govern sync engine metrics control cli sim ui
uses_base    :=
uses_model   := base
uses_json    := base
uses_config  := model base
uses_store   := model json base
uses_http    := model base
uses_graph   := http model json base
uses_govern  := model base
uses_sync    := store graph govern config http model json base
uses_metrics := store config model json base
uses_control := config model json base
uses_engine  := sync store graph govern config http control metrics model json base
# Of engine, cli sees engine/engine.h alone: the commands that host one or ask the API through it.
uses_cli     := engine metrics sync graph http store control config govern model json base
uses_ui      := metrics store control config govern model json base
uses_sim     := json model base

libs_json    := libcjson
libs_config  := inih
libs_store   := sqlite3
libs_http    := libcurl
libs_graph   := libcrypto
libs_base    := libutf8proc
libs_ui      := ncursesw libutf8proc
libs_sim     := libmicrohttpd libcrypto zlib

src_of = $(if $(filter ui,$(1)),$(wildcard ui/*.c ui/*/*.c),$(wildcard src/$(1)/*.c src/$(1)/*/*.c))
obj_of = $(patsubst %.c,$(B)/%.o,$(filter-out src/sim/main.c,$(call src_of,$(1))))
lib_of = $(B)/lib$(1).a
pkgs_of = $(sort $(foreach r,$(1),$(libs_$(r))))

# ---- embedded data: every migration, default configuration, theme and scenario --------------------
EMBED_FILES := $(sort $(wildcard data/*.conf data/migrations/*.sql data/scenarios/*.conf themes/*.theme))
$(B)/embed.S: $(EMBED_FILES) Makefile | $(B)/.dir
	@{ printf '.section .rodata\n'; i=0; \
	for f in $(EMBED_FILES); do printf 'd%d: .incbin "%s"\ne%d: .byte 0\nn%d: .asciz "%s"\n' $$i $$f $$i $$i $$f; i=$$((i+1)); done; \
	printf '.section .data.rel.ro,"aw"\n.global embed_table\n.balign 8\nembed_table:\n'; i=0; \
	for f in $(EMBED_FILES); do printf '.quad n%d, d%d, e%d - d%d\n' $$i $$i $$i $$i; i=$$((i+1)); done; \
	printf '.quad 0, 0, 0\n.section .note.GNU-stack,"",@progbits\n'; } > $@
$(B)/embed.o: $(B)/embed.S
	$(Q)$(CC) -c $< -o $@

# ---- compile ------------------------------------------------------------------------------------
# A change of flags rebuilds: the stamp holds them and is touched only when they differ.
FLAGS_STAMP := $(B)/.flags
$(B)/.dir:
	@mkdir -p $(B) && touch $@
.PHONY: force
$(FLAGS_STAMP): force | $(B)/.dir
	@echo '$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL)' | cmp -s - $@ || echo '$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL)' > $@

$(B)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

define room_rule
$(call lib_of,$(1)): $(call obj_of,$(1)) | $(B)/.dir
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))
$(call lib_of,base): $(B)/embed.o

# ---- programs -----------------------------------------------------------------------------------
APP_ROOMS := ui cli engine sync metrics control config store graph http govern json model base
SIM_ROOMS := sim model json base
$(B)/adtop: $(B)/src/main.o $(foreach r,$(APP_ROOMS),$(call lib_of,$(r)))
	$(call say,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $(B)/src/main.o -Wl,--start-group $(foreach r,$(APP_ROOMS),$(call lib_of,$(r))) -Wl,--end-group $(call pc,--libs,$(call pkgs_of,$(APP_ROOMS))) -lpthread -lm
$(B)/adtop-sim: $(B)/src/sim/main.o $(foreach r,$(SIM_ROOMS),$(call lib_of,$(r)))
	$(call say,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $(B)/src/sim/main.o -Wl,--start-group $(foreach r,$(SIM_ROOMS),$(call lib_of,$(r))) -Wl,--end-group $(call pc,--libs,$(call pkgs_of,$(SIM_ROOMS))) -lpthread -lm

.PHONY: all binaries setup setup-check
setup:
	@.ci/setup $(BUILD)
setup-check:
	@.ci/setup $(BUILD) check
binaries: $(B)/adtop $(B)/adtop-sim
all: setup
	@+$(SUB) binaries

# ---- tests --------------------------------------------------------------------------------------
# A unit test is linked with its room's archive and those of the rooms it may include.
unit_src = $(wildcard tests/unit/$(1)/test_*.c)
unit_bin = $(patsubst %.c,$(B)/%,$(call unit_src,$(1)))
define unit_rule
$(call unit_bin,$(1)): $(B)/%: $(B)/%.o $(foreach r,$(1) $(uses_$(1)),$(call lib_of,$(r)))
	$$(call say,LINK,$$@)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$< -Wl,--start-group $(foreach r,$(1) $(uses_$(1)),$(call lib_of,$(r))) -Wl,--end-group $$(call pc,--libs,cmocka $(call pkgs_of,$(1) $(uses_$(1)))) -lpthread -lm
.PHONY: unit-$(1) unit-bins-$(1)
unit-bins-$(1): $(call unit_bin,$(1))
unit-$(1): $(call unit_bin,$(1))
	@set -e; for t in $$^; do $$$$t; done
endef
$(foreach r,$(ROOMS),$(eval $(call unit_rule,$(r))))
.PHONY: unit
unit: $(foreach r,$(ROOMS),unit-$(r))

# End-to-end and screen tests drive the real programs: they get ADTOP and ADTOP_SIM in the
# environment, and link the harness of tests/e2e (processes, HTTP, truth) and tests/ui (pty, libvterm).
HARNESS_ROOMS := store control config json model base
harness_obj := $(patsubst %.c,$(B)/%.o,$(filter-out tests/e2e/test_% tests/ui/test_%,$(wildcard tests/e2e/*.c tests/ui/*.c)))
e2e_bin := $(patsubst %.c,$(B)/%,$(wildcard tests/e2e/test_*.c))
screen_bin := $(patsubst %.c,$(B)/%,$(wildcard tests/ui/test_*.c))
long_bin := $(patsubst %.c,$(B)/%,$(wildcard tests/long/*.c))
$(e2e_bin) $(screen_bin) $(long_bin): $(B)/%: $(B)/%.o $(harness_obj) $(foreach r,$(HARNESS_ROOMS),$(call lib_of,$(r)))
	$(call say,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $< $(harness_obj) -Wl,--start-group $(foreach r,$(HARNESS_ROOMS),$(call lib_of,$(r))) -Wl,--end-group $(call pc,--libs,cmocka vterm libcurl $(call pkgs_of,$(HARNESS_ROOMS))) -lutil -lpthread -lm

unit_bins := $(foreach r,$(ROOMS),$(call unit_bin,$(r)))
# The rooms whose threads TSan has to see.
threaded_bins := $(foreach r,base store http control engine sim,$(call unit_bin,$(r)))
export ADTOP := $(abspath $(B)/adtop)
export ADTOP_SIM := $(abspath $(B)/adtop-sim)
.PHONY: test test-bins test-threads thread-bins check check-long check-sdk
test-bins: $(unit_bins) $(e2e_bin) $(screen_bin) binaries
thread-bins: $(threaded_bins) $(e2e_bin) binaries
test: test-bins
	@.ci/test $(MODE) $(B) $(e2e_bin) $(screen_bin) $(unit_bins)
test-threads: thread-bins
	@.ci/test $(MODE) $(B) $(e2e_bin) $(threaded_bins)

check: setup-check
	@+SUBMAKE='$(SUB)' .ci/check $(abspath $(BUILD))
check-sdk: setup
	@.ci/setup $(BUILD) sdk
	@+$(SUB) MODE=release binaries
	@BUILD=$(abspath $(BUILD)) ADTOP_SIM=$(abspath $(BUILD)/release/adtop-sim) tests/e2e/check-sdk
check-long: check
	@+LINT_DEPTH=225000 $(SUB) lint
	@+$(SUB) MODE=asan binaries
	@set -e; for t in tests/long/*; do [ ! -x $$t ] || BUILD=$(abspath $(BUILD)) $$t; done

# ---- the rest -------------------------------------------------------------------------------------
C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null || find src ui tests -name '*.[ch]')
.PHONY: demo lint format golden bench cover install clean help
demo: setup
	@+$(SUB) -s MODE=release binaries
	@exec $(BUILD)/release/adtop demo $(DEMO)
# The archives come first: lint reads from them who uses which library.
lint: setup-check
	@+$(SUB) MODE=release binaries
	@BUILD=$(abspath $(BUILD)) .ci/lint
format:
	clang-format -i $(C_FILES)
golden: setup-check
	@+$(SUB) MODE=release binaries
	@+$(SUB) MODE=release $(patsubst $(B)/%,$(BUILD)/release/%,$(screen_bin))
	@export ADTOP=$(abspath $(BUILD)/release/adtop) ADTOP_SIM=$(abspath $(BUILD)/release/adtop-sim) ADTOP_GOLDEN=write; \
	for t in $(patsubst $(B)/%,$(BUILD)/release/%,$(screen_bin)); do $$t || exit 1; done; git diff --stat -- tests/ui

# The reference part of the man page, from the program's own tables.
.PHONY: man
man: setup
	@+$(SUB) MODE=release binaries
	@{ sed '/BEGIN GENERATED/q' data/man/adtop.1; $(BUILD)/release/adtop help --roff; \
	sed -n '/END GENERATED/,$$p' data/man/adtop.1; } > $(BUILD)/adtop.1 && cp $(BUILD)/adtop.1 data/man/adtop.1
	@+$(SUB) MODE=release $(BUILD)/release/tests/unit/ui/test_manual
	@ADTOP_GOLDEN=write $(BUILD)/release/tests/unit/ui/test_manual >/dev/null

bench_bin := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/*.c))
BENCH_ROOMS := graph govern http $(HARNESS_ROOMS)
$(bench_bin): $(B)/%: $(B)/%.o $(foreach r,$(BENCH_ROOMS),$(call lib_of,$(r)))
	$(call say,LINK,$@)$(CC) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(foreach r,$(BENCH_ROOMS),$(call lib_of,$(r))) -Wl,--end-group $(call pc,--libs,libcurl libcjson sqlite3 $(call pkgs_of,$(BENCH_ROOMS))) -lutil -lpthread -lm
.PHONY: bench-bins bench-ui bench-day
bench-bins: $(bench_bin)
bench: setup-check
	@+$(SUB) MODE=release binaries bench-bins
	@BUILD=$(abspath $(BUILD)) tests/bench/run
bench-day: setup-check
	@+$(SUB) MODE=release binaries bench-bins
	@BUILD=$(abspath $(BUILD)) tests/bench/day
bench-ui: setup
	@+$(SUB) MODE=release binaries bench-bins
	@BUILD=$(abspath $(BUILD)) tests/bench/run-ui
cover: setup-check
	@+$(SUB) MODE=cover test
	@command -v gcovr >/dev/null || { echo "adtop: cover: gcovr is missing; install the package gcovr" >&2; exit 1; }
	@gcovr -r . --object-directory $(BUILD)/cover --exclude 'tests/' -s | tail -40

PREFIX ?= /usr/local
install: all
	install -Dm755 $(BUILD)/release/adtop $(DESTDIR)$(PREFIX)/bin/adtop
	install -Dm755 $(BUILD)/release/adtop-sim $(DESTDIR)$(PREFIX)/bin/adtop-sim
	install -Dm644 data/adtop.conf $(DESTDIR)$(PREFIX)/share/doc/adtop/adtop.conf
	install -Dm644 data/man/adtop.1 $(DESTDIR)$(PREFIX)/share/man/man1/adtop.1
	install -Dm644 data/man/adtop-sim.1 $(DESTDIR)$(PREFIX)/share/man/man1/adtop-sim.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(BUILD)/release/adtop completion > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/adtop
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' data/systemd/adtop.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/adtop.service
clean:
	rm -rf $(BUILD)
help:
	@echo 'make demo       everything it takes, then a console over a simulated sync (DEMO="--scenario NAME")'
	@echo 'make check      everything it takes, then every test: unit, store, client, engine, screens,'
	@echo '                lint, all of it under ASan+UBSan, the threads under TSan'
	@echo 'make all        builds build/release/adtop and build/release/adtop-sim'
	@echo 'make check-sdk  the official Node.js SDK against the simulator (installs it from npm)'
	@echo 'make check-long check, and the tests that take longer than a coffee'
	@echo 'make bench      speed beside two baselines in the same run'
	@echo 'make bench-day  simulated days in minutes beside a rotating full sync: calls, staleness, throttles'
	@echo 'make bench-ui   what the console costs: bytes, CPU, memory, key to screen, beside htop and btop'
	@echo 'make lint       format, layers, cppcheck, clang-tidy;   make format  rewrites the format'
	@echo 'make golden     rewrites the recorded screens and shows what changed'
	@echo 'make man        rewrites the reference part of data/man/adtop.1'
	@echo 'make cover      line coverage (needs gcovr)'
	@echo 'make install    into PREFIX (/usr/local), DESTDIR honoured'
	@echo 'make clean      removes $(BUILD)/'
	@echo 'MODE=release|debug|asan|tsan|cover   BUILD=DIR   make unit-<folder> runs one folder'"'"'s tests'

-include $(shell find $(B) -name '*.d' 2>/dev/null)
