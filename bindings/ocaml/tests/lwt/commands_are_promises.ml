(* SPDX-License-Identifier: MIT *)
(* Commands, options and extents are promises of Lwt, any number at once.  They
   are rejected with the exception that NBD would raise. *)

open Lwt.Syntax
open Support

exception Mine

let connected ?contexts arguments f =
  let disk = NBD_lwt.create () in
  let h = NBD_lwt.handle disk in
  List.iter (NBD.add_meta_context h) (Option.value contexts ~default:[]);
  let connected =
    let* () = NBD_lwt.connect_command disk (nbdkit arguments) in
    Lwt.return disk in
  NBD_lwt.with_disk connected f

(* Check that the promise is rejected with NBD.Error and this code. *)
let rejected what code promise =
  Lwt.try_bind (fun () -> promise)
    (fun _ -> failwith (what ^ " should have failed"))
    (function
     | NBD.Error (_, got) when got = Some code -> Lwt.return_unit
     | exn -> failwith (what ^ ": " ^ Printexc.to_string exn))

let many_at_once disk =
  equal_int64 "size" 1048576L (NBD_lwt.size disk);
  let read i =
    let offset = i * 1024 in
    let* bytes = NBD_lwt.pread disk 1024 (Int64.of_int offset) in
    check "data" (bytes = pattern offset 1024);
    Lwt.return_unit in
  let* () = Lwt.join (List.init 1000 read) in
  (* Many commands complete in one turn of the loop. *)
  equal_int "in flight" 0 (NBD.aio_in_flight (NBD_lwt.handle disk));
  let buffer = NBD.Buffer.alloc 64 and parts = ref 0 in
  let* () =
    NBD_lwt.pread_structured_into disk buffer 512L
      (fun _ _ _ _ -> incr parts; 0) in
  check "buffer" (NBD.Buffer.to_bytes buffer = pattern 512 64);
  check "parts" (!parts > 0);
  let* () = rejected "a write" Unix.EPERM (NBD_lwt.pwrite disk buffer 0L) in
  let* () =
    rejected "a read beyond the end" Unix.EINVAL
      (NBD_lwt.pread disk 1024 1048576L) in
  let* () =
    rejected "more than a request can have" Unix.ERANGE
      (NBD_lwt.pread disk max_int 0L) in
  (* An exception of a callback or a continuation is passed to whoever waits
     for the promise. *)
  let* () =
    Lwt.try_bind (fun () ->
        NBD_lwt.pread_structured_into disk buffer 0L (fun _ _ _ _ -> raise Mine))
      (fun () -> failwith "the exception is lost")
      (function Mine -> Lwt.return_unit | exn -> Lwt.fail exn) in
  let* () =
    Lwt.catch (fun () ->
        let* _ = NBD_lwt.pread disk 512 0L in
        raise Mine)
      (function Mine -> Lwt.return_unit | exn -> Lwt.fail exn) in
  (* A callback cannot use its own handle, which is locked. *)
  let inner = ref Lwt.return_unit in
  let* () =
    NBD_lwt.pread_structured_into disk buffer 0L (fun _ _ _ _ ->
        inner := NBD_lwt.flush disk;
        0) in
  let* () = rejected "a call of a callback" Unix.EDEADLK !inner in
  read 1

let writes disk =
  let data = Bytes.of_string "hello, this is written and read back" in
  let* () = NBD_lwt.pwrite_bytes ~flags:[NBD.CMD_FLAG.FUA] disk data 4096L in
  let* () = NBD_lwt.zero disk 8L 4096L in
  let* () = NBD_lwt.trim disk 4096L 65536L in
  let* () = NBD_lwt.flush disk in
  let* got = NBD_lwt.pread disk (Bytes.length data) 4096L in
  Bytes.fill data 0 8 '\000';
  equal_string "data" (Bytes.to_string data) (Bytes.to_string got);
  Lwt.return_unit

let show (e : NBD_extents.t) =
  Printf.sprintf "%Ld+%Ld:%Ld" e.offset e.length e.flags.(0)

let extents disk =
  let* found = Lwt_stream.to_list (NBD_lwt.extents disk) in
  let all = "0+32768:3 32768+32768:0 65536+196608:3" in
  equal_string "extents" all (String.concat " " (List.map show found));
  let* found =
    Lwt_stream.to_list (NBD_lwt.extents ~offset:40000L ~length:30000L disk) in
  equal_string "part" "40000+25536:0 65536+4464:3"
    (String.concat " " (List.map show found));
  let count = ref 0 in
  let* () =
    Lwt.catch (fun () ->
        NBD_lwt.iter_extents (fun _ ->
            incr count;
            if !count = 2 then raise Mine else Lwt.pause ()) disk)
      (function Mine -> Lwt.return_unit | exn -> Lwt.fail exn) in
  equal_int "left early" 2 !count;
  fails Unix.(Some EINVAL) ~text:"granted \"base:allocation\"" (fun () ->
      NBD_lwt.extents ~contexts:["qemu:dirty-bitmap:b"] disk);
  Lwt.return_unit

let options () =
  let disk = NBD_lwt.create () in
  let h = NBD_lwt.handle disk in
  NBD.set_opt_mode h true;
  let* () = NBD_lwt.connect_command disk (nbdkit two_exports) in
  let names = ref [] in
  let* count = NBD_lwt.opt_list disk (fun name _ -> names := name :: !names; 0) in
  equal_int "count" 2 count;
  equal_string "names" "two one" (String.concat " " !names);
  let* has_tls = NBD_lwt.opt_starttls disk in
  check "no TLS" (not has_tls);
  NBD.set_export_name h "three";
  let* () = rejected "an unknown export" Unix.ENOENT (NBD_lwt.opt_go disk) in
  NBD.set_export_name h "two";
  let* () = NBD_lwt.opt_go disk in
  equal_int64 "size" 1024L (NBD_lwt.size disk);
  let* () = NBD_lwt.shutdown disk in
  NBD_lwt.close disk;
  NBD_lwt.close disk;
  Lwt.try_bind (fun () -> NBD_lwt.flush disk)
    (fun () -> failwith "the handle is closed")
    (function NBD.Closed _ -> Lwt.return_unit | exn -> Lwt.fail exn)

let () =
  requires "nbdkit";
  Lwt_main.run (
    let* () = connected ["pattern"; "1M"] many_at_once in
    let* () = connected ["memory"; "1M"] writes in
    let contexts = ["base:allocation"] in
    let* () =
      connected ~contexts ["data"; "data=@32768 1 @65535 1"; "size=256K"] extents in
    options ())
