(* SPDX-License-Identifier: MIT *)
(* The size of an export is reported, even if it needs more than 31 bits, and
   so are the block sizes. *)

let () =
  List.iter (fun (size, bytes) ->
    Support.with_nbdkit ["null"; size] (fun h ->
      Support.equal_int64 size bytes (NBD.get_size h)))
    ["0", 0L; "1000", 1000L; "5G", 5368709120L; "7E", 8070450532247928832L];
  Support.with_nbdkit
    ["--filter=blocksize-policy"; "null"; "1M"; "blocksize-minimum=512";
     "blocksize-preferred=8K"; "blocksize-maximum=1M"]
    (fun h ->
      let size = NBD.get_block_size h in
      Support.equal_int64 "minimum" 512L (size NBD.SIZE.MINIMUM);
      Support.equal_int64 "preferred" 8192L (size NBD.SIZE.PREFERRED);
      Support.equal_int64 "maximum" 1048576L (size NBD.SIZE.MAXIMUM);
      Support.equal_int64 "payload" 1048576L (size NBD.SIZE.PAYLOAD))
