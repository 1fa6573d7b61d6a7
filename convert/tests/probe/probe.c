/* SPDX-License-Identifier: MIT */
/* Print what images are, for tests in shell.
 * usage: probe [stream] [nowhere] [allow] [from FORMAT] FILE...
 *
 * stream: the image comes in order; nowhere: it is not a file itself.  Prints a
 * line "FORMAT SIZE DATA WORDS", or why it is refused, and the warning if there
 * is one. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"
#include "source/input.h"
#include "tool.h"

static bool stream, nowhere, allow, is_from;
static enum format from;

/* In order, only the head can be read. */
static ssize_t
read_here (struct probe_reader *r, void *buffer, size_t length,
           uint64_t offset, char **why)
{
  if (r->in_order && offset + length > INPUT_HEAD) {
    *why = tool_format ("read beyond the head");
    return -1;
  }
  return pread (*(int *) r->opaque, buffer, length, offset);
}

static void
print_number (uint64_t number)
{
  if (number == UNKNOWN)
    printf (" -");
  else
    printf (" %" PRIu64, number);
}

static void
print_result (const struct probe *p)
{
  printf ("%s", format_name (p->format));
  print_number (p->size);
  print_number (p->data);
  printf ("%s%s%s\n", p->compressed ? " compressed" : "",
          p->end_unseen ? " end-unseen" : "", p->refers ? " refers" : "");
  if (p->warning != NULL)
    printf ("  %s\n", p->warning);
  free (p->warning);
}

static bool
look (const char *name)
{
  struct stat st;
  int fd = open (name, O_RDONLY | O_CLOEXEC);
  struct probe_reader r = { read_here, UNKNOWN, stream, &fd };
  const struct probe_settings settings = {
    .name = name,
    .path = nowhere ? NULL : name,
    .from = is_from ? &from : NULL,
    .allow_backing = allow,
  };
  enum codec_kind kind;
  struct probe p;
  char *why = NULL;

  if (fd == -1 || fstat (fd, &st) == -1)
    tool_fail ("%s: %m", name);
  if (!stream)
    r.size = st.st_size;
  bool good = probe_codec (&r, &kind, &why) == 0;
  if (good && kind != PLAIN)
    printf ("%s\n", codec_name (kind));
  else {
    good = good && probe_image (&r, &settings, &p, &why) == 0;
    if (good)
      print_result (&p);
  }
  if (!good)
    printf ("refused: %s\n", why);
  free (why);
  close (fd);
  return good;
}

int
main (int argc, char **argv)
{
  static const struct tool_option options[] = { { .id = 0 } };
  static const struct tool tool = { .name = "probe", .options = options };
  bool good = true;

  (void) argc;
  tool_start (&tool, 1, argv);
  for (char **word = argv + 1; *word != NULL; word++)
    if (strcmp (*word, "stream") == 0)
      stream = true;
    else if (strcmp (*word, "nowhere") == 0)
      nowhere = true;
    else if (strcmp (*word, "allow") == 0)
      allow = true;
    else if (strcmp (*word, "from") == 0)
      is_from = format_by_name (*++word, &from);
    else
      good = look (*word) && good;
  tool_finish (good ? 0 : 1);
}
