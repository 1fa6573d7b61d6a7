# SPDX-License-Identifier: MIT
# Tests with servers and programs of other projects.


test_scripts += \
	tests/interop/broken-connections/killed-server-fails-what-is-in-flight.sh \
	tests/interop/broken-connections/proxy-may-cut-the-stream-anywhere.sh \
	tests/interop/broken-connections/proxy-may-split-and-join-the-stream.sh \
	tests/interop/broken-connections/server-killed-in-the-handshake-fails-connecting.sh \
	tests/interop/broken-connections/stalled-stream-leaves-the-client-free.sh \
	tests/interop/broken-connections/stopped-server-goes-on-later.sh \
	tests/interop/drop-in/fio-runs-with-our-library.sh \
	tests/interop/drop-in/nbdcopy-runs-with-our-library.sh \
	tests/interop/drop-in/nbdfuse-runs-with-our-library.sh \
	tests/interop/drop-in/nbdinfo-runs-with-our-library.sh \
	tests/interop/drop-in/nbdkit-connects-with-our-library.sh \
	tests/interop/drop-in/python-module-runs-with-our-library.sh \
	tests/interop/nbd-server-keeps-what-was-written.sh \
	tests/interop/nbdkit/nbdkit-block-size-policy-is-kept.sh \
	tests/interop/nbdkit/nbdkit-data-serves-its-bytes.sh \
	tests/interop/nbdkit/nbdkit-errors-arrive-as-errno.sh \
	tests/interop/nbdkit/nbdkit-exits-while-we-are-connected.sh \
	tests/interop/nbdkit/nbdkit-exportname-filter-renames-exports.sh \
	tests/interop/nbdkit/nbdkit-maps-what-is-allocated.sh \
	tests/interop/nbdkit/nbdkit-masked-handshake-flags-are-obeyed.sh \
	tests/interop/nbdkit/nbdkit-memory-keeps-what-was-written.sh \
	tests/interop/nbdkit/nbdkit-multi-conn-filter-is-believed.sh \
	tests/interop/nbdkit/nbdkit-newstyle-server-without-options-works.sh \
	tests/interop/nbdkit/nbdkit-oldstyle-server-works.sh \
	tests/interop/nbdkit/nbdkit-pattern-answers-big-requests.sh \
	tests/interop/nbdkit/nbdkit-read-only-export-refuses-writes.sh \
	tests/interop/nbdkit/nbdkit-replies-come-in-any-order.sh \
	tests/interop/nbdkit/nbdkit-requests-past-the-end-fail.sh \
	tests/interop/nbdkit/nbdkit-run-passes-a-uri.sh \
	tests/interop/nbdkit/nbdkit-sees-each-command-and-its-flags.sh \
	tests/interop/nbdkit/nbdkit-serves-many-exports.sh \
	tests/interop/nbdkit/nbdkit-shares-a-disk-between-connections.sh \
	tests/interop/nbdkit/nbdkit-slow-rates-are-waited-for.sh \
	tests/interop/nbdkit/nbdkit-sparse-random-arrives-whole.sh \
	tests/interop/nbdkit/nbdkit-tls-fallback-shows-what-it-is.sh \
	tests/interop/nbdkit/nbdkit-trim-and-zero-clear-the-data.sh \
	tests/interop/outages/fio-survives-killed-servers-over-tls.sh \
	tests/interop/outages/fio-survives-killed-servers.sh \
	tests/interop/outages/fio-survives-stopped-servers.sh \
	tests/interop/outages/python-survives-killed-servers-over-tls.sh \
	tests/interop/outages/python-survives-killed-servers.sh \
	tests/interop/qemu/qemu-nbd-edits-a-qcow2-image.sh \
	tests/interop/qemu/qemu-nbd-maps-data-and-holes.sh \
	tests/interop/qemu/qemu-nbd-names-and-describes-its-export.sh \
	tests/interop/qemu/qemu-nbd-of-backports-speaks-extended-headers.sh \
	tests/interop/qemu/qemu-nbd-read-only-export-refuses-writes.sh \
	tests/interop/qemu/qemu-nbd-sends-holes-as-holes.sh \
	tests/interop/qemu/qemu-nbd-shows-a-dirty-bitmap.sh \
	tests/interop/qemu/qemu-nbd-shows-the-depth-of-a-backing-chain.sh \
	tests/interop/qemu/qemu-storage-daemon-serves-two-exports.sh

# With CHECK_LONG=1 in the environment these tests kill servers a hundred
# times.
CHECK_LONG += \
	tests/interop/outages/fio-survives-killed-servers-over-tls.sh \
	tests/interop/outages/fio-survives-killed-servers.sh \
	tests/interop/outages/fio-survives-stopped-servers.sh \
	tests/interop/outages/python-survives-killed-servers-over-tls.sh \
	tests/interop/outages/python-survives-killed-servers.sh

CLEAN_TARGETS += clean-backports
clean-backports:
	-rm -rf tests/interop/backports
