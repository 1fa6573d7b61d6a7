(* SPDX-License-Identifier: MIT *)
(* Any thread may receive the reply that another thread waits for.  That thread
   is woken then, and the descriptors for this are closed. *)

open Support

let descriptors () = Array.length (Sys.readdir "/proc/self/fd")

let () =
  NBD.with_handle (fun h ->
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h (nbdkit ["data"; "data=@32768 1"; "size=1M"]);
    let before = descriptors () in
    let stop = ref false in
    let reader _ =
      let bytes = Bytes.create 512 in
      while not !stop do NBD.pread h bytes 0L done in
    let readers = List.init 3 (Thread.create reader) in
    for _ = 1 to 300 do
      let found = ref 0 in
      NBD_extents.iter (fun _ -> incr found) h;
      equal_int "extents" 3 !found
    done;
    stop := true;
    List.iter Thread.join readers;
    check "descriptors" (descriptors () < before + 100))
