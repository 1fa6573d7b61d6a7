// SPDX-License-Identifier: MIT
/**
 * Talk to Network Block Device (NBD) servers.
 *
 * {@link connect} returns a {@link Disk}, which is what most programs want;
 * {@link NBD} has every function of the library.
 *
 * @packageDocumentation
 */

export * from './lib/constants';
export * from './lib/core';
export * from './lib/disk';
export * from './lib/nbd';
