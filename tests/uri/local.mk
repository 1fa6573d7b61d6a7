# SPDX-License-Identifier: MIT
# URIs, and what they mean.

test_programs += \
	tests/uri/debug-output-hides-secrets \
	tests/uri/environment-chooses-for-every-address \
	tests/uri/environment-takes-no-other-parameters \
	tests/uri/get-uri-leads-to-the-same-server \
	tests/uri/get-uri-says-all-settings \
	tests/uri/get-uri-says-what-was-chosen \
	tests/uri/hosts-beside-a-socket-are-logged \
	tests/uri/is-uri-looks-at-the-scheme-only \
	tests/uri/options-are-chosen-as-in-a-uri \
	tests/uri/privileged-programs-ignore-the-environment \
	tests/uri/program-and-uri-win-over-the-environment \
	tests/uri/refused-uris-change-nothing \
	tests/uri/some-connections-have-no-uri \
	tests/uri/times-and-sizes-have-units \
	tests/uri/unix-sockets-with-odd-names-are-reached \
	tests/uri/unknown-parameters-are-logged \
	tests/uri/wrong-times-and-sizes-are-explained

tests_uri_privileged_programs_ignore_the_environment_LDADD = $(internal)

if HAVE_LIBXML2
test_programs += \
	tests/uri/examples-are-parsed-as-documented \
	tests/uri/hostile-uris-are-refused \
	tests/uri/names-have-limits \
	tests/uri/opt-ins-allow-parameters \
	tests/uri/policy-refuses-transports-and-tls \
	tests/uri/short-memory-is-no-syntax-error

tests_uri_examples_are_parsed_as_documented_LDADD = $(internal)
tests_uri_hostile_uris_are_refused_LDADD = $(internal)
tests_uri_names_have_limits_LDADD = $(internal)
tests_uri_opt_ins_allow_parameters_LDADD = $(internal)
tests_uri_policy_refuses_transports_and_tls_LDADD = $(internal)
tests_uri_short_memory_is_no_syntax_error_CPPFLAGS = $(AM_CPPFLAGS) \
	$(LIBXML2_CFLAGS)
tests_uri_short_memory_is_no_syntax_error_LDADD = $(internal) $(LIBXML2_LIBS)
tests_uri_short_memory_is_no_syntax_error_LDFLAGS = $(memory_ldflags)
endif

test_scripts += \
	tests/uri/ssh-gets-safe-arguments.sh \
	tests/uri/ssh-reaches-a-server-through-sshd.sh
