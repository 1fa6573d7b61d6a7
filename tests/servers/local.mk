# SPDX-License-Identifier: MIT
# Servers that others wrote, under fault, and a proxy that mistreats the bytes.

server_scripts = \
	tests/interop/broken-connections/killed-server-fails-what-is-in-flight.sh \
	tests/interop/broken-connections/proxy-may-cut-the-stream-anywhere.sh \
	tests/interop/broken-connections/proxy-may-split-and-join-the-stream.sh \
	tests/interop/broken-connections/server-killed-in-the-handshake-fails-connecting.sh \
	tests/interop/broken-connections/stalled-stream-leaves-the-client-free.sh \
	tests/interop/broken-connections/stopped-server-goes-on-later.sh \
	tests/interop/nbdkit/nbdkit-evil-data-does-not-harm.sh \
	tests/interop/nbdkit/nbdkit-exits-while-we-are-connected.sh \
	tests/interop/nbdkit/nbdkit-masked-handshake-flags-are-obeyed.sh \
	tests/interop/nbdkit/nbdkit-multi-conn-filter-is-believed.sh \
	tests/interop/nbdkit/nbdkit-slow-rates-are-waited-for.sh \
	tests/interop/nbdkit/nbdkit-tls-fallback-shows-what-it-is.sh \
	tests/interop/qemu/qemu-nbd-of-backports-speaks-extended-headers.sh

TESTS += $(server_scripts)
EXTRA_DIST += \
	$(server_scripts) \
	tests/lib/proxy.py \
	tests/lib/proxy.sh

CLEAN_TARGETS += clean-backports
clean-backports:
	-rm -rf tests/interop/backports
