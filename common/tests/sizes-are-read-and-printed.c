/* SPDX-License-Identifier: MIT */
/* Sizes are parsed on the command line, and printed, with the same units. */
#include <errno.h>

#include "check.h"
#include "tool.h"

static const struct {
  const char *text;
  int64_t size;
} good[] = {
  { "0", 0 },
  { "1", 1 },
  { "007", 7 },
  { "512b", 512 },
  { "3S", 1536 },
  { "1k", 1024 },
  { "1K", 1024 },
  { "2m", 2097152 },
  { "1G", 1 << 30 },
  { "1t", INT64_C (1) << 40 },
  { "5P", INT64_C (5) << 50 },
  { "7e", INT64_C (7) << 60 },
  { "9223372036854775807", INT64_MAX },
};

static const struct {
  const char *text;
  int error;
} bad[] = {
  { "", EINVAL },     { "k", EINVAL },
  { "-1", EINVAL },   { "+1", EINVAL },
  { " 1", EINVAL },   { "1 ", EINVAL },
  { "1MB", EINVAL },  { "1MiB", EINVAL },
  { "1.5M", EINVAL }, { "0x10", EINVAL },
  { "1x", EINVAL },   { "9223372036854775808", ERANGE },
  { "8E", ERANGE },   { "99999999999999999999999k", ERANGE },
};

static const struct {
  uint64_t size;
  const char *text;
} printed[] = {
  { 0, "0" },
  { 1, "1" },
  { 1536, "1536" },
  { 1024, "1K" },
  { 1048576, "1M" },
  { UINT64_C (2125119488), "2075312K" },
  { UINT64_C (1) << 60, "1E" },
  { UINT64_C (6) << 60, "6E" },
  { UINT64_MAX, "18446744073709551615" },
};

void
test (void)
{
  char buffer[TOOL_SIZE_MAX];
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    check_case ("%s", good[i].text);
    CHECK (tool_parse_size (good[i].text) == good[i].size);
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    check_case ("\"%s\"", bad[i].text);
    CHECK (tool_parse_size (bad[i].text) == -1);
    CHECK (errno == bad[i].error);
  }
  for (size_t i = 0; i < sizeof printed / sizeof printed[0]; i++) {
    check_case ("%s", printed[i].text);
    check_string_at (__FILE__, __LINE__, "size",
                     tool_human_size (buffer, printed[i].size),
                     printed[i].text);
  }
}
