(* SPDX-License-Identifier: MIT *)
(* A thousand handles that were connected, used and not closed leak neither
   descriptors nor memory. *)

open Support

let resident () =
  let file = open_in "/proc/self/statm" in
  let pages = Scanf.sscanf (input_line file) "%d %d" (fun _ pages -> pages) in
  close_in file;
  pages * 4

let descriptors () = Array.length (Sys.readdir "/proc/self/fd")

let use () =
  let ours, theirs = Unix.(socketpair ~cloexec:true PF_UNIX SOCK_STREAM 0) in
  let hello = Bytes.make 152 '\000' in
  Bytes.blit_string "NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53" 0 hello 0 16;
  Bytes.set_int64_be hello 16 1048576L;
  Bytes.set_int32_be hello 24 1l;
  check "hello" (Unix.write ours hello 0 152 = 152);
  let h = NBD.create () in
  NBD.set_debug_callback h (fun _ _ -> if NBD.aio_is_dead h then 1 else 0);
  NBD.connect_socket h theirs;
  equal_int64 "size" 1048576L (NBD.get_size h);
  let buffer = NBD.Buffer.alloc 512 in
  ignore (NBD.aio_pread ~completion:(fun _ -> 1) h buffer 0L);
  Unix.close ours

let round n =
  for _ = 1 to n do use () done;
  for _ = 1 to 3 do Gc.full_major () done

let () =
  round 200;
  let files = descriptors () and memory = resident () in
  round 1000;
  check "descriptors" (descriptors () <= files);
  let more = resident () - memory in
  check (Printf.sprintf "%d KiB more" more) (more < 4096)
