(* SPDX-License-Identifier: MIT *)
(* A promise that is cancelled, that times out or whose handle is closed ends
   at once, and so does its command.  After a cancelled command the handle can
   still be used.  A lost handle is closed once nothing is in flight. *)

open Lwt.Syntax
open Support

(* A disk whose reads take an hour; writes are fast. *)
let slow () =
  let disk = NBD_lwt.create () in
  let* () =
    NBD_lwt.connect_command disk
      (nbdkit ["--filter=delay"; "memory"; "1M"; "delay-read=3600"]) in
  Lwt.return disk

let in_flight disk = NBD.aio_in_flight (NBD_lwt.handle disk)

let cancelled promise =
  Lwt.try_bind (fun () -> promise)
    (fun _ -> failwith "it should have been cancelled")
    (function Lwt.Canceled -> Lwt.return_unit | exn -> Lwt.fail exn)

let cancelling disk =
  let buffer = NBD.Buffer.alloc 512 in
  let read = NBD_lwt.pread_into disk buffer 0L in
  equal_int "one" 1 (in_flight disk);
  Lwt.cancel read;
  equal_int "none" 0 (in_flight disk);
  let* () = cancelled read in
  (* The program may use the buffer again. *)
  let* () = NBD_lwt.pwrite disk buffer 0L in

  let* () =
    Lwt.try_bind (fun () ->
        Lwt_unix.with_timeout 0.01 (fun () -> NBD_lwt.pread disk 512 0L))
      (fun _ -> failwith "this takes no hour")
      (function Lwt_unix.Timeout -> Lwt.return_unit | exn -> Lwt.fail exn) in
  equal_int "none after a timeout" 0 (in_flight disk);

  let late = NBD_lwt.pread disk 512 0L in
  let* which =
    Lwt.pick [
      (let* _ = late in Lwt.return "read");
      (let* () = NBD_lwt.flush disk in Lwt.return "flush");
    ] in
  equal_string "the first" "flush" which;
  let* () = cancelled late in

  (* A promise that has just ended, and one that ended long ago. *)
  let flush = NBD_lwt.flush disk in
  let* () = flush in
  Lwt.cancel flush;
  equal_int "none of all" 0 (in_flight disk);
  Lwt.return_unit

(* A callback cannot cancel at once, and not close, because the handle is locked. *)
let cancelling_in_a_callback () =
  let disk = NBD_lwt.create () in
  NBD.add_meta_context (NBD_lwt.handle disk) NBD.context_base_allocation;
  let* () =
    NBD_lwt.connect_command disk
      (nbdkit ["--filter=delay"; "memory"; "1M"; "delay-read=3600"]) in
  let read = NBD_lwt.pread disk 512 0L in
  let* () =
    NBD_lwt.block_status_64 disk 1048576L 0L (fun _ _ _ _ ->
        Lwt.cancel read;
        fails (Some Unix.EBUSY) (fun () -> NBD_lwt.close disk);
        0) in
  let* () = cancelled read in
  let* () = Lwt.pause () in
  equal_int "none after a callback" 0 (in_flight disk);
  NBD_lwt.close disk;
  Lwt.return_unit

let rejected promise =
  Lwt.try_bind (fun () -> promise)
    (fun _ -> failwith "it should have failed")
    (function
     | NBD.Error (_, Some Unix.ENOTCONN) -> Lwt.return_unit
     | exn -> Lwt.fail exn)

let closing () =
  let* disk = slow () in
  let reads = List.init 10 (fun _ -> NBD_lwt.pread disk 512 0L) in
  NBD_lwt.close disk;
  check "not within the call" (List.for_all Lwt.is_sleeping reads);
  let* () = Lwt_list.iter_s rejected reads in

  (* Connecting can be cancelled, too, here to a server that sends nothing. *)
  let silent = Unix.(socket PF_UNIX SOCK_STREAM 0) and name = temporary "" in
  Sys.remove name;
  Unix.(bind silent (ADDR_UNIX name));
  Unix.listen silent 1;
  let disk = NBD_lwt.create () in
  let connecting = NBD_lwt.connect_unix disk name in
  let* () = Lwt.pause () in
  NBD_lwt.close disk;
  let* () = rejected connecting in
  Unix.close silent;
  let connecting =
    NBD_lwt.connect ~connect_timeout:(-1) "nbd+unix://?socket=/nonexistent" in
  let* () = Lwt.pause () in
  Lwt.cancel connecting;
  cancelled connecting

(* A handle that a thread uses cannot be closed, which must not hide why it was to
   be closed. *)
let failing_beside_a_thread () =
  let* disk = slow () in
  let h = NBD_lwt.handle disk in
  let read () =
    try NBD.pread h (Bytes.create 512) 0L with NBD.Error _ -> () in
  let thread = Thread.create read () in
  let* () =
    Lwt.try_bind (fun () ->
        NBD_lwt.with_disk (Lwt.return disk) (fun disk ->
          while in_flight disk = 0 do Thread.yield () done;
          Lwt.fail Exit))
      (fun _ -> failwith "it should have failed")
      (function Exit -> Lwt.return_unit | exn -> Lwt.fail exn) in
  while not (NBD.cancel h) do Thread.yield () done;
  Thread.join thread;
  NBD_lwt.close disk;
  Lwt.return_unit

(* The program loses its handles, and their servers end. *)
let losing () =
  let lose () =
    let* disk = slow () in
    let pid = NBD.get_subprocess_pid (NBD_lwt.handle disk) in
    (* This write is in flight after nothing refers to the disk. *)
    let write = NBD_lwt.pwrite disk (NBD.Buffer.alloc 512) 0L in
    Lwt.return (pid, write) in
  let* pid, write = lose () in
  Gc.full_major ();
  let* () = write in
  let rec ended () =
    Gc.full_major ();
    match Unix.kill (Int64.to_int pid) 0 with
    | exception Unix.Unix_error (Unix.ESRCH, _, _) -> Lwt.return_unit
    | () -> let* () = Lwt.pause () in ended () in
  ended ()

let () =
  requires "nbdkit";
  Lwt_main.run (
    let* () = NBD_lwt.with_disk (slow ()) cancelling in
    let* () = cancelling_in_a_callback () in
    let* () = closing () in
    let* () = failing_beside_a_thread () in
    losing ());

  (* The main loop may end with commands in flight, and continue later. *)
  let disk, read = Lwt_main.run (
    let* disk = slow () in
    Lwt.return (disk, NBD_lwt.pread disk 512 0L)) in
  check "still under way" (Lwt.is_sleeping read && in_flight disk = 1);
  Lwt_main.run (NBD_lwt.flush disk);
  check "still under way" (Lwt.is_sleeping read)
