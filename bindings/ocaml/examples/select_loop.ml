(* SPDX-License-Identifier: MIT *)
(* An NBD connection in a program that has a loop of its own.

   usage: select_loop URI

   The loop here is Unix.select.  The program connects, reads the whole export
   one block at a time and prints a checksum.  It never blocks on the server:
   once a second it prints its progress. *)

let block = 65536

type progress = {
  h : NBD.t;
  buffer : NBD.Buffer.t;
  mutable at : int64;
  mutable sum : int;
  mutable busy : bool;
  mutable said : float;
}

let add_bytes progress count =
  for i = 0 to count - 1 do
    let byte = Char.code progress.buffer.{i} in
    progress.sum <- (progress.sum * 31 + byte) land 0x3fff_ffff
  done

let start_read progress left =
  let count = Int64.to_int (min left (Int64.of_int block)) in
  let part = Bigarray.Array1.sub progress.buffer 0 count in
  let completion error =
    if !error <> 0 then failwith (Printf.sprintf "read: errno %d" !error);
    add_bytes progress count;
    progress.at <- Int64.add progress.at (Int64.of_int count);
    progress.busy <- false;
    1 in
  progress.busy <- true;
  ignore (NBD.aio_pread ~completion progress.h part progress.at)

(* Wait for what the handle waits for, but at most a second. *)
let wait h =
  let fd = NBD.aio_get_fd h and direction = NBD.aio_get_direction h in
  let wanted bit =
    if direction land Int32.to_int bit <> 0 then [fd] else [] in
  match
    Unix.select (wanted NBD.aio_direction_read) (wanted NBD.aio_direction_write)
      [] 1.
  with
  | _ :: _, _, _ -> NBD.aio_notify_read h
  | [], _ :: _, _ -> NBD.aio_notify_write h
  | [], [], _ -> ()

let say progress =
  let now = Unix.gettimeofday () in
  if now > progress.said +. 1. then begin
    Printf.eprintf "%Ld bytes\n%!" progress.at;
    progress.said <- now
  end

let loop h uri =
  NBD.aio_connect_uri h uri;
  while NBD.aio_is_connecting h do wait h done;
  let size = NBD.get_size h in
  let buffer = NBD.Buffer.alloc block and said = Unix.gettimeofday () in
  let progress = { h; buffer; at = 0L; sum = 0; busy = false; said } in
  while progress.at < size do
    if not progress.busy then start_read progress (Int64.sub size progress.at);
    wait h;
    say progress
  done;
  Printf.printf "%08x\n" progress.sum;
  NBD.shutdown h

let () =
  match Sys.argv with
  | [|_; uri|] ->
     (try NBD.with_handle (fun h -> loop h uri)
      with NBD.Error (text, _) | Failure text ->
        prerr_endline ("select_loop: " ^ text);
        exit 1)
  | _ -> prerr_endline "usage: select_loop URI"; exit 2
