# SPDX-License-Identifier: MIT
# libxml2 parses URIs.
AC_DEFUN([CW_LIBXML2],
  [CW_OPTIONAL([libxml2], [LIBXML2], [libxml-2.0], [NBD URIs])
   AS_IF([test "x$cw_have_libxml2" = xyes],
     [AC_DEFINE([HAVE_LIBXML2], [1], [Whether URIs can be parsed.])])])
