/* SPDX-License-Identifier: MIT */
/* Outages: messages about lost connections, for people and for the service
 * manager.
 *
 * The library tells of each attempt to connect again.  Messages are printed
 * when an outage begins and ends, and at growing intervals in between.  All
 * exports are of one server, so one message is printed for all of them. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "notify.h"
#include "options.h"
#include "outage.h"

/* When to print that an outage lasts: first after FIRST_MS, then after pauses
 * that are each LATER times as long, at most EVERY_MS. */
#define FIRST_MS 2000
#define LATER 5
#define EVERY_MS (3600 * 1000)

struct outage {
  struct disk *disk; /* NULL: the export is not open yet */
  bool away;
  char *story; /* the last message about a loss or the end of attempts */
};

/* While any export is away. */
static struct {
  int64_t began_ms;
  int64_t pause_ms;   /* between messages */
  int64_t tell_at_ms; /* no message before this time */
} all;

static const char *server;
static size_t nr_away;

/* The name with which messages begin. */
static const char *
subject (const struct outage *outage)
{
  return outage->disk && nr_disks == 1 ? outage->disk->name : server;
}

/* An outage begins.  Return whether no other export is away. */
static bool
begins (struct outage *outage)
{
  if (outage->away)
    return false;
  outage->away = true;
  if (nr_away++ > 0)
    return false;
  all.began_ms = tool_now_ms ();
  all.pause_ms = FIRST_MS;
  all.tell_at_ms = all.began_ms + FIRST_MS;
  return true;
}

static void
ends (struct outage *outage)
{
  nr_away -= outage->away;
  outage->away = false;
}

static void
tell_who_is_away (void)
{
  if (nr_away == 0)
    notify (NULL, "serving %s", nr_disks == 1 ? disks->name : "all exports");
  else
    notify (NULL, "%zu of %zu exports are away", nr_away, nr_disks);
}

/* A connection was lost.  If it is not made again, outage_was_the_end prints
 * the message. */
static void
lost (struct outage *outage, const char *message)
{
  free (outage->story);
  outage->story = strdup (message);
  if (outage->disk == NULL || !outage->disk->patient)
    return;
  if (!begins (outage)) {
    tell_who_is_away ();
    return;
  }
  tool_error ("%s: %s", subject (outage), message);
  notify (NULL, "%s: %s", subject (outage), message);
}

static void
attempt_failed (struct outage *outage, const char *message)
{
  begins (outage);
  int64_t now = tool_now_ms ();
  if (now < all.tell_at_ms)
    return;
  all.pause_ms *= LATER;
  if (all.pause_ms > EVERY_MS)
    all.pause_ms = EVERY_MS;
  all.tell_at_ms = now + all.pause_ms;
  int64_t seconds = (now - all.began_ms) / 1000;
  char *whose = nr_disks > 1
                  ? tool_format (" for %zu of %zu exports", nr_away, nr_disks)
                  : tool_format ("%s", "");
  tool_error ("%s: no connection%s for %" PRId64 " s: %s", subject (outage),
              whose, seconds, message);
  notify (NULL, "%s: no connection%s for %" PRId64 " s: %s", subject (outage),
          whose, seconds, message);
  free (whose);
}

static void
back (struct outage *outage, const char *message)
{
  ends (outage);
  if (nr_disks == 1)
    tool_error ("%s: %s", subject (outage), message);
  else if (nr_away == 0)
    tool_error ("%s: %s, and so are all %zu exports", subject (outage),
                message, nr_disks);
  tell_who_is_away ();
}

static void
grown (struct disk *disk, int64_t size)
{
  disk->size = size - size % disk->minimum;
  tool_error ("%s: the export has grown to %" PRId64 " bytes", disk->name,
              size);
}

static int
event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct outage *outage = opaque;
  switch (event) {
  case LIBNBD_EVENT_CONNECTED: ends (outage); break;
  case LIBNBD_EVENT_LOST: lost (outage, message); break;
  case LIBNBD_EVENT_ATTEMPT_FAILED: attempt_failed (outage, message); break;
  case LIBNBD_EVENT_BACK: back (outage, message); break;
  case LIBNBD_EVENT_GROWN:
    if (outage->disk)
      grown (outage->disk, value);
    break;
  case LIBNBD_EVENT_GIVEN_UP:
    ends (outage);
    free (outage->story);
    outage->story = strdup (message);
    break;
  }
  return 0;
}

static void
forget (void *opaque)
{
  struct outage *outage = opaque;
  ends (outage);
  free (outage->story);
  free (outage);
}

int
outage_listen (struct nbd_handle *h)
{
  struct outage *outage = tool_alloc (sizeof *outage);
  nbd_event_callback callback = {
    .callback = event,
    .user_data = outage,
    .free = forget,
  };
  nbd_set_private_data (h, (uintptr_t) outage);
  return nbd_set_event_callback (h, callback);
}

void
outage_name (const char *name)
{
  server = name;
}

void
outage_of (struct disk *disk, bool can_come_back)
{
  disk->patient = can_come_back && nbd_get_reconnect_timeout (disk->h) != 0;
  disk->outage = (struct outage *) nbd_get_private_data (disk->h);
  disk->outage->disk = disk;
}

int64_t
outage_ms (const struct disk *disk)
{
  return disk->patient ? nbd_get_outage (disk->h) : 0;
}

bool
outage_is_any (void)
{
  return nr_away > 0;
}

void
outage_was_the_end (struct disk *disk)
{
  const char *story = disk->outage->story;
  /* This ends a connection as it should end, so there is no error. */
  if (story == NULL && nbd_aio_is_closed (disk->h) == 1)
    story = "it closed the connection, on which it owed no reply";
  tool_error ("%s: the server has gone, the file can only give errors%s%s",
              disk->name, story ? ": " : "", story ? story : "");
  notify (NULL, "%s: the server has gone%s%s", disk->name, story ? ": " : "",
          story ? story : "");
}

void
outage_tell_ready (void)
{
  notify ("READY=1", "serving %s",
          nr_disks == 1 ? disks->name : "all exports");
}
