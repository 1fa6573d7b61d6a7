// SPDX-License-Identifier: MIT
/// <reference types="node" />

import { Readable } from 'stream';
import { Bytes, CommandOptions, NbdError, WaitOptions } from './core';
import { NBD } from './nbd';

export { NbdError };

/** Options of {@link connect}.  Times are in milliseconds; `Infinity` is no limit. */
export interface ConnectOptions extends WaitOptions {
  /** How many connections share the work. */
  connections?: number;
  /** How long an outage may last; without this a lost connection is an error. */
  reconnectTimeout?: number;
  /** How long to wait for a server that is not there yet. */
  connectTimeout?: number;
  /** How long a command may take. */
  commandTimeout?: number;
  /** How long the server may be silent while it owes an answer. */
  stallTimeout?: number;
  /** Metadata contexts to ask for; by default `base:allocation`. */
  contexts?: Iterable<string>;
  /** Called before connecting, for all other settings, such as those of TLS. */
  setup?: (handle: NBD) => unknown;
}

/**
 * Connect to the export that a URI names.
 *
 * @example
 * ```ts
 * const disk = await connect('nbd://localhost');
 * const data = await disk.pread(512, 0);
 * await disk.shutdown();
 * ```
 */
export function connect(uri: string | URL, options?: ConnectOptions): Promise<Disk>;

/** Flags of each context by its name. */
export type FlagsByContext = Record<string, number | bigint>;

/** A part of an export that is the same everywhere. */
export interface DiskExtent<Flags = number | bigint | FlagsByContext> {
  offset: number;
  length: number;
  /** The flags of the context, or of each of several by name. */
  flags: Flags;
  /** It is not allocated (if `base:allocation` is among the contexts). */
  hole?: boolean;
  /** It reads as zeroes. */
  zero?: boolean;
  /** It does not, as far as the server knows. */
  data?: boolean;
}

export interface ExtentsOptions extends WaitOptions {
  /** Where to begin. */
  offset?: number;
  /** How far to go; by default to the end. */
  length?: number;
}

export interface ReadableOptions extends WaitOptions {
  /** The first byte. */
  start?: number;
  /** The last byte, which is included, as in `fs.createReadStream`. */
  end?: number;
  /** The length of one read. */
  highWaterMark?: number;
}

export interface ReadOptions<B extends Bytes = Buffer> extends WaitOptions {
  /** What to read into; by default a new `Buffer` of 16 KiB. */
  buffer?: B;
  /** Where in the buffer to begin. */
  offset?: number | null;
  /** How many bytes to read; by default what fits. */
  length?: number | null;
  /** Where in the export to begin; by default where the last `read` ended. */
  position?: number | bigint | null;
}

/** What {@link Disk.read} has done. */
export interface ReadResult<B extends Bytes> {
  /** Less than was asked for at the end of the export. */
  bytesRead: number;
  buffer: B;
}

/**
 * A connected export.
 *
 * Like a socket it keeps the process alive until it is closed, unless
 * {@link Disk.unref} was called.  Any number of calls can be in flight.
 */
export class Disk {
  /** Use a handle that is connected already. */
  constructor(handle: NBD);
  /** The handle below, with all functions of the library. */
  readonly handle: NBD;
  /** The size of the export in bytes. */
  readonly size: number;
  /** The least that the server reads at once, in bytes. */
  readonly minimumBlock: number;
  /** The most that is read at once. */
  readonly maximumRead: number;
  /** Whether it was closed. */
  readonly closed: boolean;

  /** Read a range into a new `Buffer`.  It passes the end: the call fails. */
  pread(
    length: number,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<Buffer>;
  /** Read a range into memory, which must not be touched meanwhile. */
  preadInto<B extends Bytes>(
    buffer: B,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<B>;
  /** Write the memory, which must not be changed meanwhile. */
  pwrite(
    buffer: Bytes,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Write zeroes. */
  zero(
    length: number | bigint,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Tell the server that a range is not needed. */
  trim(
    length: number | bigint,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Let the server read a range ahead. */
  cache(
    length: number | bigint,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Wait until all that was written is on stable storage. */
  flush(options?: CommandOptions): Promise<void>;

  /** Read as `read` of a `FileHandle` does: any range, and short at the end. */
  read<B extends Bytes>(
    buffer: B,
    offset?: number | null,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<ReadResult<B>>;
  read<B extends Bytes>(
    buffer: B,
    options?: ReadOptions<B>,
  ): Promise<ReadResult<B>>;
  read<B extends Bytes = Buffer>(options?: ReadOptions<B>): Promise<ReadResult<B>>;

  /**
   * A range as a stream, with several reads under way.  `Readable.toWeb` makes a
   * `ReadableStream` of it.
   */
  readable(options?: ReadableOptions): Readable;

  /**
   * The map of a range: extents that are adjacent, cover it in order, and of which
   * no two neighbours are equal.  While one answer of the server is used the next
   * one is asked for.
   *
   * @example
   * ```ts
   * for await (const { offset, length, data } of disk.extents()) {
   *   if (data) console.log(offset, length);
   * }
   * ```
   */
  extents(
    options: ExtentsOptions & { contexts: string },
  ): AsyncGenerator<DiskExtent<number | bigint>, void, void>;
  extents(
    options: ExtentsOptions & { contexts: readonly string[] },
  ): AsyncGenerator<DiskExtent<FlagsByContext>, void, void>;
  extents(
    options?: ExtentsOptions & { contexts?: undefined },
  ): AsyncGenerator<DiskExtent, void, void>;

  /** Let all commands finish, end the connection, and close it.  It does not flush. */
  shutdown(options?: CommandOptions): Promise<void>;
  /** Close the connection at once.  Commands in flight fail. */
  close(): void;
  /** Keep the process alive while this is open: the default. */
  ref(): this;
  /** Let only promises that are pending keep the process alive. */
  unref(): this;
  /** The same as {@link Disk.shutdown}, unless it is closed already. */
  [Symbol.asyncDispose](): Promise<void>;
}
