/* SPDX-License-Identifier: MIT */
/* vmdk: a sparse file with a descriptor in it, or a descriptor that names the
 * files with the data.
 *
 * Another program may later split a descriptor into lines in another way than
 * we do.  So any quoted text behind a word for a kind of extent counts as a
 * name, wherever it is. */
#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "probe/internal.h"
#include "tool.h"

#define SECTOR 512
#define LARGEST_TEXT (1 << 20)
/* Where qemu reads the name of a parent, whatever the header says. */
#define USUAL_PLACE 512
#define PARENT_TEXT (20 * SECTOR)
#define COMPRESSED (1 << 16)
#define MARKERS (1 << 17)
#define AT_THE_END UINT64_MAX
#define FOOTER 1024 /* bytes from the end */

/* What qemu accepts. */
#define LARGEST_GRAIN (1 << 20) /* sectors */
#define MOST_ENTRIES 512
#define MOST_TABLES (1 << 20)
/* How many of the tables are read. */
#define TABLES_READ 64
/* The sector of a grain that has only zeroes. */
#define READS_AS_ZERO 1

struct grains {
  uint64_t size;    /* sectors */
  uint32_t entries; /* in a table */
  uint64_t last;    /* the sector of the last one in the file */
};

static const char first_line[] = "# Disk DescriptorFile";

/* ---- descriptors ---- */

static const char *
find (const char *text, const char *end, const char *word)
{
  return memmem (text, end - text, word, strlen (word));
}

/* parentFileNameHint="NAME" */
static void
find_parent (struct looking *l, const char *text, size_t length)
{
  const char *end = text + length;
  const char *p = find (text, end, "parentFileNameHint");

  if (p == NULL)
    return;
  const char *quote = memchr (p, '"', end - p);
  size_t rest = quote != NULL ? end - quote - 1 : 0;
  const char *last = rest > 0 ? memchr (quote + 1, '"', rest) : NULL;
  if (last == NULL)
    refers (l, "parent", NULL, 0);
  else
    refers (l, "parent", quote + 1, last - quote - 1);
}

/* Whether the text ends with a kind of extent. *SPARSE: extents of this kind
 * have a header. */
static bool
ends_with_kind (const char *text, const char *end, bool *sparse)
{
  static const char *const kinds[] = { "FLAT",   "VMFS", "ZERO",
                                       "SPARSE", "RDM",  "RAW" };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    size_t length = strlen (kinds[i]);
    if ((size_t) (end - text) >= length
        && memcmp (end - length, kinds[i], length) == 0) {
      *sparse = strcmp (kinds[i], "SPARSE") == 0;
      return true;
    }
  }
  return false;
}

/* Whether there is a kind of extent before this quote.  Some readers read a
 * word of at most ten letters, so they need no space behind the longest
 * kind. */
static bool
has_kind (const char *text, const char *quote, bool *sparse)
{
  static const char longest[] = "VMFSSPARSE";
  const char *end = quote;

  while (end > text && isspace ((unsigned char) end[-1]))
    end--;
  if (end < quote)
    return ends_with_kind (text, end, sparse);
  *sparse = true;
  return end - text >= 10 && memcmp (end - 10, longest, 10) == 0;
}

static uint64_t
sectors_of_line (const char *line)
{
  static const char *const access[] = { "RW ", "RDONLY ", "NOACCESS " };

  for (size_t i = 0; i < 3; i++)
    if (strncmp (line, access[i], strlen (access[i])) == 0)
      return strtoull (line + strlen (access[i]), NULL, 10);
  return 0;
}

/* How many bytes of its file the extent with this name uses: all up to the
 * end of its sectors, which begin at the offset behind the name. */
static uint64_t
bytes_of_extent (const char *text, const char *quote, const char *last)
{
  const char *line = quote;

  while (line > text && strchr ("\r\n", line[-1]) == NULL)
    line--;
  uint64_t sectors = sectors_of_line (line);
  uint64_t first = *last == '"' ? strtoull (last + 1, NULL, 10) : 0;
  uint64_t most = INT64_MAX / SECTOR;
  if (sectors > most || first > most - sectors)
    return 0;
  return (first + sectors) * SECTOR;
}

static void
find_extents (struct looking *l, const char *text, size_t length)
{
  const char *end = text + length, *p = text;

  while ((p = memchr (p, '"', end - p)) != NULL) {
    const char *quote = p++, *last = p;
    bool sparse;

    while (last < end && strchr ("\"\r\n", *last) == NULL)
      last++;
    if (last == p || !has_kind (text, quote, &sparse))
      continue;
    struct reference *r = refers (l, sparse ? "sparse extent" : "extent", p,
                                  last - p);
    r->named = true;
    r->format = sparse ? VMDK : RAW;
    r->bytes = sparse ? 0 : bytes_of_extent (text, quote, last);
  }
}

/* The size of the disk is the sum of its extents. */
static void
add_sizes (struct looking *l, char *text)
{
  char *rest = NULL;
  uint64_t sectors = 0;

  for (char *line = strtok_r (text, "\r\n", &rest); line != NULL;
       line = strtok_r (NULL, "\r\n", &rest)) {
    uint64_t more = sectors_of_line (line);
    if (more > INT64_MAX / SECTOR - sectors)
      return;
    sectors += more;
  }
  l->p->size = sectors * SECTOR;
}

static bool
look_at_text (struct looking *l, uint64_t offset)
{
  char *text = tool_alloc (LARGEST_TEXT + 2);
  size_t length = look_at_most (l, text, LARGEST_TEXT + 1, offset);
  bool good = length <= LARGEST_TEXT;

  if (good) {
    find_parent (l, text, length);
    find_extents (l, text, length);
    add_sizes (l, text);
  }
  free (text);
  if (!good)
    return is_broken (l, "its descriptor is larger than a megabyte", UNKNOWN);
  return l->failed == NULL;
}

static bool
is_text (const struct looking *l)
{
  return begins (l, first_line, strlen (first_line));
}

static bool
look_at_descriptor (struct looking *l)
{
  /* If no extent was found, its name is unknown, and so it is refused: no
   * program makes a descriptor without extents, and in a stream the names may
   * be out of reach. */
  if (!look_at_text (l, 0))
    return false;
  if (l->refers.count == 0)
    refers (l, "extent", NULL, 0);
  return true;
}

const struct known probe_vmdk_text = { VMDK, is_text, look_at_descriptor };

/* ---- sparse files ---- */

static bool
is_sparse (const struct looking *l)
{
  return begins (l, "KDMV", 4) || begins (l, "COWD", 4);
}

static bool
look_for_parent (struct looking *l, uint64_t offset)
{
  char *text = tool_alloc (PARENT_TEXT);
  size_t length = look_at_most (l, text, PARENT_TEXT, offset);

  find_parent (l, text, length);
  free (text);
  return l->failed == NULL;
}

/* Read a table, whose first grain is for this sector of the disk. */
static bool
read_grains (struct looking *l, struct grains *g, uint32_t at, uint64_t place)
{
  unsigned char table[4 * MOST_ENTRIES];

  probe_needs (l, (uint64_t) at * SECTOR, 4 * g->entries);
  if (!look_at (l, table, 4 * g->entries, (uint64_t) at * SECTOR))
    return false;
  for (uint32_t i = 0; i < g->entries; i++) {
    uint64_t grain = le32 (table + 4 * i);
    g->last = MAX (g->last, grain);
    if (grain > READS_AS_ZERO)
      probe_needs_cluster (l, grain * SECTOR, (place + i * g->size) * SECTOR,
                           l->p->compressed ? 1 : g->size * SECTOR);
  }
  return true;
}

/* The last tables are read: all programs that copy a disk write its end
 * last. */
static void
read_last_tables (struct looking *l, struct grains *g,
                  const unsigned char *directory, uint64_t tables)
{
  unsigned seen = 0;

  while (tables-- > 0 && seen < TABLES_READ) {
    uint32_t at = le32 (directory + 4 * tables);
    if (at == 0)
      continue;
    seen++;
    if (!read_grains (l, g, at, tables * g->entries * g->size))
      return;
  }
}

/* The number of the bytes of a compressed grain is before them. */
static void
need_packed_grain (struct looking *l, uint64_t at)
{
  unsigned char marker[12];

  if (look_at (l, marker, sizeof marker, at))
    probe_needs (l, at, sizeof marker + (uint64_t) le32 (marker + 8));
}

/* The directory is at the end, in a copy of the header. */
static void
look_for_footer (struct looking *l)
{
  unsigned char magic[4];

  if (l->r->size == UNKNOWN || l->r->in_order)
    return;
  if (l->r->size < FOOTER || !look_at (l, magic, 4, l->r->size - FOOTER)
      || memcmp (magic, l->head, 4) != 0)
    l->refused = probe_is_cut;
}

/* If the directory is behind the end of the file, qemu reports that. */
static void
need_grains (struct looking *l, uint64_t capacity)
{
  struct grains g = { le64 (l->head + 20), le32 (l->head + 44), 0 };
  uint64_t place = le64 (l->head + 56);

  if (place == AT_THE_END)
    look_for_footer (l);
  if (l->r->size == UNKNOWN || l->r->in_order || g.size == 0
      || g.size > LARGEST_GRAIN || g.entries == 0 || g.entries > MOST_ENTRIES
      || place >= l->r->size / SECTOR)
    return;
  uint64_t tables = (capacity - 1) / (g.size * g.entries) + 1;
  if (tables > MOST_TABLES)
    return;
  unsigned char *directory = tool_alloc (4 * tables);
  probe_needs (l, place * SECTOR, 4 * tables);
  if (look_at (l, directory, 4 * tables, place * SECTOR))
    read_last_tables (l, &g, directory, tables);
  free (directory);
  if ((le32 (l->head + 8) & MARKERS) != 0 && g.last > READS_AS_ZERO)
    need_packed_grain (l, g.last * SECTOR);
  probe_look_for_end (l);
}

static bool
look_at_sparse (struct looking *l)
{
  const unsigned char *h = l->head;

  if (l->have < 79)
    return is_broken (l, "it ends within its header", UNKNOWN);
  if (begins (l, "COWD", 4)) {
    l->p->size = (uint64_t) le32 (h + 12) * SECTOR;
    return look_for_parent (l, USUAL_PLACE);
  }
  uint64_t capacity = le64 (h + 12), descriptor = le64 (h + 28);
  if (le32 (h + 4) < 1 || le32 (h + 4) > 3)
    return is_broken (l, "there is no such version", le32 (h + 4));
  if (capacity > INT64_MAX / SECTOR)
    return is_broken (l, "no disk is so large", capacity);
  if (descriptor > INT64_MAX / SECTOR)
    return is_broken (l, "its descriptor cannot be at sector", descriptor);
  l->p->compressed = (le32 (h + 8) & COMPRESSED) != 0;
  /* Then qemu takes it for the descriptor of other files. */
  if (capacity == 0)
    return look_at_text (l, descriptor * SECTOR);
  l->p->size = capacity * SECTOR;
  need_grains (l, capacity);
  return look_for_parent (l, USUAL_PLACE)
         && (descriptor * SECTOR == USUAL_PLACE
             || look_for_parent (l, descriptor * SECTOR));
}

const struct known probe_vmdk_sparse = { VMDK, is_sparse, look_at_sparse };
