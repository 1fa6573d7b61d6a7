// SPDX-License-Identifier: MIT
/// <reference types="node" />

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** Memory of any kind.  It is used without a copy. */
export type Bytes = NodeJS.ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** A file name; a `Buffer` if the name is not text. */
export type Path = string | Uint8Array | URL;

/** The address of a server: a Unix domain socket, a numeric host, or a VSOCK. */
export type Address =
  | string
  | { path: string }
  | { host: string; port: number }
  | { cid: number; port: number };

/** Options of a method with flags. */
export interface FlagOptions {
  /** Constants such as `CMD_FLAG_FUA`, combined with `|`. */
  flags?: number;
}

/** Options of a method that returns a promise. */
export interface WaitOptions {
  /**
   * Cancels the command, and the promise is rejected with the reason of the signal.
   * Connecting, options and shutting down cannot be cancelled, so the handle is
   * closed instead.
   */
  signal?: AbortSignal;
}

/** Options of a command. */
export interface CommandOptions extends FlagOptions, WaitOptions {}

/** A part of an export with the same flags, as the server reports it. */
export interface Extent {
  length: number | bigint;
  flags: number | bigint;
}

/** A call failed. */
export class NbdError extends Error {
  /** The name of the error number, such as `'ECONNRESET'`, or `'UNKNOWN'`. */
  code: string;
  /** The error number, which is negative as everywhere in Node. */
  errno: number;
  /** The name of the function of the library. */
  syscall: string;
}

/** What {@link NBD} has besides the functions of the library. */
export class Handle {
  /** Make a handle that is not connected yet. */
  constructor();
  /**
   * Close the connection without telling the server.  Use {@link Handle.shutdown}
   * first for an orderly end.  Commands in flight fail with `ENOTCONN`, and all
   * later calls fail with `EBADF`.
   */
  close(): void;
  /** Whether the handle was closed. */
  readonly closed: boolean;
  /**
   * Let all commands finish, then end the connection in an orderly way.
   *
   * @param options - flags: `SHUTDOWN_ABANDON_PENDING` does not wait
   */
  shutdown(options?: CommandOptions): Promise<void>;
  /** Let the connection keep the process alive even while it is idle. */
  ref(): this;
  /** Let only pending promises keep the process alive.  This is the default. */
  unref(): this;
  /** The same as {@link Handle.close}. */
  [Symbol.dispose](): void;
}
