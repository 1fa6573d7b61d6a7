(* SPDX-License-Identifier: MIT *)

(* The library opens and closes the descriptor, so no Lwt_unix.file_descr is
   made of it, which would close it, too.  An event of the engine stays
   registered, while Lwt_unix.wait_read registers for each wait. *)
module Loop = struct
  type 'a promise = 'a Lwt.t
  type t = unit

  let return = Lwt.return
  let fail = Lwt.fail
  let bind = Lwt.bind
  let catch = Lwt.catch

  let suspend () start =
    let promise, resolver = Lwt.task () in
    let resolve = function
      | Ok value -> Lwt.wakeup_later resolver value
      | Error exn -> Lwt.wakeup_later_exn resolver exn in
    match start resolve with
    | cancel -> Lwt.on_cancel promise cancel; promise
    | exception exn -> Lwt.fail exn

  let later () f = Lwt.on_success (Lwt.pause ()) f

  (* The garbage collector may call this in the middle of Lwt. *)
  let collected = Atomic.make []

  let rec collect f =
    let others = Atomic.get collected in
    if not (Atomic.compare_and_set collected others (f :: others)) then collect f

  let notification = lazy (
    Lwt_unix.make_notification (fun () ->
      List.iter (fun f -> f ()) (Atomic.exchange collected [])))

  let at_collection () =
    let notification = Lazy.force notification in
    fun f -> collect f; Lwt_unix.send_notification notification

  let unhandled () exn = !Lwt.async_exception_hook exn

  type watch = Lwt_engine.event

  let on_readable () fd f = Lwt_engine.on_readable fd (fun _ -> f ())
  let on_writable () fd f = Lwt_engine.on_writable fd (fun _ -> f ())
  let stop = Lwt_engine.stop_event
end

include NBD_async.Make (Loop)

let connect = connect ()

let extents ?contexts ?offset ?length t =
  Lwt_stream.from (read_extents ?contexts ?offset ?length t)
