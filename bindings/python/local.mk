# SPDX-License-Identifier: MIT

if HAVE_PYTHON
python_PYTHON = \
	bindings/python/nbdsh.py \
	bindings/python/nbdsh_end.py \
	bindings/python/nbdsh_handle.py
# The modules of the package, and the types of the generated module.
nbdpackagedir = $(pythondir)/nbd
nbdpackage_PYTHON = \
	bindings/python/nbd/__init__.py \
	bindings/python/nbd/__main__.py \
	bindings/python/nbd/_ahead.py \
	bindings/python/nbd/_behind.py \
	bindings/python/nbd/_drive.py \
	bindings/python/nbd/_extents.py \
	bindings/python/nbd/_file.py \
	bindings/python/nbd/_settings.py \
	bindings/python/nbd/_wait.py \
	bindings/python/nbd/_waiter.py \
	bindings/python/nbd/aio.py \
	bindings/python/nbd/fs.py
dist_nbdpackage_DATA = \
	bindings/python/nbd/__init__.pyi \
	bindings/python/nbd/py.typed
pyexec_LTLIBRARIES = bindings/python/libnbdmod.la
# Files by which other programs see that the package is installed.
nbdinfodir = $(pythondir)/libnbd-$(API_VERSION).dist-info
nodist_nbdinfo_DATA = $(nbdinfo)
OWN_DIRECTORIES += $(nbdpackagedir)/__pycache__ $(nbdpackagedir) $(nbdinfodir)
endif

nbdinfo = \
	bindings/python/libnbd.dist-info/INSTALLER \
	bindings/python/libnbd.dist-info/METADATA \
	bindings/python/libnbd.dist-info/entry_points.txt
bindings/python/libnbd.dist-info/stamp: bindings/python/pyproject.toml \
		bindings/python/dist_info.py
	$(AM_V_GEN)$(PYTHON) -B $(srcdir)/bindings/python/dist_info.py \
	  $(API_VERSION) $(@D) && touch $@
$(nbdinfo): bindings/python/libnbd.dist-info/stamp
	@:
CLEANFILES += $(nbdinfo) bindings/python/libnbd.dist-info/stamp

bindings_python_libnbdmod_la_SOURCES = \
	bindings/python/address.c \
	bindings/python/arguments.c \
	bindings/python/buffer.c \
	bindings/python/closures.c \
	bindings/python/driver.c \
	bindings/python/errors.c \
	bindings/python/future.c \
	bindings/python/glue.h \
	bindings/python/handle.c \
	bindings/python/methods.c \
	bindings/python/module.c \
	bindings/python/resolve.c
bindings_python_libnbdmod_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-I$(srcdir)/bindings/python \
	$(PYTHON_CFLAGS)
bindings_python_libnbdmod_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
bindings_python_libnbdmod_la_LDFLAGS = -module -avoid-version -shared
bindings_python_libnbdmod_la_LIBADD = lib/libnbd.la

python_tests = \
	bindings/python/tests/aio/cancelled-tasks-leave-no-commands.py \
	bindings/python/tests/aio/connecting-waits-for-nothing-but-the-loop.py \
	bindings/python/tests/aio/disks-belong-to-their-loop.py \
	bindings/python/tests/aio/disks-do-what-handles-do.py \
	bindings/python/tests/aio/disks-outlive-their-server.py \
	bindings/python/tests/aio/examples-of-the-page-work.py \
	bindings/python/tests/aio/the-end-is-quiet.py \
	bindings/python/tests/arguments/aio-connect-takes-python-addresses.py \
	bindings/python/tests/arguments/error-has-string-errnum-and-errno.py \
	bindings/python/tests/arguments/paths-may-be-path-objects.py \
	bindings/python/tests/arguments/strings-come-back-as-they-were.py \
	bindings/python/tests/arguments/times-and-sizes-come-back-as-they-were.py \
	bindings/python/tests/arguments/wrong-arguments-are-explained.py \
	bindings/python/tests/buffers/aio-buffer-lives-until-the-command-is-retired.py \
	bindings/python/tests/buffers/aio-pread-fills-the-buffer-in-place.py \
	bindings/python/tests/buffers/aio-pwrite-sends-the-buffer-as-it-is.py \
	bindings/python/tests/buffers/buffer-converts-both-ways.py \
	bindings/python/tests/buffers/buffer-follows-the-object-that-it-shares.py \
	bindings/python/tests/buffers/buffer-tells-whether-it-is-zero.py \
	bindings/python/tests/buffers/new-buffer-is-cleared-before-it-is-seen.py \
	bindings/python/tests/buffers/pread-returns-a-bytearray.py \
	bindings/python/tests/buffers/pwrite-takes-any-buffer.py \
	bindings/python/tests/buffers/structured-read-shows-slices-of-the-data.py \
	bindings/python/tests/callbacks/block-status-lists-extents.py \
	bindings/python/tests/callbacks/call-from-a-callback-is-refused.py \
	bindings/python/tests/callbacks/chunk-callback-can-fail-the-read.py \
	bindings/python/tests/callbacks/completion-decides-what-becomes-of-the-command.py \
	bindings/python/tests/callbacks/debug-output-goes-to-the-callback.py \
	bindings/python/tests/callbacks/events-tell-of-an-outage.py \
	bindings/python/tests/callbacks/exception-in-a-callback-is-shown-and-fails-the-command.py \
	bindings/python/tests/callbacks/interrupt-in-a-callback-ends-the-call.py \
	bindings/python/tests/callbacks/exit-in-a-callback-ends-the-program.py \
	bindings/python/tests/callbacks/interrupt-in-an-event-callback-ends-the-call.py \
	bindings/python/tests/callbacks/interrupts-end-calls-that-wait.py \
	bindings/python/tests/callbacks/options-call-back.py \
	bindings/python/tests/extents/extents-are-asked-for-ahead.py \
	bindings/python/tests/extents/extents-cover-the-range-in-order.py \
	bindings/python/tests/extents/extents-of-several-contexts-are-cut-together.py \
	bindings/python/tests/files/errors-of-files-are-told-once.py \
	bindings/python/tests/files/exports-are-files-of-fsspec.py \
	bindings/python/tests/files/files-are-what-others-expect.py \
	bindings/python/tests/files/reads-and-writes-ahead-are-exact.py \
	bindings/python/tests/handles/arguments-may-close-the-handle.py \
	bindings/python/tests/handles/calls-leave-no-objects-behind.py \
	bindings/python/tests/handles/close-ends-commands-in-flight.py \
	bindings/python/tests/handles/closed-handle-says-so.py \
	bindings/python/tests/handles/commands-can-be-cancelled.py \
	bindings/python/tests/handles/exit-with-open-handles-is-clean.py \
	bindings/python/tests/handles/handle-in-a-cycle-is-collected.py \
	bindings/python/tests/handles/refused-command-lets-go-of-everything.py \
	bindings/python/tests/handles/short-calls-wait-without-the-interpreter.py \
	bindings/python/tests/handles/threads-run-while-a-call-waits.py \
	bindings/python/tests/handles/threads-share-a-handle.py \
	bindings/python/tests/handles/with-statement-closes-the-handle.py \
	bindings/python/tests/module/class-has-two-names.py \
	bindings/python/tests/module/constants-are-those-of-the-header.py \
	bindings/python/tests/module/everything-has-a-docstring.py \
	bindings/python/tests/module/interpreters-have-exceptions-of-their-own.py \
	bindings/python/tests/module/signatures-are-those-of-libnbd.py \
	bindings/python/tests/module/types-are-checked.py \
	bindings/python/tests/packaging/wheels-are-built-and-installed-offline.sh

if HAVE_PYTHON
TESTS += $(python_tests)
endif

EXTRA_DIST += \
	bindings/python/COPYING \
	bindings/python/MANIFEST.in \
	bindings/python/README.md \
	bindings/python/dist_info.py \
	bindings/python/libnbdmod.pyi \
	bindings/python/pyproject.toml \
	bindings/python/setup.py \
	$(python_tests) \
	tests/lib/support.py

dist_man_MANS += bindings/python/libnbd-python.3
