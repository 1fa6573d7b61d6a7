# SPDX-License-Identifier: MIT
program_tests += \
	tests/uri/debug-output-hides-secrets \
	tests/uri/get-uri-leads-to-the-same-server \
	tests/uri/get-uri-says-all-settings \
	tests/uri/is-uri-looks-at-the-scheme-only \
	tests/uri/policy-refuses-transports-and-tls \
	tests/uri/refused-uris-change-nothing \
	tests/uri/some-connections-have-no-uri \
	tests/uri/unix-sockets-with-odd-names-are-reached \
	tests/uri/unknown-parameters-are-logged
tests_uri_policy_refuses_transports_and_tls_SOURCES = \
	tests/uri/examples.c \
	tests/uri/examples.h \
	tests/uri/policy-refuses-transports-and-tls.c

script_tests += tests/uri/ssh-gets-safe-arguments.sh

# These have the parser inside, to see its parts without connecting.
if HAVE_LIBXML2
program_tests += \
	tests/uri/examples-are-parsed-as-documented \
	tests/uri/hostile-uris-are-refused \
	tests/uri/names-have-limits \
	tests/uri/opt-ins-allow-parameters
noinst_LIBRARIES += tests/uri/libparser.a
endif
tests_uri_libparser_a_SOURCES = \
	lib/debug.c \
	lib/errors.c \
	lib/strings.c \
	lib/uri-parse.c \
	lib/uri-query.c \
	lib/uri-scheme.c \
	lib/uri-split.c \
	tests/uri/examples.c \
	tests/uri/examples.h \
	tests/uri/parse.c \
	tests/uri/parse.h
parser_cppflags = \
	$(AM_CPPFLAGS) \
	-I$(srcdir)/lib \
	-include $(srcdir)/lib/public.h
parser_ldadd = tests/uri/libparser.a $(LDADD) $(LIBXML2_LIBS)
tests_uri_libparser_a_CPPFLAGS = $(parser_cppflags)
tests_uri_libparser_a_CFLAGS = $(AM_CFLAGS) $(LIBXML2_CFLAGS)
tests_uri_examples_are_parsed_as_documented_CPPFLAGS = $(parser_cppflags)
tests_uri_examples_are_parsed_as_documented_LDADD = $(parser_ldadd)
tests_uri_hostile_uris_are_refused_CPPFLAGS = $(parser_cppflags)
tests_uri_hostile_uris_are_refused_LDADD = $(parser_ldadd)
tests_uri_names_have_limits_CPPFLAGS = $(parser_cppflags)
tests_uri_names_have_limits_LDADD = $(parser_ldadd)
tests_uri_opt_ins_allow_parameters_CPPFLAGS = $(parser_cppflags)
tests_uri_opt_ins_allow_parameters_LDADD = $(parser_ldadd)
