(* SPDX-License-Identifier: MIT *)
(* Copy from one NBD server to another, with many requests in flight.

   usage: async_copy SOURCE-URI DESTINATION-URI

   A block that was read is written from the same buffer, in the completion
   callback of the read.  One loop drives both connections. *)

let block = 262144L
let most_in_flight = 32

type copy = {
  src : NBD.t;
  dst : NBD.t;
  size : int64;
  mutable next : int64; (* the offset of the next read *)
  mutable blocks : int; (* being read or written *)
}

let check_errno what errno =
  if errno <> 0 then failwith (Printf.sprintf "%s: errno %d" what errno)

(* A callback must not call its own handle, but may call another one.  An
   exception of a callback is raised by the function that drives the
   connection. *)
let start_read copy =
  let offset = copy.next in
  let length = min block (Int64.sub copy.size offset) in
  let buffer = NBD.Buffer.alloc (Int64.to_int length) in
  let write_done error =
    check_errno "write" !error;
    copy.blocks <- copy.blocks - 1;
    1 in (* retire the command: nobody asks for its result *)
  let read_done error =
    check_errno "read" !error;
    ignore (NBD.aio_pwrite ~completion:write_done copy.dst buffer offset);
    1 in
  copy.next <- Int64.add offset length;
  copy.blocks <- copy.blocks + 1;
  ignore (NBD.aio_pread ~completion:read_done copy.src buffer offset)

let waits_for bit h =
  Int32.logand (Int32.of_int (NBD.aio_get_direction h)) bit <> 0l

let drive handles =
  let descriptors bit =
    List.map NBD.aio_get_fd (List.filter (waits_for bit) handles) in
  let readable, writable, _ =
    Unix.select (descriptors NBD.aio_direction_read)
      (descriptors NBD.aio_direction_write) [] (-1.) in
  List.iter (fun h ->
    let fd = NBD.aio_get_fd h in
    if List.mem fd readable then NBD.aio_notify_read h
    else if List.mem fd writable then NBD.aio_notify_write h) handles

let run copy =
  let reads_left () = copy.next < copy.size in
  while reads_left () || copy.blocks > 0 do
    while reads_left () && copy.blocks < most_in_flight do start_read copy done;
    drive [copy.src; copy.dst]
  done;
  if NBD.can_flush copy.dst then NBD.flush copy.dst

let copy from into =
  NBD.with_handle (fun src ->
    NBD.with_handle (fun dst ->
      NBD.connect_uri src from;
      NBD.connect_uri dst into;
      let size = NBD.get_size src in
      if NBD.get_size dst < size then failwith "the destination is too small";
      run { src; dst; size; next = 0L; blocks = 0 };
      Printf.printf "%Ld bytes copied\n" size))

let () =
  match Sys.argv with
  | [|_; from; into|] ->
     (try copy from into
      with NBD.Error (text, _) | Failure text ->
        prerr_endline ("async_copy: " ^ text);
        exit 1)
  | _ -> prerr_endline "usage: async_copy SOURCE-URI DESTINATION-URI"; exit 2
