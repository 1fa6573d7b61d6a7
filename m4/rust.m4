# SPDX-License-Identifier: MIT
# The Rust crates need cargo.
AC_DEFUN([CW_RUST],
  [AC_CHECK_PROG([CARGO], [cargo], [cargo])
   AS_IF([test -n "$CARGO"], [cw_have_rust=yes], [cw_have_rust=no])
   AM_CONDITIONAL([HAVE_RUST], [test "$cw_have_rust" = yes])])
