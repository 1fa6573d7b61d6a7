/* SPDX-License-Identifier: MIT */
/* TCP keepalive: finding out that the other end is gone. */

#include "reach/reach.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* How many probes without an answer end a connection. */
#define PROBES 3

/* The largest number of seconds that the kernel accepts. */
#define MAX_SECONDS 32767

/* The kernel counts in seconds: round milliseconds up. */
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

/* If the server is silent for this long, the kernel sends three probes, in
 * the same time again.  The connection also ends if sent data is not
 * acknowledged for all of that time.  Sockets other than TCP ones do not
 * need this, and do not have the first option. */
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
