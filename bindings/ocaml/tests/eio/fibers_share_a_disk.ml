(* SPDX-License-Identifier: MIT *)
(* Fibers wait for commands of one handle while others run.  Cancelling a fiber
   cancels its command, and the switch closes the handle. *)

open Support

let connected sw arguments =
  let disk = NBD_eio.create sw in
  NBD.add_meta_context (NBD_eio.handle disk) NBD.context_base_allocation;
  NBD_eio.connect_command disk (nbdkit arguments);
  disk

let many_at_once sw =
  NBD_eio.with_disk (connected sw ["pattern"; "1M"]) (fun disk ->
    let read i () =
      let offset = i * 1024 in
      let bytes = NBD_eio.pread disk 1024 (Int64.of_int offset) in
      check "data" (bytes = pattern offset 1024) in
    Eio.Fiber.all (List.init 1000 read);
    fails (Some Unix.EPERM) (fun () ->
        NBD_eio.pwrite disk (NBD.Buffer.alloc 512) 0L))

let extents sw =
  let disk = connected sw ["data"; "data=@32768 1 @65535 1"; "size=256K"] in
  let show (e : NBD_extents.t) =
    Printf.sprintf "%Ld+%Ld:%Ld" e.offset e.length e.flags.(0) in
  equal_string "extents" "0+32768:3 32768+32768:0 65536+196608:3"
    (String.concat " " (List.map show (List.of_seq (NBD_eio.extents disk))))

let cancelling sw =
  let disk =
    connected sw ["--filter=delay"; "memory"; "1M"; "delay-read=3600"] in
  Eio.Fiber.first (fun () -> ignore (NBD_eio.pread disk 512 0L)) (fun () ->
    NBD_eio.flush disk);
  equal_int "in flight" 0 (NBD.aio_in_flight (NBD_eio.handle disk));
  NBD_eio.handle disk

let () =
  requires "nbdkit";
  Eio_main.run (fun _ ->
    Eio.Switch.run many_at_once;
    Eio.Switch.run extents;
    let h = Eio.Switch.run cancelling in
    match NBD.get_debug h with
    | _ -> failwith "the switch has not closed the handle"
    | exception NBD.Closed _ -> ())
