# SPDX-License-Identifier: MIT
# What tests use: an archive for tests in C, the programs that run scripts and
# transcripts, and what tests in shell and Python share.  See tests/README.md.

# Assertions, the scripted server, wrappers that fail, and main.
noinst_LIBRARIES += tests/lib/libtest.a
tests_lib_libtest_a_SOURCES = \
	tests/lib/failing/fortified-poll.c \
	tests/lib/failing/fortified-recv.c \
	tests/lib/failing/full-socket.c \
	tests/lib/failing/full-socket.h \
	tests/lib/failing/library.c \
	tests/lib/failing/library.h \
	tests/lib/failing/memory.c \
	tests/lib/failing/memory.h \
	tests/lib/failing/wrap.h \
	tests/lib/libtest/bytes.c \
	tests/lib/libtest/bytes.h \
	tests/lib/libtest/check.c \
	tests/lib/libtest/check.h \
	tests/lib/libtest/client.c \
	tests/lib/libtest/client.h \
	tests/lib/libtest/fault.c \
	tests/lib/libtest/fault.h \
	tests/lib/libtest/heap.c \
	tests/lib/libtest/heap.h \
	tests/lib/libtest/lasting.c \
	tests/lib/libtest/lasting.h \
	tests/lib/libtest/main.c \
	tests/lib/libtest/names.c \
	tests/lib/libtest/notation.c \
	tests/lib/libtest/notation.h \
	tests/lib/libtest/own-flush.c \
	tests/lib/libtest/own-flush.h \
	tests/lib/libtest/process.c \
	tests/lib/libtest/process.h \
	tests/lib/libtest/returning.c \
	tests/lib/libtest/returning.h \
	tests/lib/libtest/server.c \
	tests/lib/libtest/server.h \
	tests/lib/libtest/syscalls.c \
	tests/lib/libtest/syscalls.h \
	tests/lib/libtest/thread.c \
	tests/lib/libtest/thread.h \
	tests/lib/libtest/unsettled.h \
	tests/lib/libtest/uri-examples.c \
	tests/lib/libtest/uri-examples.h \
	tests/lib/libtest/uri-parse.c \
	tests/lib/libtest/uri-parse.h

if HAVE_GNUTLS
AM_CPPFLAGS += -I$(srcdir)/tests/lib/tls $(GNUTLS_CFLAGS)
LDADD += $(GNUTLS_LIBS)
tests_lib_libtest_a_SOURCES += \
	tests/lib/tls/tls-server.c \
	tests/lib/tls/tls-server.h
endif

# For programs that call functions which the library does not export, or that
# wrap functions which the library calls.
internal = tests/lib/libtest.a lib/libcore.la

internals_cppflags = $(AM_CPPFLAGS) -include $(srcdir)/lib/public.h

# For programs that wrap poll or recv, and what fortified headers call instead.
# Only the library, which is linked after the archive, may need the latter, so
# -u asks for it.
poll_ldflags = -Wl,--wrap=poll,--wrap=__poll_chk,-u,__wrap___poll_chk
recv_ldflags = -Wl,--wrap=recv,--wrap=__recv_chk,-u,__wrap___recv_chk

# For programs whose library has a fast clock, see
# tests/lib/failing/fast-clock.h.  They wrap poll as well.
fast_clock_ldflags = -Wl,--wrap=clock_gettime,--wrap=timerfd_settime

# For programs that let allocations fail, see tests/lib/failing/memory.h.
memory_ldflags = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=__asprintf_chk \
	-Wl,--wrap=__getdelim \
	-Wl,--wrap=__vasprintf_chk \
	-Wl,--wrap=asprintf \
	-Wl,--wrap=calloc \
	-Wl,--wrap=fclose \
	-Wl,--wrap=free \
	-Wl,--wrap=getline \
	-Wl,--wrap=malloc \
	-Wl,--wrap=open_memstream \
	-Wl,--wrap=realloc \
	-Wl,--wrap=strdup \
	-Wl,--wrap=strndup \
	-Wl,--wrap=vasprintf

# For programs that let system calls fail, see
# tests/lib/failing/system-calls.h.
system_call_ldflags = \
	$(AM_LDFLAGS) \
	-Wl,--wrap=__getdelim \
	-Wl,--wrap=access \
	-Wl,--wrap=bind \
	-Wl,--wrap=close \
	-Wl,--wrap=connect \
	-Wl,--wrap=dup2 \
	-Wl,--wrap=epoll_create1 \
	-Wl,--wrap=epoll_ctl \
	-Wl,--wrap=eventfd \
	-Wl,--wrap=execve \
	-Wl,--wrap=fcntl \
	-Wl,--wrap=fcntl64 \
	-Wl,--wrap=fopen \
	-Wl,--wrap=fopen64 \
	-Wl,--wrap=fork \
	-Wl,--wrap=getaddrinfo \
	-Wl,--wrap=getline \
	-Wl,--wrap=getpeername \
	-Wl,--wrap=getsockopt \
	-Wl,--wrap=kill \
	-Wl,--wrap=listen \
	-Wl,--wrap=mkdtemp \
	-Wl,--wrap=mmap \
	-Wl,--wrap=mmap64 \
	-Wl,--wrap=munmap \
	-Wl,--wrap=open \
	-Wl,--wrap=open64 \
	$(poll_ldflags) \
	$(recv_ldflags) \
	-Wl,--wrap=recvmsg \
	-Wl,--wrap=rmdir \
	-Wl,--wrap=send \
	-Wl,--wrap=sendmsg \
	-Wl,--wrap=setsockopt \
	-Wl,--wrap=shutdown \
	-Wl,--wrap=socket \
	-Wl,--wrap=socketpair \
	-Wl,--wrap=syscall \
	-Wl,--wrap=timerfd_create \
	-Wl,--wrap=unlink \
	-Wl,--wrap=waitpid

# Programs that tests use.
check_PROGRAMS += \
	tests/lib/client/client \
	tests/wire/player
tests_lib_client_client_SOURCES = \
	tests/lib/client/client-command.c \
	tests/lib/client/client-connect.c \
	tests/lib/client/client-query.c \
	tests/lib/client/client-tls.c \
	tests/lib/client/client.c \
	tests/lib/client/client.h
tests_wire_player_SOURCES = \
	tests/lib/player/actions.c \
	tests/lib/player/expect.c \
	tests/lib/player/main.c \
	tests/lib/player/options.c \
	tests/lib/player/play.c \
	tests/lib/player/play.h \
	tests/lib/player/record.c \
	tests/lib/player/transcript.c \
	tests/lib/player/transcript.h

EXTRA_DIST += \
	tests/lib/failing/conversations-in-clear.c \
	tests/lib/failing/conversations-over-tls.c \
	tests/lib/failing/life-over-tls.c \
	tests/lib/fences.py \
	tests/lib/functions.sh \
	tests/lib/inetd.py \
	tests/lib/libtest/styles.h \
	tests/lib/listen.py \
	tests/lib/nbd_server.py \
	tests/lib/numbered_blocks.py \
	tests/lib/openssl_alerts.py \
	tests/lib/openssl_server.py \
	tests/lib/openssl_tickets.py \
	tests/lib/proxy.py \
	tests/lib/proxy.sh \
	tests/lib/outliving.sh \
	tests/lib/restarting.py \
	tests/lib/restarting.sh \
	tests/lib/threads.sh \
	tests/lib/tls.sh \
	tests/lib/tls/handles-over-tls.c \
	tests/lib/tls/tables-over-tls.c
