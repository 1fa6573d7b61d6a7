# SPDX-License-Identifier: MIT
# Servers that others wrote, under fault, and a proxy that mistreats the bytes.

server_scripts = \
	tests/servers/killed-server-fails-what-is-in-flight.sh \
	tests/servers/nbdkit-evil-data-does-not-harm.sh \
	tests/servers/nbdkit-exits-while-we-are-connected.sh \
	tests/servers/nbdkit-masked-handshake-flags-are-obeyed.sh \
	tests/servers/nbdkit-multi-conn-filter-is-believed.sh \
	tests/servers/nbdkit-slow-rates-are-waited-for.sh \
	tests/servers/nbdkit-tls-fallback-shows-what-it-is.sh \
	tests/servers/proxy-may-cut-the-stream-anywhere.sh \
	tests/servers/proxy-may-split-and-join-the-stream.sh \
	tests/servers/qemu-nbd-of-backports-speaks-extended-headers.sh \
	tests/servers/server-killed-in-the-handshake-fails-connecting.sh \
	tests/servers/stalled-stream-leaves-the-client-free.sh \
	tests/servers/stopped-server-goes-on-later.sh

TESTS += $(server_scripts)
EXTRA_DIST += \
	$(server_scripts) \
	tests/lib/proxy.py \
	tests/lib/proxy.sh

CLEAN_TARGETS += clean-backports
clean-backports:
	-rm -rf tests/servers/backports
