/* SPDX-License-Identifier: MIT */
/* Addresses, and connecting to one after another. */

#include "reach/reach.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* Add an address to try. */
int
nbdi_add_address (struct nbdi_reach *reach, const struct sockaddr *addr,
                  socklen_t len)
{
  struct nbdi_address *a = realloc (reach->addresses,
                                    (reach->nr_addresses + 1) * sizeof *a);

  if (a == NULL) {
    nbdi_error (errno, "realloc");
    return -1;
  }
  reach->addresses = a;
  a += reach->nr_addresses++;
  memset (a, 0, sizeof *a);
  memcpy (&a->addr, addr, len);
  a->len = len;
  return 0;
}

void
nbdi_forget_addresses (struct nbdi_reach *reach)
{
  free (reach->addresses);
  reach->addresses = NULL;
  reach->nr_addresses = reach->first = reach->next = 0;
  reach->retry = false;
  reach->first_errno = 0;
}

/* Replace the known addresses by these. */
static int
replace_addresses (struct nbdi_reach *reach, const struct addrinfo *list)
{
  struct nbdi_address *old = reach->addresses;
  unsigned nr_old = reach->nr_addresses;
  int r = 0;

  reach->addresses = NULL;
  reach->nr_addresses = 0;
  for (const struct addrinfo *a = list; r == 0 && a != NULL; a = a->ai_next)
    r = nbdi_add_address (reach, a->ai_addr, a->ai_addrlen);
  if (reach->nr_addresses == 0) {
    reach->addresses = old;
    reach->nr_addresses = nr_old;
  }
  else
    free (old);
  return r == 0 ? 0 : EAI_MEMORY;
}

static void
forget_question (struct nbdi_reach *reach)
{
  nbdi_forget_lookup (reach->asking);
  reach->asking = NULL;
}

static void
take_answer (struct nbdi_reach *reach)
{
  const struct nbdi_answer *answer = nbdi_answer_of (reach->asking);

  if (answer == NULL)
    return;
  /* Without memory for the new ones, keep the known ones. */
  if (answer->list != NULL)
    replace_addresses (reach, answer->list);
  forget_question (reach);
}

/* Begin with the address that led to the server the last time.  If none
 * did, begin after the one where the last attempt ended, because the rest
 * was not tried. */
static void
choose_first (struct nbdi_reach *reach)
{
  if (reach->next > 0)
    reach->first += reach->doubtful ? reach->next : reach->next - 1;
  if (reach->nr_addresses > 0)
    reach->first %= reach->nr_addresses;
}

/* Whether the next attempt can begin.  If the name was not found before it, a
 * thread looks it up again, and the attempt has to wait for that. */
bool
nbdi_has_looked_up (struct nbdi_reach *reach)
{
  if (reach->nr_addresses > 0 || reach->lookup == 0)
    return true;
  if (reach->asking == NULL)
    reach->asking = nbdi_begin_lookup (reach->host, reach->port);
  return reach->asking == NULL || nbdi_answer_of (reach->asking) != NULL;
}

/* Begin to try all addresses once.  If they did not work the last time, the
 * name may have other addresses by now: use the result of the last lookup,
 * if it has ended, and begin another one. */
void
nbdi_begin_addresses (struct nbdi_reach *reach)
{
  if (reach->doubtful && reach->nr_addresses > 0 && reach->host != NULL
      && !nbdi_is_numeric (reach->host)) {
    take_answer (reach);
    if (reach->asking == NULL)
      reach->asking = nbdi_begin_lookup (reach->host, reach->port);
  }
  else if (reach->nr_addresses > 0)
    forget_question (reach);
  choose_first (reach);
  reach->doubtful = true;
  reach->next = 0;
  reach->first_errno = 0;
}

/* A server has answered: other addresses are not tried unless it is lost
 * later. */
void
nbdi_reached (struct nbdi_reach *reach)
{
  if (!reach->again)
    nbdi_forget_addresses (reach);
  reach->retry = false;
}

/* Whether the server can be connected again after it was lost. */
bool
nbdi_can_be_reached_again (const struct nbdi_reach *reach)
{
  return reach->nr_addresses > 0 || reach->lookup != 0
         || reach->server.kind != NBDI_SERVER_NONE;
}

/* Whether more than one connection can be made to the server.  That is not
 * so for a child on a socket pair, and for a socket that the program
 * connected. */
bool
nbdi_can_be_copied (const struct nbdi_reach *reach)
{
  return reach->nr_addresses > 0;
}

/* Let a second connection reach the same server as the first one.  A child
 * process belongs only to the first. */
int
nbdi_copy_reach (struct nbdi_reach *to, const struct nbdi_reach *from)
{
  nbdi_forget_peer (to);
  to->again = from->again;
  to->keepalive = from->keepalive;
  for (unsigned i = 0; i < from->nr_addresses; i++) {
    const struct nbdi_address *a = &from->addresses[i];

    if (nbdi_add_address (to, (const struct sockaddr *) &a->addr, a->len)
        == -1)
      return -1;
  }
  to->first = from->first + (from->next > 0 ? from->next - 1 : 0);
  if ((from->host && nbdi_replace_string (&to->host, from->host) == -1)
      || (from->port && nbdi_replace_string (&to->port, from->port) == -1))
    return -1;
  return 0;
}

static void
address_failed (struct nbdi_reach *reach, struct nbdi_channel *ch, int errnum)
{
  if (reach->first_errno == 0)
    reach->first_errno = errnum;
  nbdi_debug (ch->trace, "connect: address %u of %u: %s", reach->next,
              reach->nr_addresses, strerror (errnum));
  nbdi_close_socket (ch);
}

/* Set what the kernel's defaults do not: see "The data path" in
 * docs/ARCHITECTURE.md. */
static void
tune_socket (int sock, int family)
{
  if (family == AF_UNIX) {
    int size = NBDI_UNIX_SEND_BUFFER;
    setsockopt (sock, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  else if (family == AF_INET || family == AF_INET6) {
    int on = 1;
    setsockopt (sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

/* Take the first addresses, or the reason why there are none. */
static int
take_first (struct nbdi_reach *reach, const struct nbdi_answer *answer)
{
  int r = answer->error != 0 ? answer->error
                             : replace_addresses (reach, answer->list);

  /* A part of the addresses is enough. */
  reach->lookup = reach->nr_addresses > 0 ? 0 : r;
  if (reach->lookup == 0)
    return 0;
  reach->first_errno = r == EAI_MEMORY ? ENOMEM : answer->errnum;
  return -1;
}

/* The addresses are not known yet: use what a thread has found, or look the
 * host up. */
static int
look_up (struct nbdi_reach *reach)
{
  const struct nbdi_answer *answer = nbdi_answer_of (reach->asking);
  struct nbdi_answer own = { .list = NULL };

  if (answer == NULL) {
    nbdi_look_up (reach->host, reach->port, &own);
    answer = &own;
  }
  int r = take_first (reach, answer);
  nbdi_free_answer (&own);
  forget_question (reach);
  return r;
}

/* Whether another lookup of the name may succeed.  A machine that boots has
 * no resolver yet, and in some networks a server has a name only while it
 * runs. */
bool
nbdi_lookup_may_pass (const struct nbdi_reach *reach)
{
  switch (reach->lookup) {
  case 0:
  case EAI_AGAIN:
  case EAI_NONAME:
#ifdef EAI_NODATA
  case EAI_NODATA:
#endif
    return true;
  default: return false;
  }
}

/* The program watches the descriptor of a socket, and finds out by its
 * number that there is another one; epoll does not tell it that it has
 * forgotten a closed socket.  So the socket of an address that failed is
 * closed only when the program has seen the next one: until then neither this
 * handle nor another one can get its number. */
void
nbdi_close_passed (struct nbdi_reach *reach)
{
  if (reach->passed >= 0)
    close (reach->passed);
  reach->passed = -1;
}

static int
new_socket (struct nbdi_reach *reach, int family)
{
  int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  int sock = socket (family, type, 0);

  if (sock == -1 && reach->passed >= 0) {
    nbdi_close_passed (reach); /* there may be room for one */
    sock = socket (family, type, 0);
  }
  return sock;
}

/* Begin to connect to the next address.  READY: connected.  WAIT: the
 * kernel is connecting.  FAILED: try the next one. */
int
nbdi_connect_next (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  if (reach->nr_addresses == 0 && look_up (reach) == -1)
    return NBDI_IO_FAILED;
  unsigned i = (reach->first + reach->next++) % reach->nr_addresses;
  struct nbdi_address *a = &reach->addresses[i];
  int family = a->addr.ss_family;
  int sock = new_socket (reach, family);

  reach->peer = *a;
  if (sock == -1) {
    address_failed (reach, ch, errno);
    return NBDI_IO_FAILED;
  }
  nbdi_use_socket (ch, sock);
  tune_socket (sock, family);
  nbdi_keep_alive (sock, reach->keepalive);
  if (reach->again && family == AF_UNIX)
    nbdi_ask_for_peer (ch);
  int r = connect (sock, (struct sockaddr *) &a->addr, a->len);
  int connect_errno = errno;
  /* While the listener is open we can connect even if the child has died
   * already; closing it then resets the connection.  If it stayed open,
   * nothing would. */
  nbdi_close_listener (reach);
  if (r == 0)
    return NBDI_IO_READY;
  if (connect_errno == EINPROGRESS || connect_errno == EINTR)
    return NBDI_IO_WAIT;
  address_failed (reach, ch, connect_errno);
  return NBDI_IO_FAILED;
}

/* The program says that the socket became writable: find out whether it is
 * connected.  WAIT: the kernel is still connecting.  FAILED: try the next
 * address. */
int
nbdi_connect_check (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  struct sockaddr_storage peer;
  socklen_t len = sizeof peer;
  struct pollfd fd = { .fd = ch->sock, .events = POLLOUT };
  int error;

  nbdi_close_passed (reach);
  if (likely (getpeername (ch->sock, (struct sockaddr *) &peer, &len) == 0))
    return NBDI_IO_READY;
  if (poll (&fd, 1, 0) == 0)
    return NBDI_IO_WAIT;
  len = sizeof error;
  if (getsockopt (ch->sock, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
    error = errno;
  if (error == 0)
    return NBDI_IO_READY;
  reach->passed = nbdi_give_socket_up (ch);
  address_failed (reach, ch, error);
  return NBDI_IO_FAILED;
}

/* Forget what is known of a failed attempt before the next one. */
void
nbdi_forget_peer (struct nbdi_reach *reach)
{
  nbdi_forget_addresses (reach);
  forget_question (reach);
  free (reach->host);
  free (reach->port);
  reach->host = reach->port = NULL;
  reach->lookup = 0;
  memset (&reach->peer, 0, sizeof reach->peer);
}

/* The error for addresses that are not names. */
static void
connect_other_error (struct nbdi_reach *reach)
{
#ifdef HAVE_LINUX_VM_SOCKETS_H
  const struct sockaddr_vm *vm = (const void *) &reach->peer.addr;

  if (vm->svm_family == AF_VSOCK) {
    nbdi_error (reach->first_errno, "connect: vsock cid %u port %u",
                vm->svm_cid, vm->svm_port);
    return;
  }
#endif
  char host[NI_MAXHOST], port[NI_MAXSERV];

  if (getnameinfo ((const struct sockaddr *) &reach->peer.addr,
                   reach->peer.len, host, sizeof host, port, sizeof port,
                   NI_NUMERICHOST | NI_NUMERICSERV)
      == 0)
    nbdi_error (reach->first_errno, "connect: %s port %s", host, port);
  else
    nbdi_error (reach->first_errno, "connect: address family %d",
                reach->peer.addr.ss_family);
}

/* How many bytes of the path belong to the name of a Unix socket.  An
 * abstract name begins with a NUL, and can have more of them. */
static size_t
path_length (const struct nbdi_address *a)
{
  const struct sockaddr_un *un = (const void *) &a->addr;
  size_t before = offsetof (struct sockaddr_un, sun_path);
  size_t len = a->len > before ? a->len - before : 0;

  if (len > sizeof un->sun_path)
    len = sizeof un->sun_path;
  return un->sun_path[0] == '\0' ? len : strnlen (un->sun_path, len);
}

/* The error for a Unix socket.  If its server does not accept connections
 * fast enough, connecting fails at once, and does not wait as over TCP. */
static void
connect_unix_error (const struct nbdi_reach *reach)
{
  const struct sockaddr_un *un = (const void *) &reach->peer.addr;
  CLEANUP_TEXT const char *path = nbdi_printable_bytes (
    (const uint8_t *) un->sun_path, path_length (&reach->peer));

  if (reach->first_errno == EAGAIN)
    nbdi_error (EAGAIN,
                "connect: %s: the server's queue of connections is full%s",
                path,
                reach->again ? "" : "; a connect timeout waits for room");
  else
    nbdi_error (reach->first_errno, "connect: %s", path);
}

/* No address is left: say why the first one failed. */
void
nbdi_connect_error (struct nbdi_reach *reach)
{
  nbdi_close_passed (reach);
  if (nbdi_child_failed (reach))
    return;
  if (reach->host) {
    CLEANUP_TEXT const char *host = nbdi_printable (reach->host);
    CLEANUP_TEXT const char *port = nbdi_printable (reach->port);
    if (reach->lookup != 0)
      nbdi_error (reach->first_errno, "getaddrinfo: %s port %s: %s", host,
                  port, gai_strerror (reach->lookup));
    else
      nbdi_error (reach->first_errno, "connect: %s port %s", host, port);
  }
  else if (reach->peer.addr.ss_family == AF_UNIX)
    connect_unix_error (reach);
  else
    connect_other_error (reach);
}
