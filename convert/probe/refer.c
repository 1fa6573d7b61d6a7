/* SPDX-License-Identifier: MIT */
/* Decide which other files an image may refer to.  If the user permits any
 * file, they must be there and have their ends all the same; all else is left
 * to qemu. */
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
  bool any;         /* any file is permitted */
  unsigned depth;
};

static bool check (const struct link *at, char **why);

/* The beginning of a message: what refers to which file. */
static char *
name_reference (const struct link *at, const struct reference *r)
{
  char *name = r->name ? tool_quoted (r->name)
                       : tool_format ("no known name");
  char *text =
    tool_format ("%s%sthis %s image refers to another file (%s): %s",
                 at->depth > 0 ? at->path : "", at->depth > 0 ? ": " : "",
                 format_name (at->l->p->format), r->what, name);

  free (name);
  return text;
}

/* What helps if a disk was taken for an image; to be freed. */
static char *
advise_raw (const struct link *at)
{
  return tool_format ("if it is no %s image but the content of a disk, %sadd "
                      "--from raw",
                      format_name (at->l->p->format),
                      probe_before_raw (at->l));
}

/* The message, which says what the user can do. */
static char *
refuse (const struct link *at, const struct reference *r, const char *what)
{
  char *reference = name_reference (at, r), *raw = advise_raw (at);
  char *text = tool_format (
    "%s, %s.  If you know who made it, and that it may read this file, add "
    "--allow-backing; %s",
    reference, what, raw);

  free (reference);
  free (raw);
  return text;
}

/* To permit another file that is missing would not help. */
static char *
is_missing (const struct link *at, const struct reference *r)
{
  char *error = tool_format ("%s", strerror (errno));
  char *reference = name_reference (at, r), *raw = advise_raw (at);
  char *text = tool_format ("%s: %s; %s", reference, error, raw);

  free (error);
  free (reference);
  free (raw);
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

/* Returns false with *WHY if the file is not what the reference says. */
static bool
is_as_named (const struct link *at, const struct reference *r,
             const struct looking *l, const struct known *k, char **why)
{
  if (l->failed != NULL)
    *why = refuse (at, r, "which cannot be read");
  else if (r->named && (k == NULL || l->broken != NULL))
    *why = refuse (at, r, "which is not of the format that is named");
  else if (!r->named && !is_certain (l, k))
    *why = refuse (at, r,
                   "whose format it does not name, so that a disk's "
                   "content could be taken for one");
  else
    return true;
  return false;
}

/* Check an image that looks like a known format. */
static bool
check_known (const struct link *at, const struct reference *r,
             const struct looking *l, const char *path, char **why)
{
  struct link next = { l, path, at->root, at->any, at->depth + 1 };

  if (l->refused != NULL)
    *why = tool_format ("%s: %s", path, l->refused);
  else if (next.depth <= LONGEST_CHAIN)
    return check (&next, why);
  else if (at->any)
    return true;
  else
    *why = refuse (at, r, "which is one too many in a chain of them");
  return false;
}

static bool
check_image (const struct link *at, const struct reference *r,
             const char *path, int fd, uint64_t size, char **why)
{
  struct probe_reader reader = probe_reads_file (fd, size);
  struct probe p = { .format = RAW };
  struct looking l = { .r = &reader, .p = &p };
  const struct known *k = probe_look (&l, r->named ? &r->format : NULL);
  bool good = at->any || is_as_named (at, r, &l, k, why);

  if (good && k != NULL && l.broken == NULL)
    good = check_known (at, r, &l, path, why);
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
    *why = is_missing (at, r);
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

  if (real == NULL || stat (real, &st) == -1)
    *why = is_missing (at, r);
  else if (!at->any && !is_below (at->root, real))
    *why = refuse (at, r, "which is outside of its directory, or hidden");
  else if (!S_ISREG (st.st_mode)) {
    good = at->any;
    if (!good)
      *why = refuse (at, r, "which is not a regular file");
  }
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
  const char *unknown = NULL; /* why it is not known which file it is */

  if (r->name == NULL || r->odd)
    unknown = "which cannot be checked";
  else if (has_protocol (r->name))
    unknown = "which is not a file in its directory";
  else if (at->root == NULL)
    unknown = "but it is no file of its own, so it has no directory with "
              "others";
  if (unknown != NULL && !at->any)
    *why = refuse (at, r, unknown);
  if (unknown != NULL)
    return at->any;
  char *path = resolve (at->path, r->name);
  bool good = check_place (at, r, path, why);
  free (path);
  return good;
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
  struct link first = {
    .l = l,
    .path = settings->path,
    .root = root,
    .any = settings->allow_backing || settings->from != NULL,
  };
  bool good = check (&first, why);

  free (root);
  return good;
}
