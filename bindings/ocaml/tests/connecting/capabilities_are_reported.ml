(* SPDX-License-Identifier: MIT *)
(* Each capability of an export is reported, once true and once false, as far
   as nbdkit can offer both. *)

open Support

let queries = [
  "can_flush", NBD.can_flush; "can_fua", NBD.can_fua;
  "can_trim", NBD.can_trim; "can_zero", NBD.can_zero;
  "can_fast_zero", NBD.can_fast_zero; "can_cache", NBD.can_cache;
  "can_multi_conn", NBD.can_multi_conn; "is_rotational", NBD.is_rotational;
]

let server answer =
  ["eval"; "get_size=echo 1M"; "pread=exit 1"; "pwrite=exit 1"; "trim=exit 1";
   "zero=exit 1"; "flush=exit 1"; "cache=exit 1"; "can_write=exit 0";
   "can_fua=" ^ (if answer then "echo native" else "echo none");
   "can_cache=" ^ (if answer then "echo native" else "echo none")]
  @ List.map (fun what ->
      Printf.sprintf "%s=exit %d" what (if answer then 0 else 3))
      ["can_flush"; "can_trim"; "can_zero"; "can_fast_zero"; "can_multi_conn";
       "is_rotational"]

let () =
  with_nbdkit (server true) (fun h ->
    List.iter (fun (what, query) -> equal_bool what true (query h)) queries;
    equal_bool "is_read_only" false (NBD.is_read_only h);
    equal_bool "can_df" true (NBD.can_df h);
    equal_bool "structured" true (NBD.get_structured_replies_negotiated h);
    equal_bool "extended" false (NBD.get_extended_headers_negotiated h);
    equal_bool "payload" false (NBD.can_block_status_payload h);
    equal_bool "TLS" false (NBD.get_tls_negotiated h);
    equal_bool "context" false (NBD.can_meta_context h "x:y"));
  with_nbdkit ("-r" :: server false) (fun h ->
    List.iter (fun (what, query) ->
      if what <> "can_zero" && what <> "can_fast_zero" then
        equal_bool what false (query h)) queries;
    equal_bool "is_read_only" true (NBD.is_read_only h));
  with_nbdkit ["--no-sr"; "null"] (fun h ->
    equal_bool "can_df" false (NBD.can_df h);
    equal_bool "structured" false (NBD.get_structured_replies_negotiated h))
