(* SPDX-License-Identifier: MIT *)
(* Print the checksum of an export, with many reads in flight, in a program
   that uses Lwt.

   usage: checksum_lwt URI

   Once a second it prints its progress.  With reconnect-timeout=1m in the URI,
   it outlives a restart of the server. *)

open Lwt.Syntax

let block = 131072L
let in_flight = 16
let ( + ) = Int64.add
let ( - ) = Int64.sub

let add sum bytes =
  let byte sum c = Int.add (sum * 31) (Char.code c) land 0x3fff_ffff in
  Bytes.fold_left byte sum bytes

(* A read is sent when the function is called, so the queue contains promises.
   The first one is the next to be added. *)
let checksum disk at =
  let size = NBD_lwt.size disk and reads = Queue.create () in
  let read () =
    let count = min block (size - !at) in
    Queue.push (NBD_lwt.pread disk (Int64.to_int count) !at) reads;
    at := !at + count in
  let rec go sum =
    while !at < size && Queue.length reads < in_flight do read () done;
    if Queue.is_empty reads then Lwt.return sum
    else
      let* bytes = Queue.pop reads in
      go (add sum bytes) in
  go 0

let rec say at =
  let* () = Lwt_unix.sleep 1. in
  let* () = Lwt_io.eprintlf "%Ld bytes" !at in
  say at

let main uri =
  NBD_lwt.with_disk (NBD_lwt.connect uri) (fun disk ->
    let at = ref 0L in
    let* sum = Lwt.pick [checksum disk at; say at] in
    Lwt_io.printlf "%08x" sum)

let () =
  match Sys.argv with
  | [|_; uri|] ->
     (try Lwt_main.run (main uri)
      with NBD.Error (text, _) ->
        prerr_endline ("checksum_lwt: " ^ text);
        exit 1)
  | _ -> prerr_endline "usage: checksum_lwt URI"; exit 2
