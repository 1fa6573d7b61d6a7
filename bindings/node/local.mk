# SPDX-License-Identifier: MIT

# The files of the package, by their directories in it.
node_package = \
	bindings/node/README.md \
	bindings/node/binding.gyp \
	bindings/node/index.d.ts \
	bindings/node/index.js \
	bindings/node/package.json
node_lib = \
	bindings/node/lib/arguments.js \
	bindings/node/lib/constants.d.ts \
	bindings/node/lib/constants.js \
	bindings/node/lib/core.d.ts \
	bindings/node/lib/core.js \
	bindings/node/lib/disk.d.ts \
	bindings/node/lib/disk.js \
	bindings/node/lib/errors.js \
	bindings/node/lib/extents.js \
	bindings/node/lib/native.js \
	bindings/node/lib/nbd.d.ts \
	bindings/node/lib/nbd.js \
	bindings/node/lib/readable.js
node_sources = \
	bindings/node/src/arguments.c \
	bindings/node/src/calls.c \
	bindings/node/src/closures.c \
	bindings/node/src/glue.h \
	bindings/node/src/handle.c \
	bindings/node/src/loop.c \
	bindings/node/src/methods.c \
	bindings/node/src/module.c \
	bindings/node/src/values.c
node_tests = \
	bindings/node/tests/behaviours.sh \
	bindings/node/tests/manual-page-example-works.sh \
	bindings/node/tests/npm-package-builds-and-works.sh \
	bindings/node/tests/surface-matches-the-api-records.py \
	bindings/node/tests/types-are-checked.sh
node_js_tests = \
	bindings/node/tests/connecting.test.js \
	bindings/node/tests/data.test.js \
	bindings/node/tests/disk.test.js \
	bindings/node/tests/handles.test.js \
	bindings/node/tests/promises.test.js

dist_man_MANS += bindings/node/libnbd-node.3

EXTRA_DIST += \
	$(node_package) \
	$(node_lib) \
	$(node_sources) \
	$(node_tests) \
	$(node_js_tests) \
	bindings/node/.gitignore \
	bindings/node/tests/support.js \
	bindings/node/tests/types/node/index.d.ts \
	bindings/node/tests/types/program.ts

if HAVE_NODE
# Where Debian installs packages with an addon.
nodedir = $(libdir)/nodejs/libnbd
nodelibdir = $(nodedir)/lib
OWN_DIRECTORIES += $(nodelibdir) $(nodedir)
node_DATA = $(node_package)
nodelib_DATA = $(node_lib)
node_LTLIBRARIES = bindings/node/nbd.la

# The complete package in the build tree, for tests and for programs that are
# run with ./run.
node_modules = bindings/node/node_modules/libnbd
ALL_TARGETS += $(node_modules)/stamp
$(node_modules)/stamp: $(node_package) $(node_lib) bindings/node/nbd.la
	$(AM_V_GEN)$(MKDIR_P) $(node_modules)/lib
	$(AM_V_at)for file in $(node_package) $(node_lib); do \
	  from=$$file; test -f $$from || from=$(srcdir)/$$file; \
	  to=$(node_modules)/$${file#bindings/node/}; \
	  cp -f $$from $$to && chmod u+w $$to || exit 1; \
	done
	$(AM_V_at)cp -f bindings/node/.libs/nbd.node $(node_modules)
	$(AM_V_at)touch $@

TESTS += $(node_tests)

CLEAN_TARGETS += clean-node
clean-node:
	rm -rf bindings/node/node_modules
endif

bindings_node_nbd_la_SOURCES = $(node_sources)
bindings_node_nbd_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-I$(srcdir)/bindings/node/src \
	$(NODE_CFLAGS)
bindings_node_nbd_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
bindings_node_nbd_la_LDFLAGS = \
	-module -avoid-version -shared -shrext .node
bindings_node_nbd_la_LIBADD = lib/libnbd.la
