(* SPDX-License-Identifier: MIT *)
(* In option mode a program can list and set contexts, with queries of the call
   or of the handle. *)

open Support

let base = NBD.context_base_allocation

let () =
  with_options ["memory"; "1M"] (fun h ->
    let found = ref [] in
    let context name = found := name :: !found; 0 in
    equal_int "all" 1 (NBD.opt_list_meta_context h context);
    check "name" (!found = [base]);
    equal_int "none" 0
      (NBD.opt_list_meta_context_queries h ["x:"] context);
    found := [];
    equal_int "set by queries" 1
      (NBD.opt_set_meta_context_queries h [base; "x:y"] context);
    check "set" (!found = [base]);
    check "can" (NBD.can_meta_context h base);
    NBD.add_meta_context h "x:y";
    equal_int "set nothing" 0 (NBD.opt_set_meta_context h context);
    check "cannot" (not (NBD.can_meta_context h base));
    NBD.clear_meta_contexts h;
    NBD.add_meta_context h base;
    NBD.opt_go h;
    check "after go" (NBD.can_meta_context h base))
