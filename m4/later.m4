# SPDX-License-Identifier: MIT
# What parts that are still to come will need; only reported.
AC_DEFUN([CW_LATER],
  [PKG_CHECK_EXISTS([fuse3], [cw_have_fuse3=yes], [cw_have_fuse3=no])
   AC_CHECK_PROG([cw_have_ocaml], [ocamlfind], [yes], [no])
   AC_CHECK_PROG([cw_have_go], [go], [yes], [no])
   AC_CHECK_PROG([cw_have_cargo], [cargo], [yes], [no])])
