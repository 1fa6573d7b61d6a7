(* SPDX-License-Identifier: MIT *)
(* When its server is killed and comes back, a handle that stays connected
   continues, and all promises are fulfilled.  Another handle rejects all
   promises, and those of later commands. *)

open Lwt.Syntax
open Support

let connected ~setup arguments =
  let disk = NBD_lwt.create () in
  setup (NBD_lwt.handle disk);
  let* () = NBD_lwt.connect_command disk (nbdkit arguments) in
  Lwt.return disk

let kill disk = NBD.kill_subprocess (NBD_lwt.handle disk) Sys.sigkill

let staying h =
  NBD.set_reconnect_timeout h (-1);
  NBD.set_connections h 2L

let outlived disk =
  let fd = NBD.aio_get_fd (NBD_lwt.handle disk) in
  let round i =
    let read at =
      let* bytes = NBD_lwt.pread disk 512 (Int64.of_int at) in
      check "data" (bytes = pattern at 512);
      Lwt.return_unit in
    let reads = List.init 50 (fun j -> read ((i + j) * 4096)) in
    kill disk;
    Lwt.join reads in
  let* () = round 0 in
  let* () = round 1 in
  (* The server comes back even if nothing was in flight when it ended. *)
  kill disk;
  let* () = round 2 in
  let h = NBD_lwt.handle disk in
  check "outages" (NBD.stats_reconnects h >= 3L);
  check "one descriptor" (NBD.aio_get_fd h = fd);
  Lwt.return_unit

let reported disk =
  let reads = List.init 20 (fun _ -> NBD_lwt.pread disk 512 0L) in
  kill disk;
  let failed read =
    Lwt.try_bind (fun () -> read)
      (fun _ -> failwith "it should have failed")
      (function NBD.Error _ -> Lwt.return_unit | exn -> Lwt.fail exn) in
  let* () = Lwt_list.iter_s failed reads in
  check "dead" (NBD.aio_is_dead (NBD_lwt.handle disk));
  let* () = failed (NBD_lwt.pread disk 512 0L) in
  (* The handle's descriptor is free, and its number is used for something
     else. *)
  let from, into = Lwt_unix.pipe () in
  let* count = Lwt_unix.write_string into "x" 0 1 in
  equal_int "written" 1 count;
  let* count = Lwt_unix.read from (Bytes.create 1) 0 1 in
  equal_int "read" 1 count;
  let* () = Lwt_unix.close from in
  Lwt_unix.close into

(* Connect to an address where nobody listens, and to a server that closes the
   connection. *)
let refused () =
  let failed connecting =
    Lwt.try_bind (fun () -> connecting)
      (fun _ -> failwith "it should not have connected")
      (function
       | NBD.Error (text, _) -> check text (contains text "nbd_"); Lwt.return_unit
       | exn -> Lwt.fail exn) in
  let* () = failed (NBD_lwt.connect "nbd+unix://?socket=/nonexistent") in
  let* () =
    failed (NBD_lwt.connect_command (NBD_lwt.create ()) ["true"]) in
  failed (NBD_lwt.connect "nbd://localhost:1/")

let () =
  requires "nbdkit";
  Lwt_main.run (
    let* () =
      NBD_lwt.with_disk (connected ~setup:staying ["pattern"; "1M"]) outlived in
    let slow = ["--filter=delay"; "null"; "1M"; "delay-read=3600"] in
    let* () = NBD_lwt.with_disk (connected ~setup:ignore slow) reported in
    refused ())
