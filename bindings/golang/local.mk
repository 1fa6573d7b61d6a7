# SPDX-License-Identifier: MIT

golang_generated = \
	bindings/golang/callbacks.go \
	bindings/golang/constants.go \
	bindings/golang/methods.go \
	bindings/golang/wrappers.c \
	bindings/golang/wrappers.h
golang_package = \
	$(golang_generated) \
	bindings/golang/arguments.go \
	bindings/golang/buffer.go \
	bindings/golang/closures.go \
	bindings/golang/doc.go \
	bindings/golang/glue.c \
	bindings/golang/glue.h \
	bindings/golang/go.mod \
	bindings/golang/handle.go
golang_nbdio = \
	bindings/golang/nbdio/ahead.go \
	bindings/golang/nbdio/at.go \
	bindings/golang/nbdio/behind.go \
	bindings/golang/nbdio/buffers.go \
	bindings/golang/nbdio/connect.go \
	bindings/golang/nbdio/disk.go \
	bindings/golang/nbdio/doc.go \
	bindings/golang/nbdio/driver.go \
	bindings/golang/nbdio/errors.go \
	bindings/golang/nbdio/extents.go \
	bindings/golang/nbdio/file.go \
	bindings/golang/nbdio/locks.go \
	bindings/golang/nbdio/options.go \
	bindings/golang/nbdio/ranges.go
golang_go_tests = \
	bindings/golang/buffer_test.go \
	bindings/golang/callback_test.go \
	bindings/golang/connect_test.go \
	bindings/golang/data_test.go \
	bindings/golang/export_test.go \
	bindings/golang/handle_test.go \
	bindings/golang/outage_test.go \
	bindings/golang/server_test.go \
	bindings/golang/support_test.go
golang_nbdio_tests = \
	bindings/golang/nbdio/disk_test.go \
	bindings/golang/nbdio/example_test.go \
	bindings/golang/nbdio/extents_test.go \
	bindings/golang/nbdio/file_test.go \
	bindings/golang/nbdio/support_test.go
golang_examples = \
	bindings/golang/examples/aio-copy/main.go \
	bindings/golang/examples/get-size/main.go \
	bindings/golang/examples/simple-copy/main.go
golang_tests = \
	bindings/golang/tests/behaviours.sh \
	bindings/golang/tests/example-aio-copy-copies-an-export.sh \
	bindings/golang/tests/example-aio-copy-outlives-its-server.sh \
	bindings/golang/tests/example-get-size-prints-the-size.sh \
	bindings/golang/tests/example-simple-copy-copies-an-export.sh \
	bindings/golang/tests/installed-package-builds-the-manual-example.sh \
	bindings/golang/tests/nbdio-is-a-disk-for-go-programs.sh \
	bindings/golang/tests/no-pointer-of-go-is-kept-by-c.sh \
	bindings/golang/tests/surface-matches-the-api-records.py \
	bindings/golang/tests/vet-and-gofmt-find-nothing.sh

dist_man_MANS += bindings/golang/libnbd-golang.3

EXTRA_DIST += \
	$(golang_package) \
	$(golang_nbdio) \
	$(golang_go_tests) \
	$(golang_nbdio_tests) \
	$(golang_examples) \
	$(golang_tests) \
	bench/clients/client.go \
	bindings/golang/.gitignore \
	bindings/golang/go-in-tree

if HAVE_GOLANG
GO_IN_TREE = \
	top_builddir=$(abs_top_builddir) top_srcdir=$(abs_top_srcdir) \
	GO="$(GO)" $(srcdir)/bindings/golang/go-in-tree

# go itself knows what is out of date.  The stamp only avoids running it.
ALL_TARGETS += bindings/golang/built
bindings/golang/built: $(golang_package) $(golang_nbdio) \
  $(golang_examples) bindings/golang/go-in-tree lib/libnbd.la
	$(AM_V_GEN)$(MKDIR_P) bindings/golang/bin
	$(AM_V_at)$(GO_IN_TREE) build . ./nbdio && $(GO_IN_TREE) build \
	  -o $(abs_top_builddir)/bindings/golang/bin/ ./examples/...
	$(AM_V_at)touch $@

bindings/golang/libnbd.test: bindings/golang/built $(golang_go_tests)
	$(AM_V_GEN)$(GO_IN_TREE) test -c -o $(abs_top_builddir)/$@ .

bindings/golang/nbdio.test: bindings/golang/built $(golang_nbdio_tests)
	$(AM_V_GEN)$(GO_IN_TREE) test -c -o $(abs_top_builddir)/$@ ./nbdio

bench/clients/client-golang: bindings/golang/built bench/clients/client.go
	$(AM_V_GEN)$(MKDIR_P) bench/clients
	$(AM_V_at)$(GO_IN_TREE) build -o $(abs_top_builddir)/$@ \
	  $(abs_top_srcdir)/bench/clients/client.go

TESTS += $(golang_tests)
# The names are written out, because automake would take a pattern for a rule
# that replaces its own.
golang_logs = \
	bindings/golang/tests/behaviours.sh.log \
	bindings/golang/tests/no-pointer-of-go-is-kept-by-c.sh.log
$(golang_logs): bindings/golang/libnbd.test
golang_nbdio_logs = \
	bindings/golang/tests/nbdio-is-a-disk-for-go-programs.sh.log \
	bindings/golang/tests/no-pointer-of-go-is-kept-by-c.sh.log
$(golang_nbdio_logs): bindings/golang/nbdio.test

INSTALL_TARGETS += install-golang
UNINSTALL_TARGETS += uninstall-golang

CLEAN_TARGETS += clean-golang
clean-golang:
	rm -rf bindings/golang/bin bindings/golang/cache
	rm -f bindings/golang/built bindings/golang/libnbd.test
	rm -f bindings/golang/nbdio.test
	rm -f bench/clients/client-golang
endif

# Where Debian installs sources of Go packages.  This is outside of the
# conditional, because packages of sources need this target but no compiler.
golangdir = $(datadir)/gocode/src/libguestfs.org/libnbd
install-golang: $(golang_package) $(golang_nbdio)
	$(MKDIR_P) "$(DESTDIR)$(golangdir)/nbdio"
	for file in $(golang_package) $(golang_nbdio); do \
	  from=$$file; test -f $$from || from=$(srcdir)/$$file; \
	  $(INSTALL_DATA) $$from \
	    "$(DESTDIR)$(golangdir)/$${file#bindings/golang/}" || exit 1; \
	done
uninstall-golang:
	rm -rf "$(DESTDIR)$(golangdir)"
