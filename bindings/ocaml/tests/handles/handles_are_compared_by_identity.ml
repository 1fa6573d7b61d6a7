(* SPDX-License-Identifier: MIT *)
(* A handle is equal to itself alone, and can be a key of a table, whatever
   callbacks it has and whether it is open. *)

let () =
  let one = NBD.create () and other = NBD.create () in
  let table = Hashtbl.create 2 in
  Hashtbl.add table one "one";
  Hashtbl.add table other "other";
  let check () =
    Support.check "equal to itself" (one = one && compare one one = 0);
    Support.check "another one" (one <> other && compare one other <> 0);
    Support.check "in order" (compare one other = - compare other one);
    Support.check "in a list" (List.mem other [one; other]);
    Support.equal_string "as a key" "one" (Hashtbl.find table one);
    Support.equal_string "as a key" "other" (Hashtbl.find table other)
  in
  check ();
  List.iter (fun h -> NBD.set_debug_callback h (fun _ _ -> 0)) [one; other];
  check ();
  NBD.close one;
  Gc.compact ();
  check ()
