(* SPDX-License-Identifier: MIT *)
(* NBD.Buffer is an array of Bigarray: a command reads into it without a copy,
   also into a part of it, and a mapped file can be written from it. *)

open Support

let () =
  let buffer = NBD.Buffer.alloc 1000 in
  equal_int "size" 1000 (NBD.Buffer.size buffer);
  equal_int "an array" 1000 (Bigarray.Array1.dim buffer);
  check "zeroes" (NBD.Buffer.to_bytes buffer = Bytes.make 1000 '\000');
  check "copied" (NBD.Buffer.(to_bytes (of_bytes (Bytes.of_string "abc")))
                  = Bytes.of_string "abc");
  equal_int "empty" 0 NBD.Buffer.(size (of_bytes Bytes.empty));
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let whole = NBD.Buffer.alloc 4096 in
    let part = Bigarray.Array1.sub whole 1024 512 in
    wait h (NBD.aio_pread h part 4096L);
    let expected = Bytes.make 4096 '\000' in
    Bytes.blit (pattern 4096 512) 0 expected 1024 512;
    check "part" (NBD.Buffer.to_bytes whole = expected));
  let file = temporary ".raw" in
  let channel = open_out_bin file in
  output_bytes channel (pattern 0 8192);
  close_out channel;
  with_nbdkit ["memory"; "1M"] (fun h ->
    let fd = Unix.openfile file [Unix.O_RDONLY; Unix.O_CLOEXEC] 0 in
    let mapped =
      Unix.map_file fd Bigarray.char Bigarray.c_layout false [|8192|] in
    wait h (NBD.aio_pwrite h (Bigarray.array1_of_genarray mapped) 0L);
    Unix.close fd;
    let bytes = Bytes.create 8192 in
    NBD.pread h bytes 0L;
    check "mapped" (bytes = pattern 0 8192))
