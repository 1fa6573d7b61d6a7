(* SPDX-License-Identifier: MIT *)
(* Read a qcow2 file: its size, its first bytes, and which parts hold data.

   usage: read_qcow2 FILE

   qemu-nbd reads the format.  The library starts it and hands it a listening
   socket (systemd socket activation), so no port, socket file or root is
   needed, and qemu-nbd ends when the handle is closed. *)

let step = 0x4000_0000L (* how much to ask about at once *)

let kind flags =
  match Int64.to_int flags land 3 with
  | 0 -> "data"
  | 1 -> "hole"
  | 2 -> "zero, allocated"
  | _ -> "hole, zero"

let hex_dump bytes =
  for row = 0 to (Bytes.length bytes - 1) / 16 do
    Printf.printf "  %08x " (row * 16);
    for i = row * 16 to min (row * 16 + 15) (Bytes.length bytes - 1) do
      Printf.printf " %02x" (Bytes.get_uint8 bytes i)
    done;
    print_newline ()
  done

(* All extents of the disk, the last one first, with adjacent ones of one kind
   joined. *)
let allocation h size =
  let extents = ref [] and reached = ref 0L in
  let add (length, flags) =
    reached := Int64.add !reached length;
    match !extents with
    | (before, same) :: rest when same = flags ->
       extents := (Int64.add before length, flags) :: rest
    | _ -> extents := (length, flags) :: !extents in
  let extent _context offset entries _error =
    reached := offset;
    Array.iter add entries;
    0 in
  while !reached < size do (* the server may reply with less *)
    let count = min step (Int64.sub size !reached) in
    NBD.block_status_64 h count !reached extent
  done;
  List.rev !extents

let show_map h size =
  let show at (length, flags) =
    Printf.printf "  %12Ld %12Ld  %s\n" at length (kind flags);
    Int64.add at length in
  if NBD.can_meta_context h NBD.context_base_allocation then
    ignore (List.fold_left show 0L (allocation h size))
  else
    print_endline "  the server cannot tell"

let read_qcow2 file =
  NBD.with_handle (fun h ->
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_systemd_socket_activation h
      ["qemu-nbd"; "--read-only"; "--format=qcow2"; file];
    let size = NBD.get_size h in
    Printf.printf "%Ld bytes\n" size;
    print_endline "first bytes:";
    let first = Bytes.create (Int64.to_int (min 64L size)) in
    if Bytes.length first > 0 then NBD.pread h first 0L;
    hex_dump first;
    print_endline "allocation:";
    show_map h size;
    NBD.shutdown h)

let () =
  match Sys.argv with
  | [|_; file|] ->
     (try read_qcow2 file
      with NBD.Error (text, _) -> prerr_endline ("read_qcow2: " ^ text); exit 1)
  | _ -> prerr_endline "usage: read_qcow2 FILE"; exit 2
