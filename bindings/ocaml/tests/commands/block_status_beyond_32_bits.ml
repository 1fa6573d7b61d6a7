(* SPDX-License-Identifier: MIT *)
(* Block status accepts a range of any length, and a second call asks for the
   rest. *)

open Support

let () =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.set_request_extended_headers h false;
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h
      (nbdkit ["data"; "data=@5368709120 1"; "size=6G"]);
    let size = NBD.get_size h in
    let at = ref 0L and data = ref 0L in
    let extent _ _ entries _ =
      Array.iter (fun (length, flags) ->
        at := Int64.add !at length;
        if flags = 0L then data := Int64.add !data length)
        entries;
      0 in
    while !at < size do
      NBD.block_status_64 h (Int64.sub size !at) !at extent
    done;
    equal_int64 "size" 6442450944L !at;
    equal_int64 "data" 32768L !data)
