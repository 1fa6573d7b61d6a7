(* SPDX-License-Identifier: MIT *)
(* Several threads can use a handle at once, with blocking and asynchronous
   calls and garbage collections. *)

open Support

let () =
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let finished = Atomic.make 0 in
    let worker number =
      for i = 1 to 200 do
        let offset = (number * 200 + i) * 512 mod 1048576 in
        let bytes = Bytes.create 512 in
        NBD.pread_structured h bytes (Int64.of_int offset)
          (fun part _ _ _ -> check "part" (part = pattern offset 512); 0);
        check "data" (bytes = pattern offset 512);
        let buffer = NBD.Buffer.alloc 512 in
        let completion error =
          equal_int "error" 0 !error;
          Atomic.incr finished;
          1 in
        ignore (NBD.aio_pread ~completion h buffer (Int64.of_int offset));
        if i mod 50 = 0 then Gc.full_major ()
      done in
    let threads = List.init 8 (Thread.create worker) in
    List.iter Thread.join threads;
    finish h;
    equal_int "finished" 1600 (Atomic.get finished))
