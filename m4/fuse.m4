# SPDX-License-Identifier: MIT
# nbdfuse is built on libfuse, version 3.
AC_DEFUN([CW_FUSE],
  [CW_OPTIONAL([fuse], [FUSE], [fuse3], [nbdfuse])])
