(* SPDX-License-Identifier: MIT *)
(* The module can be used, and belongs to the library that it names. *)

let () =
  NBD.with_handle (fun h ->
    Support.equal_string "package" "libnbd" (NBD.get_package_name h);
    Support.check "version" (Support.contains (NBD.get_version h) "1.24");
    Support.check "extra"
      (Support.contains (NBD.get_version_extra h) "causeway"))
