(* SPDX-License-Identifier: MIT *)
(* The measured client in OCaml: the cases of bench/client.c that make sense
   here, with the same options and the same line of output.

     client-ocaml --socket PATH --case read [--depth N] [--size BYTES]
                  [--requests N] [--seconds S] *)

(* Reading the clock costs as much as a tenth of a small request. *)
let requests_per_clock = 64

let socket = ref ""
let what = ref "read"
let depth = ref 64
let size = ref 4096
let requests = ref max_int
let seconds = ref 0.

let die text = prerr_endline text; exit 1

(* The state of xorshift64, which yields the offsets of every client. *)
let state = Bytes.create 8

let next_offset blocks =
  let x = Bytes.get_int64_ne state 0 in
  let x = Int64.(logxor x (shift_left x 13)) in
  let x = Int64.(logxor x (shift_right_logical x 7)) in
  let x = Int64.(logxor x (shift_left x 17)) in
  Bytes.set_int64_ne state 0 x;
  let high = Int64.to_int (Int64.shift_right_logical x 32) in
  Int64.of_int (((high * blocks) lsr 32) * !size)

let completed idle buffer error =
  if !error <> 0 then die (Printf.sprintf "request failed: errno %d" !error);
  Stack.push buffer idle;
  1

(* Keep the queue full until the plan ends, then empty it. *)
let run h blocks idle deadline =
  let issued = ref 0 in
  let goes_on () =
    !issued < !requests
    && (!seconds = 0. || !issued mod requests_per_clock <> 0
        || Unix.gettimeofday () < deadline) in
  let more = ref true in
  while !more || Stack.length idle < !depth do
    while !more && not (Stack.is_empty idle) do
      more := goes_on ();
      if !more then begin
        let buffer = Stack.pop idle in
        let completion = completed idle buffer in
        ignore (NBD.aio_pread ~completion h buffer (next_offset blocks));
        incr issued
      end
    done;
    if Stack.length idle < !depth then ignore (NBD.poll h (-1))
  done;
  !issued

let read () =
  let h = NBD.create () in
  NBD.connect_unix h !socket;
  let blocks = Int64.to_int (NBD.get_size h) / !size in
  if blocks = 0 then die "the export is smaller than one request";
  Bytes.set_int64_ne state 0 0x9e3779b97f4a7c15L;
  let idle = Stack.create () in
  for _ = 1 to !depth do Stack.push (NBD.Buffer.alloc !size) idle done;
  let before = Unix.times () and start = Unix.gettimeofday () in
  let issued = run h blocks idle (start +. !seconds) in
  let wall = Unix.gettimeofday () -. start and after = Unix.times () in
  Printf.printf "{\"case\": \"%s\", \"requests\": %d, \
                 \"wall\": %.6f, \"user\": %.6f, \"sys\": %.6f}\n"
    !what issued wall (after.tms_utime -. before.tms_utime)
    (after.tms_stime -. before.tms_stime);
  NBD.shutdown h;
  NBD.close h

let () =
  let options = Arg.[
    "--case", Set_string what, "CASE the only one is read";
    "--depth", Set_int depth, "N requests in flight";
    "--requests", Set_int requests, "N requests at most";
    "--seconds", Set_float seconds, "S seconds at most";
    "--size", Set_int size, "BYTES in a request";
    "--socket", Set_string socket, "PATH where the server listens";
  ] in
  Arg.parse options (fun _ -> die "unexpected argument")
    "client-ocaml OPTION...";
  if !socket = "" then die "--socket is needed";
  if !requests = max_int && !seconds = 0. then
    die "--requests or --seconds is needed";
  match !what with
  | "read" -> read ()
  | other -> die ("--case: unknown: " ^ other)
