(* SPDX-License-Identifier: MIT *)
(* What is written or zeroed, with and without flags, is read back. *)

open Support

let () =
  with_nbdkit ["memory"; "1M"] (fun h ->
    let data = pattern 0 65536 in
    NBD.pwrite h data 4096L;
    NBD.pwrite ~flags:[NBD.CMD_FLAG.FUA] h (Bytes.of_string "hello") 4096L;
    NBD.flush h;
    let bytes = Bytes.create 65536 in
    NBD.pread h bytes 4096L;
    Bytes.blit_string "hello" 0 data 0 5;
    check "data" (Bytes.equal data bytes);
    NBD.zero ~flags:[NBD.CMD_FLAG.NO_HOLE] h 512L 4096L;
    NBD.trim h 512L 4608L;
    NBD.cache h 512L 0L;
    NBD.pread h bytes 4096L;
    Bytes.fill data 0 1024 '\000';
    check "cleared" (Bytes.equal data bytes))
