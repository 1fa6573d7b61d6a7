# SPDX-License-Identifier: MIT
# The OCaml binding needs the compilers and findlib.
AC_DEFUN([CW_OCAML],
  [AC_CHECK_PROG([OCAMLFIND], [ocamlfind], [ocamlfind])
   AS_IF([test -n "$OCAMLFIND"], [cw_have_ocaml=yes], [cw_have_ocaml=no])
   AM_CONDITIONAL([HAVE_OCAML], [test "$cw_have_ocaml" = yes])])
