/* SPDX-License-Identifier: MIT */

/* Defines a function that is called in place of one that the library calls:
 * the linker redirects calls of NAME to it (-Wl,--wrap=NAME), and __real_NAME
 * is the original function. */

#ifndef WRAP_H
#define WRAP_H

#define WRAPPER(type, name, params) \
  extern type __real_##name params; \
  extern type __wrap_##name params; \
  type __wrap_##name params

#endif /* WRAP_H */
