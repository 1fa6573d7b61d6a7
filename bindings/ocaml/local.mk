# SPDX-License-Identifier: MIT

# A name without a suffix is a program, whose source is NAME.ml.
ocaml_examples = \
	bindings/ocaml/examples/async_copy \
	bindings/ocaml/examples/list_exports \
	bindings/ocaml/examples/read_qcow2 \
	bindings/ocaml/examples/select_loop

ocaml_lwt_examples = \
	bindings/ocaml/examples/checksum_lwt

ocaml_program_tests = \
	bindings/ocaml/tests/callbacks/call_from_a_callback_is_refused \
	bindings/ocaml/tests/callbacks/closures_are_freed_exactly_once \
	bindings/ocaml/tests/callbacks/debug_callback_sees_messages \
	bindings/ocaml/tests/callbacks/events_tell_of_an_outage \
	bindings/ocaml/tests/callbacks/exception_in_a_callback \
	bindings/ocaml/tests/callbacks/interrupt_callback_lets_handlers_run \
	bindings/ocaml/tests/callbacks/signals_do_not_jump_over_the_library \
	bindings/ocaml/tests/commands/asynchronous_copy \
	bindings/ocaml/tests/commands/asynchronous_read \
	bindings/ocaml/tests/commands/asynchronous_write \
	bindings/ocaml/tests/commands/block_status_32_bit \
	bindings/ocaml/tests/commands/block_status_64_bit \
	bindings/ocaml/tests/commands/block_status_beyond_32_bits \
	bindings/ocaml/tests/commands/block_status_filtered \
	bindings/ocaml/tests/commands/buffer_is_memory_without_copies \
	bindings/ocaml/tests/commands/commands_can_be_cancelled \
	bindings/ocaml/tests/commands/extents_cover_a_range_once \
	bindings/ocaml/tests/commands/poll_loop_with_the_descriptor \
	bindings/ocaml/tests/commands/read_returns_the_data \
	bindings/ocaml/tests/commands/structured_read_shows_chunks \
	bindings/ocaml/tests/commands/write_is_read_back \
	bindings/ocaml/tests/connecting/capabilities_are_reported \
	bindings/ocaml/tests/connecting/connects_by_socket_activation \
	bindings/ocaml/tests/connecting/connects_to_a_command \
	bindings/ocaml/tests/connecting/connects_to_an_address \
	bindings/ocaml/tests/connecting/defaults_are_those_documented \
	bindings/ocaml/tests/connecting/every_setting_can_be_set_and_read \
	bindings/ocaml/tests/connecting/option_mode_abort \
	bindings/ocaml/tests/connecting/option_mode_info_and_go \
	bindings/ocaml/tests/connecting/option_mode_lists_exports \
	bindings/ocaml/tests/connecting/option_mode_meta_contexts \
	bindings/ocaml/tests/connecting/size_is_reported \
	bindings/ocaml/tests/errors/errors_convert_to_numbers_and_back \
	bindings/ocaml/tests/errors/errors_have_text_and_errno \
	bindings/ocaml/tests/errors/wrong_arguments_are_explained \
	bindings/ocaml/tests/handles/handle_lives_and_closes \
	bindings/ocaml/tests/handles/handles_are_compared_by_identity \
	bindings/ocaml/tests/handles/thousand_handles_without_a_leak \
	bindings/ocaml/tests/handles/threads_read_while_one_lists_extents \
	bindings/ocaml/tests/handles/threads_run_while_a_call_waits \
	bindings/ocaml/tests/handles/threads_share_a_handle \
	bindings/ocaml/tests/module/module_loads \
	bindings/ocaml/tests/module/signatures_are_those_of_libnbd

ocaml_eio_tests = \
	bindings/ocaml/tests/eio/fibers_share_a_disk

ocaml_lwt_tests = \
	bindings/ocaml/tests/lwt/cancelling_and_closing_end_promises \
	bindings/ocaml/tests/lwt/commands_are_promises \
	bindings/ocaml/tests/lwt/outages_are_outlived_or_reported

ocaml_lwt_script_tests = \
	bindings/ocaml/tests/lwt/example-checksum-lwt-outlives-its-server.sh

ocaml_script_tests = \
	bindings/ocaml/tests/examples/example-async-copy-copies-all-of-an-export.sh \
	bindings/ocaml/tests/examples/example-list-exports-shows-names-and-sizes.sh \
	bindings/ocaml/tests/examples/example-read-qcow2-shows-size-bytes-and-map.sh \
	bindings/ocaml/tests/examples/example-select-loop-outlives-its-server.sh \
	bindings/ocaml/tests/examples/example-select-loop-prints-the-checksum.sh \
	bindings/ocaml/tests/examples/manual-page-example-works.sh \
	bindings/ocaml/tests/module/bytecode-passes-the-same-tests.sh \
	bindings/ocaml/tests/module/documentation-satisfies-ocamldoc.sh \
	bindings/ocaml/tests/module/package-is-found-by-findlib.sh \
	bindings/ocaml/tests/module/surface-matches-the-api-records.py \
	bindings/ocaml/tests/module/toplevel-works.sh

ocaml_c_sources = \
	bindings/ocaml/arguments.c \
	bindings/ocaml/buffer.c \
	bindings/ocaml/callbacks.c \
	bindings/ocaml/calls.c \
	bindings/ocaml/errors.c \
	bindings/ocaml/stubs.c

ocaml_generated = \
	bindings/ocaml/NBD.ml \
	bindings/ocaml/NBD.mli \
	bindings/ocaml/NBD_async.ml \
	bindings/ocaml/NBD_async.mli \
	bindings/ocaml/stubs.c

# The modules of the package, each after the modules that it uses.
ocaml_modules = \
	bindings/ocaml/NBD \
	bindings/ocaml/NBD_extents \
	bindings/ocaml/NBD_loop \
	bindings/ocaml/NBD_async

# The modules for main loops, in packages of their own:
# DIRECTORY/NBD_DIRECTORY.
ocaml_every_loop = \
	bindings/ocaml/eio/NBD_eio \
	bindings/ocaml/lwt/NBD_lwt

EXTRA_DIST += \
	$(ocaml_c_sources) \
	$(ocaml_examples:=.ml) \
	$(ocaml_lwt_examples:=.ml) \
	$(ocaml_program_tests:=.ml) \
	$(ocaml_script_tests) \
	bench/clients/client.ml \
	$(ocaml_every_loop:=.ml) \
	$(ocaml_every_loop:=.mli) \
	$(ocaml_eio_tests:=.ml) \
	$(ocaml_lwt_script_tests) \
	$(ocaml_lwt_tests:=.ml) \
	$(ocaml_modules:=.ml) \
	$(ocaml_modules:=.mli) \
	bindings/ocaml/META.in \
	bindings/ocaml/domains.h \
	bindings/ocaml/glue.h \
	tests/lib/support.ml

dist_man_MANS += bindings/ocaml/libnbd-ocaml.3

# The rules are outside of the conditional, because otherwise automake would
# put its marks before the lines of shell.  They do nothing unless a target
# needs them.

OCAMLC = $(OCAMLFIND) ocamlc
OCAMLOPT = $(OCAMLFIND) ocamlopt
OCAMLFLAGS = -g -bin-annot -w +a-4-9-40-41-42-44-70 -package unix

AM_V_OCAML = $(am__v_OCAML_@AM_V@)
am__v_OCAML_ = $(am__v_OCAML_@AM_DEFAULT_V@)
am__v_OCAML_0 = @echo "  OCAML   " $@;
am__v_OCAML_1 =

ocaml_objects = $(ocaml_c_sources:.c=.o)
ocaml_bytecode = \
	bindings/ocaml/dllmlnbd.so \
	bindings/ocaml/mlnbd.cma
ocaml_native = \
	bindings/ocaml/mlnbd.a \
	bindings/ocaml/mlnbd.cmxa \
	bindings/ocaml/mlnbd.cmxs

$(ocaml_generated): $(srcdir)/generator/stamp

$(ocaml_objects): bindings/ocaml/%.o: bindings/ocaml/%.c \
		$(srcdir)/bindings/ocaml/domains.h \
		$(srcdir)/bindings/ocaml/glue.h $(srcdir)/generator/stamp
	@$(MKDIR_P) bindings/ocaml
	$(AM_V_CC)$(CC) -D_GNU_SOURCE -I$(srcdir)/include -I$(OCAML_WHERE) \
	  $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) -fPIC -c -o $@ $<

ocaml_cmi = $(ocaml_modules:=.cmi)
ocaml_cmo = $(ocaml_modules:=.cmo)
ocaml_cmx = $(ocaml_modules:=.cmx)

$(ocaml_cmi): %.cmi: %.mli
	@$(MKDIR_P) bindings/ocaml
	$(AM_V_OCAML)$(OCAMLC) $(OCAMLFLAGS) -I bindings/ocaml -c -o $@ $<

$(ocaml_cmo): %.cmo: %.ml %.cmi
	$(AM_V_OCAML)$(OCAMLC) $(OCAMLFLAGS) -I bindings/ocaml -c -o $@ $<

$(ocaml_cmx): %.cmx: %.ml %.cmi
	$(AM_V_OCAML)$(OCAMLOPT) $(OCAMLFLAGS) -I bindings/ocaml -c -o $@ $<

# Dependencies between modules.
bindings/ocaml/NBD_extents.cmi: bindings/ocaml/NBD.cmi
bindings/ocaml/NBD_extents.cmx: bindings/ocaml/NBD.cmx
bindings/ocaml/NBD_loop.cmi: bindings/ocaml/NBD_extents.cmi
bindings/ocaml/NBD_loop.cmx: bindings/ocaml/NBD_extents.cmx
bindings/ocaml/NBD_async.cmi: bindings/ocaml/NBD_loop.cmi
bindings/ocaml/NBD_async.cmx: bindings/ocaml/NBD_loop.cmx

# The path of our library in the build tree must not be recorded: -ldopt is for
# the shared object only.
ocaml_archive = $(OCAMLMKLIB) -ldopt -Llib/.libs
mklib = $(ocaml_archive) -o bindings/ocaml/mlnbd

bindings/ocaml/libmlnbd.a: $(ocaml_objects) lib/libnbd.la
	$(AM_V_OCAML)$(mklib) $(ocaml_objects) -lnbd
bindings/ocaml/dllmlnbd.so: bindings/ocaml/libmlnbd.a

bindings/ocaml/mlnbd.cma: $(ocaml_cmo) bindings/ocaml/libmlnbd.a
	$(AM_V_OCAML)$(mklib) $(ocaml_cmo) -lnbd

bindings/ocaml/mlnbd.cmxa: $(ocaml_cmx) bindings/ocaml/libmlnbd.a
	$(AM_V_OCAML)$(mklib) $(ocaml_cmx) -lnbd
bindings/ocaml/mlnbd.a: bindings/ocaml/mlnbd.cmxa

ocaml_plugin = $(OCAMLOPT) -shared -linkall -ccopt -Llib/.libs
bindings/ocaml/mlnbd.cmxs: bindings/ocaml/mlnbd.cmxa
	$(AM_V_OCAML)$(ocaml_plugin) -I bindings/ocaml -o $@ $<

# Main loops: the package lwt.unix is needed by the modules in the directory
# lwt.
ocaml_loop_a = $(ocaml_every_loop:=.a)
ocaml_loop_cma = $(ocaml_every_loop:=.cma)
ocaml_loop_cmi = $(ocaml_every_loop:=.cmi)
ocaml_loop_cmo = $(ocaml_every_loop:=.cmo)
ocaml_loop_cmx = $(ocaml_every_loop:=.cmx)
ocaml_loop_cmxa = $(ocaml_every_loop:=.cmxa)
ocaml_loop_cmxs = $(ocaml_every_loop:=.cmxs)
ocaml_loop_flags = $(OCAMLFLAGS) -thread -package $(notdir $(@D)).unix \
	-I bindings/ocaml -I $(@D)

$(ocaml_loop_cmi): %.cmi: %.mli $(ocaml_cmi)
	@$(MKDIR_P) $(@D)
	$(AM_V_OCAML)$(OCAMLC) $(ocaml_loop_flags) -c -o $@ $<

$(ocaml_loop_cmo): %.cmo: %.ml %.cmi
	$(AM_V_OCAML)$(OCAMLC) $(ocaml_loop_flags) -c -o $@ $<

$(ocaml_loop_cmx): %.cmx: %.ml %.cmi $(ocaml_cmx)
	$(AM_V_OCAML)$(OCAMLOPT) $(ocaml_loop_flags) -c -o $@ $<

$(ocaml_loop_cma): %.cma: %.cmo
	$(AM_V_OCAML)$(OCAMLC) -a -o $@ $<

$(ocaml_loop_cmxa): %.cmxa: %.cmx
	$(AM_V_OCAML)$(OCAMLOPT) -a -o $@ $<
$(ocaml_loop_a): %.a: %.cmxa

$(ocaml_loop_cmxs): %.cmxs: %.cmxa
	$(AM_V_OCAML)$(OCAMLOPT) -shared -linkall -I $(@D) -o $@ $<

# The file with a suffix is for the build tree: ./run makes findlib read it.
ocaml_meta = sed 's/[@]API_VERSION[@]/$(API_VERSION)/' \
	$(srcdir)/bindings/ocaml/META.in
bindings/ocaml/META.nbd: bindings/ocaml/META.in Makefile
	@$(MKDIR_P) bindings/ocaml
	$(AM_V_GEN){ $(ocaml_meta); \
	echo 'directory = "$(abs_builddir)/bindings/ocaml"'; \
	echo 'linkopts = "-ccopt -L$(abs_builddir)/lib/.libs"'; \
	echo 'linkopts(byte) += "-dllpath $(abs_builddir)/bindings/ocaml"'; \
	} >$@

# Programs of the build tree -----------------------------------------------

if HAVE_OCAMLOPT
ocaml_library = bindings/ocaml/mlnbd.cmxa
ocaml_archive_kind = cmxa
ocaml_compile = $(OCAMLOPT)
ocaml_object = cmx
else
ocaml_library = bindings/ocaml/mlnbd.cma
ocaml_archive_kind = cma
ocaml_compile = $(OCAMLC) -custom
ocaml_object = cmo
endif
ocaml_link = $(ocaml_compile) -g -thread -package unix,threads.posix -linkpkg \
	-I bindings/ocaml -ccopt -Llib/.libs
ocaml_build = $(ocaml_compile) $(OCAMLFLAGS) -thread -package threads.posix \
	-I bindings/ocaml -I tests/lib -c

tests/lib/support.$(ocaml_object): tests/lib/support.ml \
		$(ocaml_library)
	@$(MKDIR_P) tests/lib
	$(AM_V_OCAML)$(ocaml_build) -o $@ $<

$(ocaml_program_tests): %: %.ml tests/lib/support.$(ocaml_object)
	@$(MKDIR_P) $(@D)
	$(AM_V_at)$(ocaml_build) -o $@.$(ocaml_object) $<
	$(AM_V_OCAML)$(ocaml_link) $(notdir $(ocaml_library)) -o $@ \
	  tests/lib/support.$(ocaml_object) $@.$(ocaml_object)

$(ocaml_examples): %: %.ml $(ocaml_library)
	@$(MKDIR_P) bindings/ocaml/examples
	$(AM_V_at)$(ocaml_build) -o $@.$(ocaml_object) $<
	$(AM_V_OCAML)$(ocaml_link) $(notdir $(ocaml_library)) -o $@ \
	  $@.$(ocaml_object)

ocaml_loop_archives = $(ocaml_loops:%=bindings/ocaml/%.$(ocaml_archive_kind))

# Tests and examples of main loops, by the name of the directory of tests.
ocaml_with_lwt = lwt.unix
ocaml_with_eio = eio.unix,eio_main
ocaml_loop_build = $(ocaml_build) -package $(ocaml_with_$(1)) \
	-I bindings/ocaml/$(1) -o $@.$(ocaml_object) $<
ocaml_loop_link = $(ocaml_compile) -g -thread -package $(ocaml_with_$(1)) \
	-linkpkg -I bindings/ocaml -I bindings/ocaml/$(1) \
	-ccopt -Llib/.libs $(notdir $(ocaml_library)) NBD_$(1).$(ocaml_archive_kind) \
	-o $@

$(ocaml_lwt_tests) $(ocaml_eio_tests): %: %.ml \
		tests/lib/support.$(ocaml_object) $(ocaml_library) \
		$(ocaml_loop_archives)
	@$(MKDIR_P) $(@D)
	$(AM_V_at)$(call ocaml_loop_build,$(notdir $(@D)))
	$(AM_V_OCAML)$(call ocaml_loop_link,$(notdir $(@D))) \
	  tests/lib/support.$(ocaml_object) $@.$(ocaml_object)

$(ocaml_lwt_examples): %: %.ml $(ocaml_library) $(ocaml_loop_archives)
	@$(MKDIR_P) bindings/ocaml/examples
	$(AM_V_at)$(call ocaml_loop_build,lwt)
	$(AM_V_OCAML)$(call ocaml_loop_link,lwt) $@.$(ocaml_object)

# Its object is not beside it, because other languages have clients there, too.
bench/clients/client-ocaml: bench/clients/client.ml $(ocaml_library)
	@$(MKDIR_P) bench/clients
	$(AM_V_at)$(ocaml_build) -o bindings/ocaml/client.$(ocaml_object) $<
	$(AM_V_OCAML)$(ocaml_compile) -package unix -linkpkg -I bindings/ocaml \
	  -ccopt -Llib/.libs $(notdir $(ocaml_library)) -o $@ \
	  bindings/ocaml/client.$(ocaml_object)

# ---------------------------------------------------------------------------

# Archives and programs that are installed are built again, because they record
# where libnbd is, unless the loader looks there anyway.  Programs in bytecode
# get it from META, which says where the stubs are.  With -L alone, without
# -ccopt, ocamlmklib would record the directory for the loader, too.
ocaml_installed = \
	$(ocaml_native_modules) \
	$(ocaml_cmi) \
	$(ocaml_modules:=.cmti) \
	$(ocaml_modules:%=$(srcdir)/%.mli)

install-ocaml: $(ocaml_targets)
	rm -rf bindings/ocaml/installed
	$(MKDIR_P) bindings/ocaml/installed
	set -e; archive="$(ocaml_archive) -ccopt -L$(libdir)"; \
	case ' $(SYSTEM_LIBDIRS) ' in \
	  *' $(libdir) '*) ;; \
	  *) archive="$$archive -R$(libdir)" ;; \
	esac; \
	archive="$$archive -o bindings/ocaml/installed/mlnbd"; \
	$$archive $(ocaml_objects) -lnbd; \
	$$archive $(ocaml_cmo) -lnbd; \
	[ -z "$(ocaml_native_modules)" ] || $$archive $(ocaml_cmx) -lnbd
	$(ocaml_install_plugin)
	{ $(ocaml_meta); \
	stubs="$(ocamldir)/stublibs"; \
	echo "linkopts(byte) = \"-I $$stubs -dllpath $$stubs\""; \
	} >bindings/ocaml/installed/META
	$(MKDIR_P) "$(DESTDIR)$(ocamldir)/nbd" "$(DESTDIR)$(ocamldir)/stublibs"
	$(INSTALL_PROGRAM) bindings/ocaml/installed/dllmlnbd.so \
	  "$(DESTDIR)$(ocamldir)/stublibs"
	rm bindings/ocaml/installed/dllmlnbd.so
	for file in $(ocaml_installed) bindings/ocaml/installed/*; do \
	  $(INSTALL_DATA) $$file "$(DESTDIR)$(ocamldir)/nbd" || exit 1; \
	done
	rm -rf bindings/ocaml/installed
	set -e; for loop in $(ocaml_loops); do \
	  into="$(DESTDIR)$(ocamldir)/nbd/$${loop%/*}"; \
	  $(MKDIR_P) "$$into"; \
	  $(INSTALL_DATA) $(srcdir)/bindings/ocaml/$$loop.mli "$$into"; \
	  for suffix in $(ocaml_loop_suffixes); do \
	    $(INSTALL_DATA) bindings/ocaml/$$loop.$$suffix "$$into"; \
	  done; \
	done
uninstall-ocaml:
	rm -rf "$(DESTDIR)$(ocamldir)/nbd"
	rm -f "$(DESTDIR)$(ocamldir)/stublibs/dllmlnbd.so"

clean-ocaml:
	cd bindings/ocaml 2>/dev/null || exit 0; \
	  rm -rf installed; \
	  rm -f META.nbd *.a *.cm* *.o *.so */*.a */*.cm* */*.o */*.so \
	  tests/*/*.cm* tests/*/*.o
	rm -f tests/lib/support.cm* tests/lib/support.o
	rm -f $(ocaml_program_tests) $(ocaml_lwt_tests) $(ocaml_eio_tests)
	rm -f $(ocaml_examples) $(ocaml_lwt_examples) bench/clients/client-ocaml
CLEAN_TARGETS += clean-ocaml

ocaml_targets = \
	$(ocaml_bytecode) \
	$(ocaml_loop_targets) \
	bindings/ocaml/META.nbd
ocaml_loop_targets = $(ocaml_loops:%=bindings/ocaml/%.cma)
ocaml_loops =
ocaml_loop_suffixes = cma cmi cmti
if HAVE_OCAML
if HAVE_OCAMLOPT
ocaml_native_modules = $(ocaml_cmx)
ocaml_install_plugin = $(ocaml_plugin) -I bindings/ocaml/installed \
	-o bindings/ocaml/installed/mlnbd.cmxs bindings/ocaml/installed/mlnbd.cmxa
ocaml_loop_suffixes += a cmx cmxa cmxs
ocaml_loop_targets += $(ocaml_loops:%=bindings/ocaml/%.cmxs)
ocaml_targets += $(ocaml_native)
endif
if HAVE_LWT
ocaml_loops += lwt/NBD_lwt
ALL_TARGETS += $(ocaml_lwt_examples)
TESTS += \
	$(ocaml_lwt_script_tests) \
	$(ocaml_lwt_tests)
endif
if HAVE_EIO
ocaml_loops += eio/NBD_eio
TESTS += $(ocaml_eio_tests)
endif
ALL_TARGETS += \
	$(ocaml_examples) \
	$(ocaml_targets)
INSTALL_TARGETS += install-ocaml
UNINSTALL_TARGETS += uninstall-ocaml
TESTS += \
	$(ocaml_program_tests) \
	$(ocaml_script_tests)
endif
