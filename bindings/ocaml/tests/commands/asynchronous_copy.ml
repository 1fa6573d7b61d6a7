(* SPDX-License-Identifier: MIT *)
(* With two handles and one buffer for each block, what was read is written in
   the completion callback of the read. *)

open Support

let size = 1048576
let block = 65536

let () =
  with_nbdkit ["pattern"; "size=1M"] (fun src ->
    with_nbdkit ["memory"; "1M"] (fun dst ->
      let written = ref 0 in
      for i = 0 to size / block - 1 do
        let offset = Int64.of_int (i * block) in
        let buffer = NBD.Buffer.alloc block in
        let write_done error =
          equal_int "write" 0 !error;
          incr written;
          1 in
        let read_done error =
          equal_int "read" 0 !error;
          ignore (NBD.aio_pwrite ~completion:write_done dst buffer offset);
          1 in
        ignore (NBD.aio_pread ~completion:read_done src buffer offset)
      done;
      finish src;
      finish dst;
      equal_int "written" (size / block) !written;
      let bytes = Bytes.create size in
      NBD.pread dst bytes 0L;
      check "data" (bytes = pattern 0 size)))
