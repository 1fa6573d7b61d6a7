(* SPDX-License-Identifier: MIT *)
(* A blocking read fills all of the bytes that it was given. *)

let () =
  Support.with_nbdkit ["pattern"; "size=8M"] (fun h ->
    List.iter (fun (offset, length) ->
      let bytes = Bytes.make length 'x' in
      NBD.pread h bytes (Int64.of_int offset);
      Support.check "data" (Bytes.equal bytes (Support.pattern offset length)))
      [0, 512; 4096, 8; 1048576, 1048576; 0, 4194304];
    Support.check "received"
      (Int64.compare (NBD.stats_bytes_received h) 5243400L > 0))
