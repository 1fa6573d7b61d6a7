# SPDX-License-Identifier: MIT
# How a connection is made: sockets, addresses and child processes.

test_programs += \
	tests/connect/addresses-are-kept-to-be-reached-again \
	tests/connect/addresses-need-a-length-and-a-name \
	tests/connect/children/child-inherits-no-descriptors \
	tests/connect/children/child-is-found-without-a-path \
	tests/connect/children/child-runs-no-handler-of-the-program \
	tests/connect/children/child-search-stops-where-execvp-stops \
	tests/connect/children/child-that-ignores-sigterm-can-be-killed \
	tests/connect/children/children-that-others-reap-have-no-fate \
	tests/connect/children/closing-reaps-the-child \
	tests/connect/children/failed-activation-kills-no-later-child \
	tests/connect/children/failed-activation-leaves-no-address \
	tests/connect/children/ignored-sigchld-is-no-error \
	tests/connect/children/notifying-does-not-wait-for-the-child \
	tests/connect/children/servers-are-started-again \
	tests/connect/children/signals-need-a-child-and-a-number \
	tests/connect/connect-socket-takes-a-connected-socket \
	tests/connect/failed-connect-names-the-address \
	tests/connect/failed-vsock-connection-names-cid-and-port \
	tests/connect/given-sockets-become-ours \
	tests/connect/greeting-tells-which-process-serves \
	tests/connect/keepalive-is-for-tcp-alone \
	tests/connect/low-descriptors-may-be-closed \
	tests/connect/notify-write-before-the-socket-is-connected-waits-on \
	tests/connect/next-addresses-have-other-descriptors \
	tests/connect/refused-connect-leaves-the-socket \
	tests/connect/tcp-sockets-do-not-delay \
	tests/connect/tcp-tries-every-address

tests_connect_addresses_are_kept_to_be_reached_again_CPPFLAGS = \
	$(internals_cppflags)
tests_connect_addresses_are_kept_to_be_reached_again_LDADD = $(internal)
tests_connect_children_child_is_found_without_a_path_LDADD = $(internal)
tests_connect_children_child_is_found_without_a_path_LDFLAGS = $(memory_ldflags)
tests_connect_children_child_runs_no_handler_of_the_program_LDADD = $(internal)
tests_connect_children_child_runs_no_handler_of_the_program_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=fork
tests_connect_children_child_search_stops_where_execvp_stops_LDADD = $(internal)
tests_connect_children_child_search_stops_where_execvp_stops_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=execve
tests_connect_children_failed_activation_kills_no_later_child_LDADD = $(internal)
tests_connect_children_failed_activation_kills_no_later_child_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=fork,--wrap=kill
tests_connect_children_failed_activation_leaves_no_address_LDADD = $(internal)
tests_connect_children_failed_activation_leaves_no_address_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=fork
tests_connect_children_servers_are_started_again_CPPFLAGS = \
	$(internals_cppflags)
tests_connect_children_servers_are_started_again_LDADD = $(internal)
tests_connect_greeting_tells_which_process_serves_CPPFLAGS = \
	$(internals_cppflags)
tests_connect_greeting_tells_which_process_serves_LDADD = $(internal)
tests_connect_keepalive_is_for_tcp_alone_CPPFLAGS = $(internals_cppflags)
tests_connect_keepalive_is_for_tcp_alone_LDADD = $(internal)
tests_connect_next_addresses_have_other_descriptors_LDADD = $(internal)
tests_connect_next_addresses_have_other_descriptors_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=getaddrinfo

test_scripts += \
	tests/connect/children/activated-server-gets-its-environment.sh \
	tests/connect/children/child-finds-its-program-in-the-path.sh \
	tests/connect/children/child-that-cannot-run-is-named.sh \
	tests/connect/children/child-that-ends-early-says-how.sh \
	tests/connect/connect-tcp-speaks-ipv4-and-ipv6.sh \
	tests/connect/connect-unix-takes-long-and-abstract-names.sh \
	tests/connect/connect-vsock-reaches-the-loopback.sh
