(* SPDX-License-Identifier: MIT *)
(* A structured read passes each chunk to the callback, with its data and
   offset. *)

open Support

let () =
  with_nbdkit ["sparse-random"; "1M"; "percent=50"; "runlength=32768"] (fun h ->
    let whole = Bytes.create 1048576 in
    NBD.pread h whole 0L;
    let seen = Bytes.make 1048576 'x' in
    let end_of_parts = ref 0 in
    let chunk part offset status error =
      equal_int "error" 0 !error;
      let offset = Int64.to_int offset in
      check "status"
        (List.mem (Int32.of_int status) NBD.[read_data; read_hole]);
      Bytes.blit part 0 seen offset (Bytes.length part);
      end_of_parts := !end_of_parts + Bytes.length part;
      0 in
    let bytes = Bytes.create 1048576 in
    NBD.pread_structured h bytes 0L chunk;
    equal_int "all parts" 1048576 !end_of_parts;
    check "parts" (Bytes.equal whole seen);
    check "buffer" (Bytes.equal whole bytes);
    NBD.pread_structured ~flags:[NBD.CMD_FLAG.DF] h (Bytes.create 512) 0L
      (fun part _ _ _ -> equal_int "in one" 512 (Bytes.length part); 0);
    let fail _ _ _ error = error := 28; -1 in
    fails (Some Unix.ENOSPC) (fun () ->
      NBD.pread_structured h bytes 0L fail))
