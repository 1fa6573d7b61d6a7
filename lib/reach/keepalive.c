/* SPDX-License-Identifier: MIT */
/* Finding out that a TCP connection leads nowhere any more. */

#include "reach/reach.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* How many questions without an answer end a connection. */
#define PROBES 3

/* The kernel takes no more seconds than this. */
#define MAX_SECONDS 32767

/* The kernel counts in seconds: not fewer than these milliseconds. */
static int
seconds (int ms)
{
  int s = ms / 1000 + (ms % 1000 != 0);

  return s < MAX_SECONDS ? s : MAX_SECONDS;
}

static int
set_tcp (int sock, int option, unsigned value)
{
  return setsockopt (sock, IPPROTO_TCP, option, &value, sizeof value);
}

/* If the server is silent for so long the kernel asks whether it is still
 * there, three times in as much time again.  The connection also ends if what
 * we sent is not taken for all of that time.  Sockets other than those of TCP
 * need none of it, and do not know the first option. */
void
nbdi_keep_alive (int sock, int idle_ms)
{
  int on = 1, idle = seconds (idle_ms);
  int interval = idle > PROBES ? idle / PROBES : 1;

  if (idle_ms <= 0 || set_tcp (sock, TCP_KEEPIDLE, idle) == -1)
    return;
  set_tcp (sock, TCP_KEEPINTVL, interval);
  set_tcp (sock, TCP_KEEPCNT, PROBES);
  set_tcp (sock, TCP_USER_TIMEOUT, (idle + PROBES * interval) * 1000);
  setsockopt (sock, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}
