(* SPDX-License-Identifier: MIT *)

module type LOOP = sig
  type 'a promise
  type t

  val return : 'a -> 'a promise
  val fail : exn -> 'a promise
  val bind : 'a promise -> ('a -> 'b promise) -> 'b promise
  val catch : (unit -> 'a promise) -> (exn -> 'a promise) -> 'a promise
  val suspend : t -> ((('a, exn) result -> unit) -> unit -> unit) -> 'a promise
  val later : t -> (unit -> unit) -> unit
  val at_collection : t -> ((unit -> unit) -> unit)
  val unhandled : t -> exn -> unit

  type watch

  val on_readable : t -> Unix.file_descr -> (unit -> unit) -> watch
  val on_writable : t -> Unix.file_descr -> (unit -> unit) -> watch
  val stop : watch -> unit
end

module type HANDLE = sig
  type 'a promise
  type loop
  type t

  val create : loop -> t
  val connect_address : t -> Unix.sockaddr -> unit promise
  val with_disk : t promise -> (t -> 'a promise) -> 'a promise
  val handle : t -> NBD.t
  val size : t -> int64
  val close : t -> unit
  val shutdown : t -> unit promise
  val pread : ?flags:NBD.CMD_FLAG.t list -> t -> int -> int64 -> bytes promise
  val pwrite_bytes :
    ?flags:NBD.CMD_FLAG.t list -> t -> bytes -> int64 -> unit promise
  val read_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    t -> (unit -> NBD_extents.t option promise)
  val iter_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    (NBD_extents.t -> unit promise) -> t -> unit promise
end

let error code format =
  Printf.ksprintf (fun text -> NBD.Error ("libnbd: " ^ text, Some code)) format

let closed () =
  error Unix.ENOTCONN "the handle was closed while this was under way"

(* The text for an error number, if the library has no text. *)
let failure what errno =
  let code = NBD.unix_error_of_errno errno in
  error code "%s failed: %s" what (Unix.error_message code)

(* The module Unix has no name for ECANCELED. *)
let cancelled () =
  NBD.Error ("libnbd: the question about extents was cancelled", None)

let read_bit = Int32.to_int NBD.aio_direction_read
let write_bit = Int32.to_int NBD.aio_direction_write

module Make (Loop : LOOP) = struct
  type 'a promise = 'a Loop.promise
  type loop = Loop.t
  type result = (unit, exn) Stdlib.result

  (* The part of a handle that the loop refers to.  Programs have a value that
     refers to this part, so that the garbage collector can see when the
     program has lost the handle. *)
  type core = {
    h : NBD.t;
    loop : Loop.t;
    mutable readable : Loop.watch option;
    mutable writable : Loop.watch option;
    over : (unit -> unit) Queue.t; (* completed commands, to be handed out *)
    mutable waiters : (unit -> bool) list; (* each returns whether it is over *)
    mutable under_way : int; (* commands and waiters *)
    mutable scheduled : bool;
    mutable settling : bool; (* results are or will soon be handed out *)
    mutable why : exn option; (* the connection has ended *)
    mutable lost : bool; (* the program does not refer to the handle *)
    mutable closed : bool;
  }

  type t = { core : core }
  type guard = { run : (unit -> int) -> int }

  (* Watching --------------------------------------------------------------- *)

  let unwatch c =
    let readable = c.readable and writable = c.writable in
    c.readable <- None;
    c.writable <- None;
    Option.iter Loop.stop readable;
    Option.iter Loop.stop writable

  let interest wanted watch start =
    match watch with
    | None when wanted -> Some (start ())
    | Some watch when not wanted -> Loop.stop watch; None
    | watch -> watch

  let is_over c = NBD.aio_is_dead c.h || NBD.aio_is_closed c.h

  (* Connected, and something has to be sent that no watch waits for. *)
  let has_more_to_send c =
    not c.closed && c.writable = None
    && NBD.aio_get_direction c.h land write_bit <> 0
    && not (NBD.aio_is_connecting c.h)

  (* Watch for what the library waits for.  While it connects, it may try one
     socket after another, and these may have the same number. *)
  let rec watch c =
    let direction = if c.closed then 0 else NBD.aio_get_direction c.h in
    if direction = 0 || NBD.aio_is_connecting c.h then unwatch c;
    let readable = direction land read_bit <> 0 in
    let writable = direction land write_bit <> 0 in
    if readable <> (c.readable <> None) || writable <> (c.writable <> None)
    then begin
      let fd = NBD.aio_get_fd c.h in
      c.readable <- interest readable c.readable (fun () ->
        Loop.on_readable c.loop fd (fun () -> notify c NBD.aio_notify_read));
      c.writable <- interest writable c.writable (fun () ->
        Loop.on_writable c.loop fd (fun () -> notify c NBD.aio_notify_write))
    end

  (* Tell the library of an event.  While the handle lives, an event that the
     library did not wait for is no failure. *)
  and report c notify =
    match notify c.h with
    | () | exception NBD.Closed _ -> ()
    | exception (NBD.Error _ as exn) -> if is_over c then c.why <- Some exn
    | exception exn -> Loop.unhandled c.loop exn

  and notify c how =
    if not c.closed then begin
      c.settling <- true;
      match report c how with
      | () -> settle c
      | exception exn -> settle c; raise exn
    end

  (* Handing out ------------------------------------------------------------ *)

  (* Hand out completed commands, then wake those who wait for the connection. *)
  and hand_out c =
    while not (Queue.is_empty c.over) do Queue.pop c.over () done;
    let waiters = c.waiters in
    c.waiters <- [];
    let left = List.filter (fun is_over -> not (is_over ())) waiters in
    c.waiters <- List.rev_append (List.rev left) c.waiters;
    (* The socket usually takes what was issued meanwhile, so try to send it at
       once. *)
    if has_more_to_send c then report c NBD.aio_notify_write;
    if not (Queue.is_empty c.over) then hand_out c

  and settle c =
    c.settling <- true;
    let finally () =
      c.settling <- false;
      watch c;
      if not (Queue.is_empty c.over) then schedule c in
    Fun.protect ~finally (fun () -> hand_out c);
    if c.lost && c.under_way = 0 then close_core c

  (* Other code of the program must not run in the middle of a call. *)
  and schedule c =
    if not (c.scheduled || c.settling) then begin
      c.scheduled <- true;
      Loop.later c.loop (fun () -> c.scheduled <- false; settle c)
    end

  and close_core c =
    if not c.closed then begin
      c.closed <- true;
      unwatch c;
      Queue.push ignore c.over; (* wake the waiters *)
      match NBD.close c.h with
      | () -> schedule c
      | exception (NBD.Error _ as exn) ->
         c.closed <- false;
         schedule c;
         raise exn
      | exception exn -> schedule c; raise exn
    end

  (* Call the library, which may wait for something else after that.  What it
     could not send at once is sent at the end of this turn of the loop. *)
  let call c f =
    let finally () =
      if has_more_to_send c then schedule c
      else if not c.settling then watch c in
    match f c.h with
    | value -> finally (); value
    | exception exn -> finally (); raise exn

  (* Handles ---------------------------------------------------------------- *)

  let create loop =
    let c =
      { h = NBD.create (); loop; readable = None; writable = None;
        over = Queue.create (); waiters = []; under_way = 0; scheduled = false;
        settling = false; why = None; lost = false; closed = false } in
    let t = { core = c } and run = Loop.at_collection loop in
    Gc.finalise (fun t ->
        let c = t.core in
        run (fun () ->
            c.lost <- true;
            if c.under_way = 0 then
              try close_core c with exn -> Loop.unhandled c.loop exn))
      t;
    t

  let handle t = t.core.h
  let size t = NBD.get_size t.core.h
  let close t = close_core t.core

  (* Commands --------------------------------------------------------------- *)

  type stage = Running | Over | Dropped

  type command = {
    mutable stage : stage;
    mutable cookie : NBD.cookie;
    mutable raised : exn option; (* raised by one of its callbacks *)
  }

  let new_command () = { stage = Running; cookie = 0L; raised = None }

  let guard command = {
    run = (fun callback ->
      try callback ()
      with exn ->
        if command.raised = None then command.raised <- Some exn;
        -1) }

  (* The command is no longer wanted, or was not issued. *)
  let drop c command =
    if command.stage = Running then begin
      command.stage <- Dropped;
      c.under_way <- c.under_way - 1
    end

  (* The result of a command.  A command that failed was not retired, so that
     it can be asked why. *)
  let outcome c command errno =
    let kept () =
      match NBD.aio_command_completed c.h command.cookie with
      | _ -> failure "the command" errno
      | exception NBD.Closed _ -> closed ()
      | exception exn -> exn in
    if errno = 0 then Option.fold ~none:(Ok ()) ~some:Result.error command.raised
    else
      let why = kept () in
      Error (Option.value command.raised ~default:why)

  let rec cancel c command () =
    if command.stage = Running then begin
      drop c command;
      try ignore (call c (fun h -> NBD.aio_cancel h command.cookie)) with
      | NBD.Closed _ -> ()
      | NBD.Error (_, Some Unix.EDEADLK) -> (* in a callback of the handle *)
         command.stage <- Running;
         c.under_way <- c.under_way + 1;
         Queue.push (cancel c command) c.over;
         schedule c
      | exn -> Loop.unhandled c.loop exn
    end

  (* Issue a command, and call [resolve] with its result.  The function that is
     returned cancels the command. *)
  let submit c issue resolve =
    let command = new_command () in
    let completion error =
      let errno = !error in
      match command.stage with
      | Over | Dropped -> 1
      | Running ->
         drop c command;
         command.stage <- Over;
         Queue.push (fun () -> resolve (outcome c command errno)) c.over;
         schedule c;
         if errno = 0 then 1 else 0 in
    c.under_way <- c.under_way + 1;
    match call c (fun h -> issue h (guard command) completion) with
    | cookie -> command.cookie <- cookie; cancel c command
    | exception exn -> drop c command; raise exn

  let command t issue =
    let c = t.core in
    Loop.suspend c.loop (submit c issue)

  (* The connection --------------------------------------------------------- *)

  (* Wait until there is a result, and check after each step of the handle. *)
  let until c look resolve =
    let look () = if c.closed then Some (Error (closed ())) else look () in
    c.under_way <- c.under_way + 1;
    let is_over () =
      match look () with
      | None -> false
      | Some result ->
         c.under_way <- c.under_way - 1;
         resolve result;
         true in
    c.waiters <- is_over :: c.waiters;
    Queue.push ignore c.over;
    schedule c

  (* Why the connection has ended. *)
  let why c =
    let unknown () = error Unix.ENOTCONN "the connection has ended" in
    match c.why with
    | Some exn -> exn
    | None ->
       match NBD.get_size c.h with
       | _ -> unknown ()
       | exception (NBD.Error _ as exn) -> exn

  let waiting t start look =
    let c = t.core in
    Loop.suspend c.loop (fun resolve ->
        call c start;
        until c (fun () -> look c) resolve;
        ignore)

  let is_connected h =
    NBD.aio_is_ready h || NBD.aio_is_processing h || NBD.aio_is_negotiating h

  let connecting t start =
    t.core.why <- None;
    waiting t start (fun c ->
        if is_connected c.h then Some (Ok ())
        else if NBD.aio_is_connecting c.h then None
        else Some (Error (why c)))

  let connect_address t address =
    connecting t (fun h -> NBD.aio_connect h address)

  let ending t start =
    waiting t start (fun c ->
        if NBD.aio_is_closed c.h then Some (Ok ())
        else if NBD.aio_is_dead c.h then Some (Error (why c))
        else None)

  let shutdown t =
    ending t (fun h ->
        if NBD.aio_is_negotiating h then NBD.aio_opt_abort h
        else NBD.aio_disconnect h)

  (* Wait, and close the handle if this fails, unless another thread uses it. *)
  let or_close t f =
    Loop.catch f (fun exn -> (try close t with NBD.Error _ -> ()); Loop.fail exn)

  let connect loop ?connections ?reconnect_timeout ?connect_timeout
      ?command_timeout ?stall_timeout
      ?(contexts = [NBD.context_base_allocation]) ?(setup = ignore) uri =
    let t = create loop in
    let h = handle t in
    let set f = Option.iter (f h) in
    or_close t (fun () ->
        set NBD.set_connections (Option.map Int64.of_int connections);
        set NBD.set_reconnect_timeout reconnect_timeout;
        set NBD.set_connect_timeout connect_timeout;
        set NBD.set_command_timeout command_timeout;
        set NBD.set_stall_timeout stall_timeout;
        List.iter (NBD.add_meta_context h) contexts;
        setup h;
        Loop.bind (connecting t (fun h -> NBD.aio_connect_uri h uri)) (fun () ->
            Loop.return t))

  let with_disk connected f =
    Loop.bind connected (fun t ->
        or_close t (fun () ->
            Loop.bind (f t) (fun result ->
                let finish () = close t; Loop.return result in
                if t.core.closed || is_over t.core then finish ()
                else Loop.bind (shutdown t) finish)))

  (* Options ---------------------------------------------------------------- *)

  (* The errno of an option that has completed. *)
  let negotiated t issue result =
    let option = new_command () and errno = ref 0 in
    let completion error =
      option.stage <- Over;
      errno := !error;
      1 in
    waiting t (fun h -> issue h (guard option) completion) (fun c ->
        if is_over c then Some (Error (why c))
        else if option.stage = Running || NBD.aio_is_connecting c.h then None
        else
          match option.raised with
          | Some exn -> Some (Error exn)
          | None -> Some (result c !errno))

  let needed name value _ errno =
    if errno = 0 then Ok (value ()) else Error (failure name errno)

  let option t name issue = negotiated t issue (needed name Fun.id)

  let accepted t issue = negotiated t issue (fun _ errno -> Ok (errno = 0))

  let counted t name issue =
    let count = ref 0 in
    let issue h guard =
      issue h { run = (fun callback -> incr count; guard.run callback) } in
    negotiated t issue (needed name (fun () -> !count))

  (* Bytes and extents ------------------------------------------------------ *)

  let pread ?flags t count offset =
    if count < 0 then Loop.fail (Invalid_argument "pread: the count is negative")
    else if count > 64 lsl 20 then (* or all of it would be cleared in vain *)
      Loop.fail (error Unix.ERANGE "pread: count %d exceeds 64 MiB" count)
    else
      let buffer = Bigarray.(Array1.create char c_layout count) in
      let issue h _ completion =
        NBD.aio_pread ~completion ?flags h buffer offset in
      Loop.bind (command t issue) (fun () ->
        Loop.return (NBD.Buffer.to_bytes buffer))

  let pwrite_bytes ?flags t bytes offset =
    let buffer = NBD.Buffer.of_bytes bytes in
    command t (fun h _ completion ->
      NBD.aio_pwrite ~completion ?flags h buffer offset)

  (* A request for extents in flight, which wakes one waiter. *)
  type asked = {
    question : NBD_extents.Walk.question;
    mutable answer : result option;
    mutable wake : result -> unit;
    mutable cancel : unit -> unit;
  }

  type reading = {
    owner : t; (* keeps the handle while extents are read *)
    walk : NBD_extents.Walk.walk;
    mutable ahead : asked option;
  }

  let ask reading =
    let c = reading.owner.core in
    let send ({ NBD_extents.Walk.count; at; answer; _ } as question) =
      let asked = { question; answer = None; wake = ignore; cancel = ignore } in
      asked.cancel <- submit c (fun h guard completion ->
          let answer name offset entries error =
            guard.run (fun () -> answer name offset entries error) in
          NBD.aio_block_status_64 ~completion h count at answer)
        (fun result -> asked.answer <- Some result; asked.wake result);
      asked in
    reading.ahead <- Option.map send (NBD_extents.Walk.question reading.walk)

  let await reading asked =
    Loop.suspend reading.owner.core.loop (fun resolve ->
        (match asked.answer with
         | Some result -> resolve result
         | None -> asked.wake <- resolve);
        fun () ->
          asked.cancel ();
          if asked.answer = None then asked.answer <- Some (Error (cancelled ())))

  let rec next_extent reading () =
    match NBD_extents.Walk.next reading.walk, reading.ahead with
    | Some _ as extent, _ -> Loop.return extent
    | None, None -> Loop.return (NBD_extents.Walk.last reading.walk)
    | None, Some asked ->
       Loop.bind (await reading asked) (fun () ->
           match
             NBD_extents.Walk.answered reading.walk asked.question;
             ask reading
           with
           | () -> next_extent reading ()
           | exception exn -> Loop.fail exn)

  let read ?contexts ?offset ?length t =
    let walk = NBD_extents.Walk.start ?contexts ?offset ?length t.core.h in
    let reading = { owner = t; walk; ahead = None } in
    ask reading;
    reading

  let read_extents ?contexts ?offset ?length t =
    next_extent (read ?contexts ?offset ?length t)

  let iter_extents ?contexts ?offset ?length f t =
    let cancel reading =
      Option.iter (fun asked -> asked.cancel ()) reading.ahead in
    let rec each reading =
      Loop.bind (next_extent reading ()) (function
        | None -> Loop.return ()
        | Some extent -> Loop.bind (f extent) (fun () -> each reading)) in
    match read ?contexts ?offset ?length t with
    | exception exn -> Loop.fail exn
    | reading ->
       Loop.catch (fun () -> each reading) (fun exn ->
         cancel reading;
         Loop.fail exn)
end
