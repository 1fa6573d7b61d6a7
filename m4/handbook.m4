# SPDX-License-Identifier: MIT
# cmark-gfm converts the handbook to HTML, and mandoc the manual pages.
AC_DEFUN([CW_HANDBOOK],
  [AC_ARG_ENABLE([handbook],
     [AS_HELP_STRING([--disable-handbook], [make no HTML of the handbook])],
     [], [enable_handbook=auto])
   AS_IF([test "x$enable_handbook" != xno],
     [AC_PATH_PROG([CMARK_GFM], [cmark-gfm])
      AC_PATH_PROG([MANDOC], [mandoc])])
   AS_IF([test -n "$CMARK_GFM"], [cw_have_handbook=yes], [cw_have_handbook=no])
   AM_CONDITIONAL([HAVE_CMARK_GFM], [test "x$cw_have_handbook" = xyes])
   AM_CONDITIONAL([HAVE_MANDOC], [test -n "$MANDOC"])])
