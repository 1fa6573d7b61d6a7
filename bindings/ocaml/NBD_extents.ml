(* SPDX-License-Identifier: MIT *)

type t = { offset : int64; length : int64; flags : int64 array }

let ( + ) = Int64.add
let ( - ) = Int64.sub

let has bit extent =
  Array.length extent.flags > 0 && Int64.logand extent.flags.(0) bit <> 0L

let is_hole = has (Int64.of_int32 NBD.state_hole)
let is_zero = has (Int64.of_int32 NBD.state_zero)

let refuse code format =
  Printf.ksprintf (fun text ->
      raise (NBD.Error ("NBD_extents: " ^ text, Some code)))
    format

module Walk = struct
  type walk = {
    names : string array;
    size : int64; (* of the export *)
    from : int64; (* where the range begins *)
    stop : int64; (* where the range ends *)
    block : int64; (* requests are multiples of this *)
    most : int64; (* the longest request *)
    mutable pos : int64; (* extents up to here were made *)
    mutable reach : int64; (* where the reply ends *)
    mutable rows : NBD.extent array array; (* the reply, for each context *)
    next_row : int array;
    left : int64 array; (* what is left of the current row *)
    mutable held : t option; (* may be joined with the next extent *)
  }

  type question = {
    count : int64;
    at : int64;
    answer : string -> int64 -> NBD.extent array -> int ref -> int;
    replies : NBD.extent array array;
  }

  let granted h =
    List.init (NBD.get_nr_meta_contexts h) (NBD.get_meta_context h)
    |> List.filter (NBD.can_meta_context h)

  let quoted names = String.concat ", " (List.map (Printf.sprintf "%S") names)

  let chosen h contexts =
    match granted h, contexts with
    | [], _ ->
       refuse Unix.EOPNOTSUPP
         "the server granted no metadata context: ask for one before \
          connecting, by NBD.add_meta_context, such as \"base:allocation\""
    | all, None -> all
    | _, Some [] -> refuse Unix.EINVAL "the list of contexts is empty"
    | all, Some names ->
       List.iter (fun name ->
           if not (List.mem name all) then
             refuse Unix.EINVAL
               "metadata context %S was not granted by the server, which \
                granted %s" name (quoted all))
         names;
       names

  (* Without extended headers the length of a request has 32 bits.  No block is
     larger than this. *)
  let largest_block = 65536L
  let most h =
    if NBD.get_extended_headers_negotiated h then Int64.max_int
    else 0x1_0000_0000L - largest_block

  let start ?contexts ?(offset = 0L) ?length h =
    let size = NBD.get_size h in
    let names = Array.of_list (chosen h contexts) in
    let length = Option.value length ~default:(size - offset) in
    if offset < 0L || length < 0L || offset > size || length > size - offset then
      refuse Unix.EINVAL
        "the range of %Ld bytes at %Ld is not within the export, which has %Ld"
        length offset size;
    let block = max 1L (NBD.get_block_size h NBD.SIZE.MINIMUM) in
    let contexts = Array.length names in
    { names; size; from = offset; stop = offset + length; block; most = most h; pos = offset;
      reach = offset; rows = [||]; next_row = Array.make contexts 0;
      left = Array.make contexts 0L; held = None }

  (* Replies may be repeated after an outage: the last one counts. *)
  let question w =
    if w.reach >= w.stop then None
    else
      let at = w.reach - Int64.rem w.reach w.block in
      let count = min w.most (w.stop - at) in
      let over = Int64.rem count w.block in
      let whole = if over = 0L then count else count - over + w.block in
      let count = min whole (w.size - at) in
      let replies = Array.map (fun _ -> [||]) w.names in
      let answer name _offset entries _error =
        Array.iteri (fun i wanted -> if wanted = name then replies.(i) <- entries)
          w.names;
        0 in
      Some { count; at; answer; replies }

  (* Lengths have no sign, and must not lead beyond the end of the range. *)
  let clip length limit = if length < 0L || length > limit then limit else length

  let answered w { at; replies; _ } =
    let ends i entries =
      if entries = [||] then
        refuse Unix.EINVAL "the server's reply about offset %Ld lacks context %S"
          at w.names.(i);
      Array.fold_left (fun pos (length, _) -> pos + clip length (w.stop - pos))
        at entries in
    let reach = Array.fold_left min w.stop (Array.mapi ends replies) in
    if reach <= w.reach then
      refuse Unix.EINVAL
        "the server's reply about offset %Ld says nothing of what comes after"
        w.reach;
    w.rows <- replies;
    w.pos <- at;
    w.reach <- reach;
    Array.fill w.next_row 0 (Array.length w.next_row) 0;
    Array.fill w.left 0 (Array.length w.left) 0L

  (* Load the current row of each context.  No row of a context ends before the
     end of the reply. *)
  let rec load w i =
    if w.left.(i) = 0L then begin
      let length, _ = w.rows.(i).(w.next_row.(i)) in
      w.left.(i) <- clip length (w.stop - w.pos);
      w.next_row.(i) <- Int.succ w.next_row.(i);
      load w i
    end

  (* The next part of the reply in which no context changes. *)
  let piece w =
    Array.iteri (fun i _ -> load w i) w.left;
    let length = Array.fold_left min (w.reach - w.pos) w.left in
    let flags =
      Array.mapi (fun i row -> snd row.(Int.pred w.next_row.(i))) w.rows in
    let offset = w.pos in
    Array.iteri (fun i left -> w.left.(i) <- left - length) w.left;
    w.pos <- offset + length;
    { offset; length; flags }

  (* Requests begin at a block, but the range may begin within it. *)
  let cut_before from extent =
    let over = max 0L (from - extent.offset) in
    { extent with offset = extent.offset + over; length = extent.length - over }

  let rec next w =
    if w.pos >= w.reach then None
    else
      let from = match w.held with
        | Some held -> held.offset + held.length
        | None -> w.from in
      let found = cut_before from (piece w) in
      match w.held with
      | _ when found.length <= 0L -> next w
      | Some held when held.flags = found.flags ->
         w.held <- Some { held with length = held.length + found.length };
         next w
      | held ->
         w.held <- Some found;
         if held = None then next w else held

  let last w =
    let held = w.held in
    w.held <- None;
    held
end

(* Wakes a thread that waits for a reply: another thread may be the one that
   receives it.  It is closed when no request is in flight, or by the garbage
   collector if the sequence is not read to its end. *)
module Bell = struct
  type t = {
    heard : Unix.file_descr;
    rung : Unix.file_descr;
    mutable closed : bool;
  }

  let close bell =
    if not bell.closed then begin
      bell.closed <- true;
      Unix.close bell.heard;
      Unix.close bell.rung
    end

  let make () =
    match Unix.pipe ~cloexec:true () with
    | exception Unix.Unix_error (code, _, _) ->
       refuse code "no pipe to wait with: %s" (Unix.error_message code)
    | heard, rung ->
       Unix.set_nonblock heard;
       Unix.set_nonblock rung;
       let bell = { heard; rung; closed = false } in
       Gc.finalise close bell;
       bell

  (* A full pipe wakes as well. *)
  let ring bell =
    if not bell.closed then
      try ignore (Unix.write_substring bell.rung "!" 0 1)
      with Unix.Unix_error _ -> ()

  let wait h bell =
    ignore (NBD.poll2 h bell.heard (-1));
    try ignore (Unix.read bell.heard (Bytes.create 16) 0 16)
    with Unix.Unix_error _ -> ()
end

(* A request in flight. *)
type asked = {
  question : Walk.question;
  cookie : NBD.cookie;
  over : bool ref; (* true: it succeeded, and was retired *)
  mutable failed : exn option; (* raised each time that it is read *)
}

type reading = {
  h : NBD.t;
  walk : Walk.walk;
  bell : Bell.t;
  mutable ahead : asked option;
}

let ask h bell walk =
  let send ({ Walk.count; at; answer; _ } as question) =
    let over = ref false in
    let completion error =
      over := !error = 0;
      Bell.ring bell;
      if !over then 1 else 0 in
    let cookie = NBD.aio_block_status_64 ~completion h count at answer in
    { question; cookie; over; failed = None } in
  Option.map send (Walk.question walk)

(* A command that failed was not retired, so that it can be asked why. *)
let wait h bell { cookie; over; _ } =
  while not (!over || NBD.aio_command_completed h cookie) do
    Bell.wait h bell
  done

let await { h; walk; bell; _ } asked =
  Option.iter raise asked.failed;
  (try wait h bell asked
   with NBD.Error _ as exn -> asked.failed <- Some exn; raise exn);
  Walk.answered walk asked.question

let read ?contexts ?offset ?length h =
  let walk = Walk.start ?contexts ?offset ?length h in
  { h; walk; bell = Bell.make (); ahead = None }

let look_ahead reading =
  reading.ahead <- ask reading.h reading.bell reading.walk

let advance reading asked =
  await reading asked;
  look_ahead reading

let rec node reading () =
  match Walk.next reading.walk, reading.ahead with
  | Some extent, _ -> Seq.Cons (extent, node reading)
  | None, Some asked -> advance reading asked; node reading ()
  | None, None ->
     Bell.close reading.bell;
     match Walk.last reading.walk with
     | Some extent -> Seq.Cons (extent, Seq.empty)
     | None -> Seq.Nil

let begin_node reading () =
  look_ahead reading;
  node reading ()

(* Errors in the arguments are raised at once.  Reading the sequence again from
   its beginning sends the requests again. *)
let seq ?contexts ?offset ?length h =
  let _ = Walk.start ?contexts ?offset ?length h in
  fun () -> begin_node (read ?contexts ?offset ?length h) ()

let iter ?contexts ?offset ?length f h =
  let reading = read ?contexts ?offset ?length h in
  let cancel { cookie; over; _ } =
    if not !over then begin
      ignore (NBD.aio_cancel h cookie);
      ignore (NBD.aio_command_completed h cookie)
    end in
  try Seq.iter f (begin_node reading)
  with exn ->
    let backtrace = Printexc.get_raw_backtrace () in
    (try Option.iter cancel reading.ahead with NBD.Error _ | NBD.Closed _ -> ());
    Bell.close reading.bell;
    Printexc.raise_with_backtrace exn backtrace
