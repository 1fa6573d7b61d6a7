# SPDX-License-Identifier: MIT

if HAVE_PYTHON
python_PYTHON = \
	bindings/python/nbd.py \
	bindings/python/nbdsh.py \
	bindings/python/nbdsh_end.py \
	bindings/python/nbdsh_handle.py
pyexec_LTLIBRARIES = bindings/python/libnbdmod.la

# Type checkers look for the types of a module that is a single file in a
# package of stubs, and only there do they respect py.typed.
INSTALL_TARGETS += install-python-stubs
install-python-stubs:
	$(MKDIR_P) "$(DESTDIR)$(pythondir)/nbd-stubs"
	$(INSTALL_DATA) $(srcdir)/bindings/python/nbd.pyi \
	  "$(DESTDIR)$(pythondir)/nbd-stubs/__init__.pyi"
	: >"$(DESTDIR)$(pythondir)/nbd-stubs/py.typed"
UNINSTALL_TARGETS += uninstall-python-stubs
uninstall-python-stubs:
	rm -rf "$(DESTDIR)$(pythondir)/nbd-stubs"
endif

bindings_python_libnbdmod_la_SOURCES = \
	bindings/python/address.c \
	bindings/python/arguments.c \
	bindings/python/buffer.c \
	bindings/python/closures.c \
	bindings/python/errors.c \
	bindings/python/glue.h \
	bindings/python/handle.c \
	bindings/python/methods.c \
	bindings/python/module.c
bindings_python_libnbdmod_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-I$(srcdir)/bindings/python \
	$(PYTHON_CFLAGS)
bindings_python_libnbdmod_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
bindings_python_libnbdmod_la_LDFLAGS = -module -avoid-version -shared
bindings_python_libnbdmod_la_LIBADD = lib/libnbd.la

python_tests = \
	bindings/python/tests/aio-buffer-lives-until-the-command-is-retired.py \
	bindings/python/tests/aio-connect-takes-python-addresses.py \
	bindings/python/tests/aio-pread-fills-the-buffer-in-place.py \
	bindings/python/tests/aio-pwrite-sends-the-buffer-as-it-is.py \
	bindings/python/tests/arguments-may-close-the-handle.py \
	bindings/python/tests/block-status-lists-extents.py \
	bindings/python/tests/buffer-converts-both-ways.py \
	bindings/python/tests/buffer-follows-the-object-that-it-shares.py \
	bindings/python/tests/buffer-tells-whether-it-is-zero.py \
	bindings/python/tests/call-from-a-callback-is-refused.py \
	bindings/python/tests/calls-leave-no-objects-behind.py \
	bindings/python/tests/chunk-callback-can-fail-the-read.py \
	bindings/python/tests/class-has-two-names.py \
	bindings/python/tests/close-ends-commands-in-flight.py \
	bindings/python/tests/closed-handle-says-so.py \
	bindings/python/tests/completion-decides-what-becomes-of-the-command.py \
	bindings/python/tests/constants-are-those-of-the-header.py \
	bindings/python/tests/debug-output-goes-to-the-callback.py \
	bindings/python/tests/error-has-string-errnum-and-errno.py \
	bindings/python/tests/everything-has-a-docstring.py \
	bindings/python/tests/exception-in-a-callback-is-shown-and-fails-the-command.py \
	bindings/python/tests/exit-with-open-handles-is-clean.py \
	bindings/python/tests/handle-in-a-cycle-is-collected.py \
	bindings/python/tests/interrupt-in-a-callback-ends-the-call.py \
	bindings/python/tests/interpreters-have-exceptions-of-their-own.py \
	bindings/python/tests/new-buffer-is-cleared-before-it-is-seen.py \
	bindings/python/tests/options-call-back.py \
	bindings/python/tests/paths-may-be-path-objects.py \
	bindings/python/tests/pread-returns-a-bytearray.py \
	bindings/python/tests/pwrite-takes-any-buffer.py \
	bindings/python/tests/refused-command-lets-go-of-everything.py \
	bindings/python/tests/short-calls-wait-without-the-interpreter.py \
	bindings/python/tests/signatures-are-those-of-libnbd.py \
	bindings/python/tests/strings-come-back-as-they-were.py \
	bindings/python/tests/structured-read-shows-slices-of-the-data.py \
	bindings/python/tests/threads-run-while-a-call-waits.py \
	bindings/python/tests/threads-share-a-handle.py \
	bindings/python/tests/types-are-checked.py \
	bindings/python/tests/with-statement-closes-the-handle.py \
	bindings/python/tests/wrong-arguments-are-explained.py

if HAVE_PYTHON
TESTS += $(python_tests)
endif

EXTRA_DIST += \
	$(python_tests) \
	bindings/python/nbd.pyi \
	bindings/python/tests/support.py
