(* SPDX-License-Identifier: MIT *)
(* Calls give up the runtime lock.  Another thread of the program can be the
   server that a call waits for, and short calls wait for the handle's lock
   without the runtime lock. *)

open Support

let serve socket gate =
  let hello = Bytes.make 152 '\000' in
  Bytes.blit_string "NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53" 0 hello 0 16;
  Bytes.set_int64_be hello 16 1048576L;
  Bytes.set_int32_be hello 24 1l;
  ignore (Unix.write socket hello 0 152);
  let request = Bytes.create 28 in
  let rec receive at =
    if at < 28 then
      match Unix.read socket request at (28 - at) with
      | 0 -> raise Exit
      | n -> receive (at + n) in
  try
    while true do
      receive 0;
      if Bytes.get_int16_be request 6 = 2 then raise Exit;
      Mutex.lock gate;
      Mutex.unlock gate;
      let reply = Bytes.make (16 + 512) 'x' in
      Bytes.set_int32_be reply 0 0x67446698l;
      Bytes.set_int32_be reply 4 0l;
      Bytes.blit request 8 reply 8 8;
      ignore (Unix.write socket reply 0 528)
    done
  with Exit -> Unix.close socket

let () =
  let ours, theirs = Unix.(socketpair ~cloexec:true PF_UNIX SOCK_STREAM 0) in
  let gate = Mutex.create () in
  let server = Thread.create (serve ours) gate in
  NBD.with_handle (fun h ->
    NBD.connect_socket h theirs;
    let bytes = Bytes.create 512 in
    NBD.pread h bytes 0L;
    check "data" (bytes = Bytes.make 512 'x');

    (* A read that cannot finish does not block other threads. *)
    Mutex.lock gate;
    let reader = Thread.create (NBD.pread h bytes) 512L in
    while NBD.aio_in_flight h < 1 do Thread.yield () done;
    fails (Some Unix.EBUSY) ~text:"nbd_close" (fun () -> NBD.close h);
    equal_int64 "size" 1048576L (NBD.get_size h);
    Mutex.unlock gate;
    Thread.join reader;
    NBD.shutdown h);
  Thread.join server
