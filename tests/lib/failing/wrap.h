/* SPDX-License-Identifier: MIT */

/* A function that stands between the library and what it calls: the linker
 * sends calls of NAME to it (-Wl,--wrap=NAME), and __real_NAME is the other. */

#ifndef WRAP_H
#define WRAP_H

#define WRAPPER(type, name, params) \
  extern type __real_##name params; \
  extern type __wrap_##name params; \
  type __wrap_##name params

#endif /* WRAP_H */
