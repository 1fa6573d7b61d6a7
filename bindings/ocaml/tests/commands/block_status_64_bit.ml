(* SPDX-License-Identifier: MIT *)
(* Block status returns extents of base:allocation as 64-bit pairs, blocking
   and not. *)

open Support

let () =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h
      (nbdkit ["data"; "data=@32768 1 @131072 1"; "size=256K"]);
    let found = ref [||] in
    let extent context offset entries error =
      equal_string "context" "base:allocation" context;
      equal_int64 "offset" 0L offset;
      equal_int "error" 0 !error;
      found := entries;
      0 in
    let expected =
      [|32768L, 3L; 32768L, 0L; 65536L, 3L; 32768L, 0L; 98304L, 3L|] in
    NBD.block_status_64 h 262144L 0L extent;
    check "extents" (!found = expected);
    found := [||];
    wait h (NBD.aio_block_status_64 h 262144L 0L extent);
    check "extents again" (!found = expected))
