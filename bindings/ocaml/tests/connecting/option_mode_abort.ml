(* SPDX-License-Identifier: MIT *)
(* In option mode a program can abort instead of choosing an export, blocking
   and not. *)

let () =
  Support.with_options ["null"] (fun h ->
    NBD.opt_abort h;
    Support.check "closed" (NBD.aio_is_closed h));
  Support.with_options ["null"] (fun h ->
    NBD.aio_opt_abort h;
    while NBD.aio_is_connecting h do ignore (NBD.poll h (-1)) done;
    Support.check "closed" (NBD.aio_is_closed h))
