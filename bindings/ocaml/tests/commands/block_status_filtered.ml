(* SPDX-License-Identifier: MIT *)
(* A filtered block status needs a server with extended headers.  nbdkit has
   none, so the calls, with up to seven arguments, are refused. *)

open Support

let () =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h
      (nbdkit ["data"; "data=@32768 1 @131072 1"; "size=256K"]);
    let extent _ _ _ _ = failwith "this cannot be called" in
    let contexts = [NBD.context_base_allocation] in
    fails (Some Unix.EOPNOTSUPP) ~text:"nbd_block_status_filter" (fun () ->
      NBD.block_status_filter h 262144L 0L contexts extent);
    let completion _ = failwith "nor can this" in
    fails (Some Unix.EOPNOTSUPP) ~text:"nbd_aio_block_status_filter" (fun () ->
      NBD.aio_block_status_filter ~completion
        ~flags:[NBD.CMD_FLAG.REQ_ONE] h 262144L 0L contexts extent);
    equal_int "in flight" 0 (NBD.aio_in_flight h))
