# SPDX-License-Identifier: MIT
# Warnings that all of our C is free of; --enable-werror keeps it so.
AC_DEFUN([CW_WARNINGS],
  [AC_ARG_ENABLE([werror],
     [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
     [], [enable_werror=no])
   WARNING_CFLAGS="-Wall -Wextra"
   AS_IF([test "x$enable_werror" != xno],
     [WARNING_CFLAGS="$WARNING_CFLAGS -Werror"])
   AC_SUBST([WARNING_CFLAGS])])
