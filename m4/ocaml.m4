# SPDX-License-Identifier: MIT
# CW_OCAML: find the compilers, findlib, and the main loops to make packages
# for.  Packages go to the first directory below our prefix in which findlib
# looks, if there is one: on Debian /usr/lib/ocaml, or
# /usr/local/lib/ocaml/VERSION.  OCaml programs cannot load a library that was
# built with sanitizers.
AC_DEFUN([CW_OCAML],
  [AC_ARG_ENABLE([ocaml],
     [AS_HELP_STRING([--disable-ocaml], [do not build the OCaml library])],
     [], [enable_ocaml=auto])
   AC_ARG_VAR([OCAMLFIND], [the program ocamlfind])
   cw_have_ocaml=no
   cw_have_ocamlopt=no
   AS_IF([test "x$enable_ocaml" = xno],
     [],
     [test "x$enable_sanitizers" != xno],
     [cw_have_ocaml="no, it does not work with sanitizers"],
     [AC_CHECK_PROG([OCAMLFIND], [ocamlfind], [ocamlfind])
      AC_CHECK_PROG([OCAMLMKLIB], [ocamlmklib], [ocamlmklib])
      AS_IF([test -n "$OCAMLFIND" && test -n "$OCAMLMKLIB"],
        [OCAML_WHERE=`$OCAMLFIND ocamlc -where 2>/dev/null`
         AC_MSG_CHECKING([for the headers of OCaml])
         AS_IF([test -f "$OCAML_WHERE/caml/unixsupport.h"],
           [cw_have_ocaml=yes])
         AC_MSG_RESULT([${OCAML_WHERE:-no}])
         AS_IF([$OCAMLFIND ocamlopt -version >/dev/null 2>&1],
           [cw_have_ocamlopt=yes])])
      AS_IF([test "x$enable_ocaml$cw_have_ocaml" = xyesno],
        [AC_MSG_ERROR([ocamlfind, ocamlc or its headers were not found])])])
   AS_IF([test "x$cw_have_ocaml" = xyes],
     [AS_IF([test "x$prefix" = xNONE],
        [cw_prefix=$ac_default_prefix], [cw_prefix=$prefix])
      ocamldir='${libdir}/ocaml'
      for cw_dir in $OCAML_WHERE `$OCAMLFIND printconf path`; do
        AS_CASE([$cw_dir],
          ["$cw_prefix"/lib/*],
          [ocamldir='${prefix}'${cw_dir#"$cw_prefix"}
           break])
      done])
   cw_have_lwt=no
   cw_have_eio=no
   AS_IF([test "x$cw_have_ocaml" = xyes],
     [AC_MSG_CHECKING([for Lwt])
      AS_IF([$OCAMLFIND query lwt.unix >/dev/null 2>&1], [cw_have_lwt=yes])
      AC_MSG_RESULT([$cw_have_lwt])
      AC_MSG_CHECKING([for Eio])
      AS_IF([$OCAMLFIND query eio.unix eio_main >/dev/null 2>&1], [cw_have_eio=yes])
      AC_MSG_RESULT([$cw_have_eio])])
   AM_CONDITIONAL([HAVE_LWT], [test "x$cw_have_lwt" = xyes])
   AM_CONDITIONAL([HAVE_EIO], [test "x$cw_have_eio" = xyes])
   # The directories that the loader searches by default; libtool knows them.
   SYSTEM_LIBDIRS=$sys_lib_dlsearch_path_spec
   AC_SUBST([SYSTEM_LIBDIRS])
   AC_SUBST([OCAML_WHERE])
   AC_SUBST([OCAMLMKLIB])
   AC_SUBST([ocamldir])
   AM_CONDITIONAL([HAVE_OCAML], [test "x$cw_have_ocaml" = xyes])
   AM_CONDITIONAL([HAVE_OCAMLOPT], [test "x$cw_have_ocamlopt" = xyes])
   AS_IF([test "x$cw_have_ocaml$cw_have_ocamlopt" = xyesno],
     [cw_have_ocaml="yes, bytecode only"])])
