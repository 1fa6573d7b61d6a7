(* SPDX-License-Identifier: MIT *)

open Eio

module Loop = struct
  type 'a promise = 'a

  (* Functions that a fiber of their own will call, and the condition that
     wakes it. *)
  type t = {
    sw : Switch.t;
    jobs : (unit -> unit) Queue.t;
    mutable wake : unit Promise.u option;
  }

  let return = Fun.id
  let fail = raise
  let bind value f = f value
  let catch f handler = try f () with exn -> handler exn

  let suspend _ start =
    let promise, resolver = Promise.create () in
    let cancel = start (Promise.resolve resolver) in
    match Promise.await promise with
    | Ok value -> value
    | Error exn -> raise exn
    | exception (Cancel.Cancelled _ as exn) -> cancel (); raise exn

  let unhandled loop exn = Switch.fail loop.sw exn

  (* Callbacks of the library call this, and effects cannot pass through the
     library. *)
  let later loop job =
    Queue.push job loop.jobs;
    let wake = loop.wake in
    loop.wake <- None;
    Option.iter (fun wake -> Promise.resolve wake ()) wake

  let rec work loop =
    match Queue.take_opt loop.jobs with
    | Some job ->
       (try job () with exn -> unhandled loop exn);
       work loop
    | None ->
       let woken, wake = Promise.create () in
       loop.wake <- Some wake;
       Promise.await woken;
       work loop

  let start sw =
    let loop = { sw; jobs = Queue.create (); wake = None } in
    Fiber.fork_daemon ~sw (fun () -> work loop);
    loop

  (* The switch closes handles. *)
  let at_collection _ = ignore

  type watch = unit Promise.u

  let on_event await loop fd f =
    let stopped, stop = Promise.create () in
    let watch () =
      while not (Promise.is_resolved stopped) do
        await fd;
        if not (Promise.is_resolved stopped) then f ()
      done in
    Fiber.fork_daemon ~sw:loop.sw (fun () ->
        Fiber.first (fun () -> Promise.await stopped) watch;
        `Stop_daemon);
    stop

  let on_readable loop = on_event Eio_unix.await_readable loop
  let on_writable loop = on_event Eio_unix.await_writable loop
  let stop watch = Promise.resolve watch ()
end

include NBD_async.Make (Loop)

let belonging sw t =
  Switch.on_release sw (fun () -> close t);
  t

let create sw = belonging sw (create (Loop.start sw))

let connect ~sw ?connections ?reconnect_timeout ?connect_timeout
    ?command_timeout ?stall_timeout ?contexts ?setup uri =
  belonging sw
    (connect (Loop.start sw) ?connections ?reconnect_timeout ?connect_timeout
       ?command_timeout ?stall_timeout ?contexts ?setup uri)

let extents ?contexts ?offset ?length t =
  Seq.of_dispenser (read_extents ?contexts ?offset ?length t)
