/* SPDX-License-Identifier: MIT */

/* When the descriptor of a server's process becomes readable, the ghosts of
 * that server are laid, and no others.  The descriptor is polled once for all
 * of them, and is closed with its last user.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "unsettled.h"
#include "wrap.h"

static int polls;

WRAPPER (int, poll, (struct pollfd * fds, nfds_t nr, int timeout_ms))
{
  CHECK_INT (timeout_ms, 0);
  polls++;
  return __real_poll (fds, nr, timeout_ms);
}

WRAPPER (int, __poll_chk,
         (struct pollfd * fds, nfds_t nr, int timeout_ms, size_t len))
{
  (void) len;
  return __wrap_poll (fds, nr, timeout_ms);
}

static bool
is_open (int fd)
{
  return fcntl (fd, F_GETFD) != -1;
}

void
test (void)
{
  struct nbdi_ghosts g = { 0 };
  int fd = eventfd (0, EFD_CLOEXEC), other_fd = eventfd (0, EFD_CLOEXEC);
  struct nbdi_witness *w = nbdi_new_witness (fd);
  struct nbdi_witness *other = nbdi_new_witness (other_fd);

  for (uint64_t i = 0; i < 5; i++)
    nbdi_add_ghost (&g, i, 1, 0, w);
  nbdi_add_ghost (&g, 10, 1, 0, other);
  nbdi_add_ghost (&g, 11, 1, 5000, other);
  nbdi_put_witness (w);
  nbdi_put_witness (other);
  CHECK_INT (nbdi_lay_ghosts (&g, 1), 0);
  CHECK_INT (polls, 2);
  CHECK_OK (eventfd_write (fd, 1));
  CHECK (is_open (fd));
  CHECK_INT (nbdi_lay_ghosts (&g, 1), 5);
  CHECK_INT (polls, 4);
  CHECK (!is_open (fd));
  CHECK (!nbdi_is_haunted (&g, 0, 10));
  CHECK (nbdi_is_haunted (&g, 10, 1));
  CHECK_INT (g.next_expiry, 5000);
  CHECK (is_open (other_fd));
  nbdi_free_ghosts (&g);
  CHECK (!is_open (other_fd));
}
