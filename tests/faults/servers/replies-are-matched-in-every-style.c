/* SPDX-License-Identifier: MIT */

/* Replies are matched with their commands in every style: eight reads in
 * flight are answered in reverse order.  In the styles with chunks, the chunks
 * of two reads come in turn, one byte each. */

#include "styles.h"

#define N 8
#define SIZE 512

static void
run (enum style style)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, style);
  struct calls calls[N] = { 0 };
  uint8_t buf[N][SIZE], want[SIZE];

  for (int i = 0; i < N; i++)
    CHECK_OK (nbd_aio_pread (h, buf[i], SIZE, i * SIZE,
                             completion (&calls[i]), 0));
  pump (h);
  for (int i = N - 1; i >= 0; --i) {
    say_data (&s, style, i + 1, i * SIZE, SIZE);
    pump (h);
    CHECK_INT (calls[i].called, 1);
    CHECK_INT (nbd_aio_in_flight (h), i);
    CHECK_INT (nbd_aio_command_completed (h, i + 1), 1);
    pattern_fill (want, i * SIZE, SIZE);
    CHECK_BYTES (buf[i], SIZE, want, SIZE);
  }
  nbd_close (h);
  server_close (&s);
}

/* Chunks of one byte, of read 1 and read 2 in turn.  Their order is mixed by
 * an odd factor, with which each byte comes once. */
static void
run_interleaved (enum style style)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, style);
  struct calls middle[2] = { 0 }, done[2] = { 0 };
  uint8_t buf[2][SIZE], want[SIZE];

  for (int i = 0; i < 2; i++)
    CHECK_OK (nbd_aio_pread_structured (h, buf[i], SIZE, i * SIZE,
                                        chunk (&middle[i]),
                                        completion (&done[i]), 0));
  s.drives = h;
  for (int n = 0; n < 2 * SIZE; n++) {
    int i = n % 2, at = i * SIZE + n / 2 * 237 % SIZE; /* 237 is odd */

    if (style == STRUCTURED)
      server_say (&s, "chunk %d OFFSET_DATA %d u64 %d pattern %d 1",
                  n / 2 == SIZE - 1, i + 1, at, at);
    else
      server_say (&s, "xchunk %d OFFSET_DATA %d %d u64 %d pattern %d 1",
                  n / 2 == SIZE - 1, i + 1, i * SIZE, at, at);
  }
  pump (h);
  for (int i = 0; i < 2; i++) {
    CHECK_INT (nbd_aio_command_completed (h, i + 1), 1);
    CHECK_CALLS (&middle[i], SIZE);
    CHECK_CALLS (&done[i], 1);
    pattern_fill (want, i * SIZE, SIZE);
    CHECK_BYTES (buf[i], SIZE, want, SIZE);
  }
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  FOR_EACH_STYLE (style, run);
  if (ROW ("structured chunks interleaved"))
    run_interleaved (STRUCTURED);
  if (ROW ("extended chunks interleaved"))
    run_interleaved (EXTENDED);
  check_rows_end ();
}
