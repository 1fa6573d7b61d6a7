/* SPDX-License-Identifier: MIT */
/* Decide which other files an image may refer to. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/internal.h"
#include "tool.h"

/* Backing files may have backing files. */
#define LONGEST_CHAIN 64

/* The image of a chain that is being checked. */
struct link {
  const struct looking *l;
  const char *path; /* by which qemu opens it */
  const char *root; /* the real directory of the first image */
  unsigned depth;
};

static bool check (const struct link *at, char **why);

/* The message, which says what the user can do. */
static char *
refuse (const struct link *at, const struct reference *r, const char *what)
{
  char *name = r->name ? tool_quoted (r->name)
                       : tool_format ("no known name");
  const char *format = format_name (at->l->p->format);
  char *text = tool_format (
    "%s%sthis %s image refers to another file (%s): %s, %s.  If you know who "
    "made it, and that it may read this file, add --allow-backing; if it is "
    "no %s image but the content of a disk, %sadd --from raw",
    at->depth > 0 ? at->path : "", at->depth > 0 ? ": " : "", format, r->what,
    name, what, format, probe_before_raw (at->l));

  free (name);
  return text;
}

/* True of "nbd:host:port" and "json:{...}", but not of "./with:colon". */
static bool
has_protocol (const char *name)
{
  return name[strcspn (name, ":/")] == ':';
}

/* The path that qemu makes of a name. */
static char *
resolve (const char *path, const char *name)
{
  const char *slash = strrchr (path, '/');

  if (name[0] == '/' || slash == NULL)
    return tool_format ("%s", name);
  return tool_format ("%.*s/%s", (int) (slash - path), path, name);
}

/* Whether REAL is below ROOT, with nothing hidden on the way.  ROOT is empty
 * for the root directory, below which nothing is accepted.  Settings and keys
 * of programs are often in hidden files, images never are. */
static bool
is_below (const char *root, const char *real)
{
  size_t length = strlen (root);

  return root[0] != '\0' && strncmp (real, root, length) == 0
         && real[length] == '/' && strstr (real + length, "/.") == NULL;
}

/* ---- images that the image refers to ---- */

/* If the image does not say the format of the file, qemu guesses it.  That is
 * only safe if the file cannot be anything else. */
static bool
is_certain (const struct looking *l, const struct known *k)
{
  if (k == NULL || l->broken != NULL || k == &probe_vpc_fixed)
    return false;
  return k != &probe_vdi || begins (l, "<<<", 3);
}

static bool
check_image (const struct link *at, const struct reference *r,
             const char *path, int fd, uint64_t size, char **why)
{
  struct probe_reader reader = probe_reads_file (fd, size);
  struct probe p = { .format = RAW };
  struct looking l = { .r = &reader, .p = &p };
  const struct known *k = probe_look (&l, r->named ? &r->format : NULL);
  struct link next = { &l, path, at->root, at->depth + 1 };
  bool good = false;

  if (l.failed != NULL)
    *why = refuse (at, r, "which cannot be read");
  else if (r->named && (k == NULL || l.broken != NULL))
    *why = refuse (at, r, "which is not of the format that is named");
  else if (!r->named && !is_certain (&l, k))
    *why = refuse (at, r,
                   "whose format it does not name, so that a disk's "
                   "content could be taken for one");
  else if (l.refused != NULL)
    *why = tool_format ("%s: %s", path, l.refused);
  else if (next.depth > LONGEST_CHAIN)
    *why = refuse (at, r, "which is one too many in a chain of them");
  else
    good = check (&next, why);
  probe_forget (&l);
  return good;
}

/* Check a file that may be referred to: its own references must be allowed,
 * too. */
static bool
check_file (const struct link *at, const struct reference *r,
            const char *path, char **why)
{
  struct stat st;

  if (r->named && r->format == RAW)
    return true;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd == -1 || fstat (fd, &st) == -1) {
    *why = refuse (at, r, "which cannot be opened");
    if (fd != -1)
      close (fd);
    return false;
  }
  bool good = check_image (at, r, path, fd, st.st_size, why);
  close (fd);
  return good;
}

static bool
check_place (const struct link *at, const struct reference *r,
             const char *path, char **why)
{
  char *real = realpath (path, NULL);
  struct stat st;
  bool good = false;

  if (real == NULL)
    *why = refuse (at, r, "which is not there, or not to be reached");
  else if (!is_below (at->root, real))
    *why = refuse (at, r, "which is outside of its directory, or hidden");
  else if (stat (real, &st) == -1 || !S_ISREG (st.st_mode))
    *why = refuse (at, r, "which is not a regular file");
  else if ((uint64_t) st.st_size < r->bytes)
    *why = tool_format ("%s: %s: it has %lld bytes, not %llu", path,
                        probe_is_cut, (long long) st.st_size,
                        (unsigned long long) r->bytes);
  else
    good = check_file (at, r, path, why);
  free (real);
  return good;
}

static bool
check_one (const struct link *at, const struct reference *r, char **why)
{
  if (r->name == NULL || r->odd)
    *why = refuse (at, r, "which cannot be checked");
  else if (has_protocol (r->name))
    *why = refuse (at, r, "which is not a file in its directory");
  else if (at->root == NULL)
    *why = refuse (at, r,
                   "but it is no file of its own, so it has no "
                   "directory with others");
  else {
    char *path = resolve (at->path, r->name);
    bool good = check_place (at, r, path, why);
    free (path);
    return good;
  }
  return false;
}

static bool
check (const struct link *at, char **why)
{
  for (size_t i = 0; i < at->l->refers.count; i++)
    if (!check_one (at, &at->l->refers.list[i], why))
      return false;
  return true;
}

/* The real directory of a file, to be freed, or NULL. */
static char *
directory_of (const char *path)
{
  char *real = path ? realpath (path, NULL) : NULL;

  if (real != NULL)
    *strrchr (real, '/') = '\0';
  return real;
}

bool
probe_may_refer (const struct looking *l,
                 const struct probe_settings *settings, char **why)
{
  char *root = directory_of (settings->path);
  struct link first = { l, settings->path, root, 0 };
  bool good = check (&first, why);

  free (root);
  return good;
}
