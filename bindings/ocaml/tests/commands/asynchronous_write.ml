(* SPDX-License-Identifier: MIT *)
(* Writes and all other commands can be in flight, and their errors are
   reported. *)

open Support

let () =
  with_nbdkit ["memory"; "1M"] (fun h ->
    let buffer = NBD.Buffer.of_bytes (pattern 0 4096) in
    wait h (NBD.aio_pwrite h buffer 4096L);
    wait h (NBD.aio_pwrite ~flags:[NBD.CMD_FLAG.FUA] h buffer 8192L);
    wait h (NBD.aio_zero h 512L 4096L);
    wait h (NBD.aio_trim h 512L 4608L);
    wait h (NBD.aio_cache h 512L 0L);
    wait h (NBD.aio_flush h);
    let bytes = Bytes.create 8192 in
    NBD.pread h bytes 4096L;
    let expected = Bytes.cat (pattern 0 4096) (pattern 0 4096) in
    Bytes.fill expected 0 1024 '\000';
    check "data" (bytes = expected);
    fails (Some Unix.ENOSPC) (fun () -> NBD.aio_pwrite h buffer 1048576L);
    NBD.aio_disconnect h;
    while not (NBD.aio_is_closed h) do ignore (NBD.poll h (-1)) done)
