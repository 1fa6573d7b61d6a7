# SPDX-License-Identifier: MIT

bench_programs = \
	bench/bound \
	bench/client \
	bench/decode-server \
	bench/delay-proxy \
	bench/outage-client \
	bench/ram-server
check_PROGRAMS += $(bench_programs)

bench_bound_SOURCES = \
	bench/bound.c \
	bench/common.c \
	bench/common.h \
	bench/wire.h
bench_bound_LDADD =

# The client must run on any libnbd.so.0.  libtool would write our directory
# into it, so it is linked without libtool.
bench_client_SOURCES = \
	bench/client-queue.c \
	bench/client.c \
	bench/client.h \
	bench/common.c \
	bench/common.h \
	tests/lib/libtest/heap.c \
	tests/lib/libtest/heap.h
bench_client_LINK = $(CCLD) $(AM_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@
bench_client_DEPENDENCIES = lib/libnbd.la
bench_client_LDADD = lib/.libs/libnbd.so

bench_decode_server_CPPFLAGS = $(convert_cppflags)
bench_decode_server_LDADD = $(convert_libs)

bench_delay_proxy_SOURCES = \
	bench/common.c \
	bench/common.h \
	bench/delay-proxy.c
bench_delay_proxy_LDADD =

bench_outage_client_SOURCES = \
	bench/common.c \
	bench/common.h \
	bench/outage-client.c
bench_outage_client_LINK = $(bench_client_LINK)
bench_outage_client_DEPENDENCIES = lib/libnbd.la
bench_outage_client_LDADD = $(bench_client_LDADD)

bench_ram_server_SOURCES = \
	bench/common.c \
	bench/common.h \
	bench/ram-negotiate.c \
	bench/ram-server.c \
	bench/ram-server.h \
	bench/ram-transmit.c \
	bench/wire.h
bench_ram_server_LDADD =
if HAVE_GNUTLS
bench_programs += bench/cipher
bench_cipher_SOURCES = \
	bench/cipher.c \
	bench/common.c \
	bench/common.h
bench_cipher_CFLAGS = $(AM_CFLAGS) $(GNUTLS_CFLAGS)
bench_cipher_LDADD = $(GNUTLS_LIBS)

bench_ram_server_SOURCES += bench/ram-tls.c
bench_ram_server_CFLAGS = $(AM_CFLAGS) $(GNUTLS_CFLAGS)
bench_ram_server_LDADD += $(GNUTLS_LIBS)
else
bench_ram_server_SOURCES += bench/ram-tls-none.c
endif

# The clients in other languages; the local.mk of each binding builds its client.
bench_clients =
if HAVE_OCAMLOPT
bench_clients += bench/clients/client-ocaml
endif
if HAVE_RUST
bench_clients += bench/clients/client-rust
endif
if HAVE_GOLANG
bench_clients += bench/clients/client-golang
endif

TESTS += \
	tests/bench/links-are-compared.sh \
	tests/bench/outages-are-judged.sh \
	tests/bench/programs-work
if HAVE_PYTHON
TESTS += tests/bench/python-ways-work.sh
endif

EXTRA_DIST += \
	bench/README.md \
	bench/cases.py \
	bench/convert \
	bench/clients/client.py \
	bench/clients/client_aio.py \
	bench/files \
	bench/guests.py \
	bench/links \
	bench/load.py \
	bench/measure.py \
	bench/outages \
	bench/programs.py \
	bench/python \
	bench/report.py \
	bench/rounds.py \
	bench/run \
	bench/selfcheck.py \
	bench/servers.py \
	bench/victims.py \
	bench/workload.py \
	tests/bench/links-are-compared.sh \
	tests/bench/outages-are-judged.sh \
	tests/bench/programs-work \
	tests/bench/python-ways-work.sh

# make bench BENCH_ARGS='--quick --cases read-4k-64,sync-4k'
bench: all $(bench_programs) $(bench_clients)
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(srcdir)/bench/run \
	  --programs bench --ours lib/.libs $(BENCH_ARGS)
.PHONY: bench

# make bench-outages BENCH_ARGS='--rounds 5'
bench-outages: all $(bench_programs)
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(srcdir)/bench/outages \
	  --programs bench --ours lib/.libs $(BENCH_ARGS)

# make bench-links BENCH_ARGS='--rows tls-slow-4k,pauses'
bench-links: all $(bench_programs)
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON) $(srcdir)/bench/links \
	  --programs bench --ours lib/.libs $(BENCH_ARGS)
.PHONY: bench-links bench-outages
