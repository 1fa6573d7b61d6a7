# SPDX-License-Identifier: MIT
# Two crates, which cargo builds in bindings/rust/target of the build tree.

dist_man_MANS += bindings/rust/libnbd-rust.3

rust_crates = libnbd-sys libnbd
rust_version = 1.24.0
rust_sources = \
	$(srcdir)/generator/stamp \
	$(foreach part,*.rs *.toml */*.rs */*/*.rs, \
	  $(wildcard $(rust_crates:%=$(srcdir)/bindings/rust/%/$(part)))) \
	bindings/rust/cargo

rust_tests = \
	bindings/rust/tests/behaviour-is-that-of-every-binding.sh \
	bindings/rust/tests/documentation-examples-run.sh \
	bindings/rust/tests/examples-work-with-real-servers.sh \
	bindings/rust/tests/futures-are-driven-by-tokio.sh \
	bindings/rust/tests/installed-crates-can-be-used.sh \
	bindings/rust/tests/measured-client-works.sh \
	bindings/rust/tests/packages-have-what-is-installed.sh \
	bindings/rust/tests/surface-matches-the-api-records.py \
	bindings/rust/tests/thousand-handles-without-a-leak.sh

if HAVE_RUST
ALL_TARGETS += bindings/rust/build.stamp
bindings/rust/build.stamp: $(rust_sources) lib/libnbd.la
	$(AM_V_GEN)./run bindings/rust/cargo build -q -p libnbd
	$(AM_V_at)touch $@

# Build everything that the tests run, so that the time limit of a test is for
# the test alone.
bindings/rust/checked.stamp: bindings/rust/build.stamp bench/clients/client-rust
	$(AM_V_GEN)./run bindings/rust/cargo test -q -p libnbd --no-run
	$(AM_V_at)./run bindings/rust/cargo doc -q --no-deps -p libnbd-sys -p libnbd
	$(AM_V_at)touch $@

TESTS += $(rust_tests)
rust_logs = $(rust_tests:=.log)
$(rust_logs:.py.log=.log): bindings/rust/checked.stamp

bench/clients/client-rust: $(srcdir)/bench/clients/client.rs \
    bindings/rust/build.stamp
	$(AM_V_GEN)./run bindings/rust/cargo build -q --release -p client-rust
	$(AM_V_at)$(MKDIR_P) bench/clients
	$(AM_V_at)cp bindings/rust/target/release/client-rust $@

INSTALL_TARGETS += install-rust
UNINSTALL_TARGETS += uninstall-rust

CLEAN_TARGETS += clean-rust
clean-rust:
	rm -rf bindings/rust/home bindings/rust/target bindings/rust/workspace
CLEANFILES += \
	bench/clients/client-rust \
	bindings/rust/build.stamp \
	bindings/rust/checked.stamp
endif

# Install the crates as Debian does: a directory that can replace a registry.
# This is outside of the conditional, because packages of sources need no
# compiler.
rustdir = $(datadir)/cargo/registry
install-rust:
	for crate in $(rust_crates); do \
	  to="$(DESTDIR)$(rustdir)/$$crate-$(rust_version)"; \
	  (cd $(srcdir)/bindings/rust/$$crate && \
	   find . \( -name '*.rs' -o -name README.md \) -type f) \
	  | while read -r file; do \
	    $(MKDIR_P) "$$to/$${file%/*}" && \
	    $(INSTALL_DATA) "$(srcdir)/bindings/rust/$$crate/$$file" \
	      "$$to/$$file" || exit 1; \
	  done && \
	  $(INSTALL_DATA) "$(srcdir)/COPYING" "$$to/LICENSE" && \
	  CARGO_REGISTRY='$(CARGO_REGISTRY)' bindings/rust/cargo manifest $$crate \
	    >"$$to/Cargo.toml" && \
	  echo '{"files":{}}' >"$$to/.cargo-checksum.json" || exit 1; \
	done
uninstall-rust:
	for crate in $(rust_crates); do \
	  rm -rf "$(DESTDIR)$(rustdir)/$$crate-$(rust_version)"; \
	done

EXTRA_DIST += \
	$(rust_tests) \
	bench/clients/client.rs \
	bindings/rust/.gitignore \
	bindings/rust/Cargo.toml \
	bindings/rust/libnbd \
	bindings/rust/libnbd-sys
