(* SPDX-License-Identifier: MIT *)
(* In option mode a program can ask about one export, then connect to
   another. *)

open Support

let () =
  with_options two_exports (fun h ->
    NBD.set_request_meta_context h false;
    NBD.set_export_name h "one";
    NBD.set_full_info h true;
    NBD.opt_info h;
    equal_int64 "size of one" 512L (NBD.get_size h);
    equal_string "description" "the one disk" (NBD.get_export_description h);
    NBD.set_export_name h "three";
    fails (Some Unix.ENOENT) (fun () -> NBD.opt_info h);
    NBD.set_export_name h "two";
    check "structured" (not (NBD.opt_structured_reply h)
                        || NBD.get_structured_replies_negotiated h);
    NBD.opt_go h;
    check "ready" (NBD.aio_is_ready h);
    equal_int64 "size of two" 1024L (NBD.get_size h))
