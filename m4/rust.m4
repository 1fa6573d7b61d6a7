# SPDX-License-Identifier: MIT
# CW_RUST: cargo and rustc.  Unless CARGO is set, those of the system are
# preferred, because they match the crates of the system.  Some features need
# tokio and bytes, which are taken from the directory CARGO_REGISTRY and never
# downloaded.
AC_DEFUN([CW_RUST],
  [AC_ARG_ENABLE([rust],
     [AS_HELP_STRING([--disable-rust], [do not build the Rust crates])],
     [], [enable_rust=auto])
   AC_ARG_VAR([CARGO], [the program cargo])
   AC_ARG_VAR([RUSTC], [the Rust compiler that goes with it])
   AC_ARG_VAR([CARGO_REGISTRY], [directory with the sources of Rust crates])
   AS_IF([test "x$CARGO" = x && test -x /usr/bin/cargo && test -x /usr/bin/rustc],
     [CARGO=/usr/bin/cargo])
   cw_have_rust=no
   AS_IF([test "x$enable_rust" = xno],
     [],
     [test "x$enable_sanitizers" != xno],
     [cw_have_rust="no, it does not work with sanitizers"],
     [AC_PATH_PROG([CARGO], [cargo])
      AS_IF([test -n "$CARGO" && test "x$RUSTC" = x],
        [RUSTC=`AS_DIRNAME(["$CARGO"])`/rustc])
      AC_MSG_CHECKING([for the version of Rust])
      cw_rust_version=`"$RUSTC" --version 2>/dev/null | cut -d ' ' -f 2`
      AC_MSG_RESULT([${cw_rust_version:-none}])
      AS_IF([test -n "$cw_rust_version"],
        [AS_VERSION_COMPARE([$cw_rust_version], [1.63],
           [cw_have_rust="no, $cw_rust_version is older than 1.63"],
           [cw_have_rust=yes], [cw_have_rust=yes])])
      AS_IF([test "x$enable_rust" = xyes && test "x$cw_have_rust" != xyes],
        [AC_MSG_ERROR([cargo and rustc 1.63 or newer are needed for Rust])])])
   RUSTDOC=`AS_DIRNAME(["$RUSTC"])`/rustdoc
   AC_SUBST([RUSTDOC])
   cw_have_tokio=no
   AS_IF([test "x$cw_have_rust" = xyes],
     [: ${CARGO_REGISTRY=/usr/share/cargo/registry}
      AS_IF([ls "$CARGO_REGISTRY"/tokio-1.*/Cargo.toml \
               "$CARGO_REGISTRY"/bytes-1.*/Cargo.toml >/dev/null 2>&1],
        [cw_have_tokio=yes])])
   AM_CONDITIONAL([HAVE_RUST], [test "x$cw_have_rust" = xyes])
   AM_CONDITIONAL([HAVE_RUST_TOKIO], [test "x$cw_have_tokio" = xyes])
   AS_IF([test "x$cw_have_tokio" = xno], [CARGO_REGISTRY=])
   AS_IF([test "x$cw_have_rust" = xyes],
     [AS_IF([test "x$cw_have_tokio" = xyes],
        [cw_have_rust="yes, with tokio, for $RUSTC $cw_rust_version"],
        [cw_have_rust="yes, without tokio, for $RUSTC $cw_rust_version"])])
   AC_CONFIG_FILES([bindings/rust/cargo], [chmod +x bindings/rust/cargo])])
