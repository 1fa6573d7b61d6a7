/* SPDX-License-Identifier: MIT */
/* Helpers that read and write image formats: qemu-nbd and qemu-img. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "helper/qemu-img.h"
#include "helper/words.h"
#include "tool.h"

/* How many connections qemu-nbd accepts at a time. */
#define CLIENTS "16"

static void
add_qemu_nbd (struct words *w)
{
  words_add (w, "qemu-nbd");
  words_add (w, "--persistent");
  words_add (w, "--shared=" CLIENTS);
  words_add (w, "--cache=writeback");
  words_add (w, "--detect-zeroes=off");
}

/* qemu takes the text before a colon for a protocol, unless a slash comes
 * first. */
char *
helper_file_word (const char *file)
{
  return tool_format ("%s%s", file[0] == '/' ? "" : "./", file);
}

/* Double each comma, as the value of a qemu option requires. */
static char *
value_of (const char *text)
{
  char *value = tool_alloc (2 * strlen (text) + 1), *out = value;

  for (; *text != '\0'; text++) {
    if (*text == ',')
      *out++ = ',';
    *out++ = *text;
  }
  return value;
}

/* Options for a file or device below the node PREFIX. */
static char *
file_node (const char *prefix, const char *file)
{
  struct stat st;
  char *plain = helper_file_word (file), *name = value_of (plain);
  bool device = stat (file, &st) == 0 && S_ISBLK (st.st_mode);
  char *node = tool_format ("%s.driver=%s,%s.filename=%s", prefix,
                            device ? "host_device" : "file", prefix, name);

  free (plain);
  free (name);
  return node;
}

static char *
socket_node (const char *path)
{
  char *name = value_of (path);
  char *node = tool_format ("file.driver=nbd,file.server.type=unix,"
                            "file.server.path=%s",
                            name);

  free (name);
  return node;
}

static struct helper *
serve (struct words *w, const char *purpose, char **socket, char **why)
{
  struct helper *h = NULL;

  if (!helper_exists ("qemu-nbd"))
    *why = helper_missing ("qemu-nbd", purpose);
  else {
    *socket = helper_socket ();
    h = helper_serve (w->list, *socket, why);
    if (h == NULL) {
      free (*socket);
      *socket = NULL;
    }
  }
  words_free (w);
  return h;
}

struct helper *
helper_read_format (enum format f, const char *name, bool nbd, char **socket,
                    char **why)
{
  struct words w = { .count = 0 };
  char *purpose = tool_format ("read images of the format %s",
                               format_name (f));

  add_qemu_nbd (&w);
  words_add (&w, "--read-only");
  if (nbd && name[0] != '/') {
    /* qemu-nbd takes a URI only without --image-opts. */
    words_format (&w, "--format=%s", format_driver (f));
    words_add (&w, name);
  }
  else {
    char *node = nbd ? socket_node (name) : file_node ("file", name);
    words_add (&w, "--image-opts");
    words_format (&w, "driver=%s,%s", format_driver (f), node);
    free (node);
  }
  struct helper *h = serve (&w, purpose, socket, why);
  free (purpose);
  return h;
}

int
helper_create (enum format f, const char *file, uint64_t size,
               const char *options, char **why)
{
  struct words w = { .count = 0 };
  char *name = helper_file_word (file), *said = NULL;

  if (!helper_exists ("qemu-img")) {
    char *purpose = tool_format ("make images of the format %s",
                                 format_name (f));
    *why = helper_missing ("qemu-img", purpose);
    free (purpose);
  }
  else {
    words_add (&w, "qemu-img");
    words_add (&w, "create");
    words_add (&w, "-q");
    words_format (&w, "-f%s", format_driver (f));
    if (f == VPC)
      words_add (&w, "-o" EXACT_VPC);
    if (options != NULL)
      words_format (&w, "-o%s", options);
    words_add (&w, name);
    words_format (&w, "%" PRIu64, size);
    said = helper_run (w.list, why);
  }
  int r = said == NULL ? -1 : 0;
  words_free (&w);
  free (name);
  free (said);
  return r;
}

struct helper *
helper_write_format (enum format f, const char *file, bool compressed,
                     char **socket, char **why)
{
  struct words w = { .count = 0 };
  char *purpose;

  if (compressed && f != QCOW2) {
    *why = tool_format ("compressed clusters can only be written as qcow2, "
                        "not as %s",
                        format_name (f));
    return NULL;
  }
  char *node = file_node (compressed ? "file.file" : "file", file);
  add_qemu_nbd (&w);
  words_add (&w, "--discard=unmap");
  words_add (&w, "--image-opts");
  words_format (&w, "%sdriver=%s,%s",
                compressed ? "driver=compress,file." : "", format_driver (f),
                node);
  free (node);
  purpose = tool_format ("write images of the format %s", format_name (f));
  struct helper *h = serve (&w, purpose, socket, why);
  free (purpose);
  return h;
}
