// SPDX-License-Identifier: MIT
/// <reference types="node" />

declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
}

/** Memory of any kind.  It is used as it is, without copies. */
export type Bytes = NodeJS.ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** The name of a file; a `Buffer` if it is no text. */
export type Path = string | Uint8Array | URL;

/** Where a server is: a Unix domain socket, a numeric host, or a VSOCK. */
export type Address =
  | string
  | { path: string }
  | { host: string; port: number }
  | { cid: number; port: number };

/** Options of a method that takes flags. */
export interface FlagOptions {
  /** Constants such as `CMD_FLAG_FUA`, combined by `|`. */
  flags?: number;
}

/** Options of a method that returns a promise. */
export interface WaitOptions {
  /**
   * Ends the command, and the promise is rejected with the reason of the signal.
   * Connecting, options and shutting down cannot be taken back, so the handle is
   * closed then.
   */
  signal?: AbortSignal;
}

/** Options of a command. */
export interface CommandOptions extends FlagOptions, WaitOptions {}

/** A piece of a metadata context, as the server tells it. */
export interface Extent {
  length: number | bigint;
  flags: number | bigint;
}

/** A call has failed. */
export class NbdError extends Error {
  /** The name of the error number, such as `'ECONNRESET'`, or `'UNKNOWN'`. */
  code: string;
  /** The error number, negative as in all of Node. */
  errno: number;
  /** The function of the library. */
  syscall: string;
}

/** What {@link NBD} has beside the functions of the library. */
export class Handle {
  /** Make a handle that is not connected yet. */
  constructor();
  /**
   * Close the connection, without telling the server: use {@link Handle.shutdown}
   * before for that.  Commands in flight fail with `ENOTCONN`, and all later calls
   * with `EBADF`.
   */
  close(): void;
  /** Whether it was closed. */
  readonly closed: boolean;
  /**
   * Let all commands finish, then end the connection in an orderly way.
   *
   * @param options - flags: `SHUTDOWN_ABANDON_PENDING` does not wait
   */
  shutdown(options?: CommandOptions): Promise<void>;
  /** Let the open connection keep the process alive, also while it is idle. */
  ref(): this;
  /** Let only promises that are pending keep the process alive: the default. */
  unref(): this;
  /** The same as {@link Handle.close}. */
  [Symbol.dispose](): void;
}
