// SPDX-License-Identifier: MIT
/// <reference types="node" />

import { Readable } from 'stream';
import { Bytes, CommandOptions, NbdError, WaitOptions } from './core';
import { NBD } from './nbd';

export { NbdError };

/**
 * Options of {@link connect}.  Times are in milliseconds; `Infinity` means no
 * limit.
 */
export interface ConnectOptions extends WaitOptions {
  /** How many connections the disk may use. */
  connections?: number;
  /** How long an outage may last.  Without this, a lost connection is an error. */
  reconnectTimeout?: number;
  /** How long to wait for a server that is not there yet. */
  connectTimeout?: number;
  /** How long a command may take. */
  commandTimeout?: number;
  /** How long the server may be silent while commands are in flight. */
  stallTimeout?: number;
  /** Metadata contexts to ask for.  The default is `base:allocation`. */
  contexts?: string | Iterable<string>;
  /** Called before connecting, for all other settings, such as TLS. */
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

/** The flags of each context by its name. */
export type FlagsByContext = Record<string, number | bigint>;

/** A part of an export whose flags are the same everywhere. */
export interface DiskExtent<Flags = number | bigint | FlagsByContext> {
  offset: number;
  length: number;
  /**
   * The flags of the context.  With several contexts, the flags of each by its
   * name.
   */
  flags: Flags;
  /** Whether nothing is allocated (if `base:allocation` is among the contexts). */
  hole?: boolean;
  /** Whether it reads as zeroes. */
  zero?: boolean;
  /** The opposite of `zero`: it may hold data. */
  data?: boolean;
}

export interface ExtentsOptions extends WaitOptions {
  /** Where the range begins. */
  offset?: number;
  /** The length of the range; by default up to the end. */
  length?: number;
}

export interface ReadableOptions extends WaitOptions {
  /** The offset of the first byte. */
  start?: number;
  /** The offset of the last byte, which is included, as in `fs.createReadStream`. */
  end?: number;
  /** The length of one request. */
  highWaterMark?: number;
}

export interface ReadOptions<B extends Bytes = Buffer> extends WaitOptions {
  /** The memory to read into; by default a new `Buffer` of 16 KiB. */
  buffer?: B;
  /** The offset in the buffer. */
  offset?: number | null;
  /** How many bytes to read; by default up to the end of the buffer. */
  length?: number | null;
  /** The offset in the export; by default the end of the last `read`. */
  position?: number | bigint | null;
}

/** The result of {@link Disk.read}. */
export interface ReadResult<B extends Bytes> {
  /** Fewer bytes than asked for only at the end of the export. */
  bytesRead: number;
  buffer: B;
}

/**
 * A connected export.
 *
 * Like a socket, it keeps the process alive until it is closed, unless {@link
 * Disk.unref} was called.  Any number of calls can be in flight.
 */
export class Disk {
  /** Use a connected handle. */
  constructor(handle: NBD);
  /** The handle of the disk, with all functions of the library. */
  readonly handle: NBD;
  /** The size of the export in bytes. */
  readonly size: number;
  /** The minimum block size of the server in bytes. */
  readonly minimumBlock: number;
  /** The longest read of one request in bytes. */
  readonly maximumRead: number;
  /** Whether the disk was closed. */
  readonly closed: boolean;

  /** Read a range into a new `Buffer`.  A range beyond the end fails. */
  pread(
    length: number,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<Buffer>;
  /** Read a range into memory, which must not be used meanwhile. */
  preadInto<B extends Bytes>(
    buffer: B,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<B>;
  /** Write memory, which must not be changed meanwhile. */
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
  /** Tell the server that a range is no longer needed. */
  trim(
    length: number | bigint,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Ask the server to read a range ahead. */
  cache(
    length: number | bigint,
    position: number | bigint,
    options?: CommandOptions,
  ): Promise<void>;
  /** Wait until everything that was written is on stable storage. */
  flush(options?: CommandOptions): Promise<void>;

  /** Read like `read` of a `FileHandle`: any range, with fewer bytes at the end. */
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
   * A range as a stream, with several reads in flight.  `Readable.toWeb` converts
   * it to a `ReadableStream`.
   */
  readable(options?: ReadableOptions): Readable;

  /**
   * The map of a range.  The extents are adjacent, cover the range in order, and
   * adjacent extents differ.  While the extents of one reply are used, the next
   * request is in flight.
   *
   * @example
   * ```ts
   * for await (const { offset, length, data } of disk.extents()) {
   *   if (data) console.log(offset, length);
   * }
   * ```
   *
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

  /**
   * Let all commands finish, end the connection, and close the disk.  This does not
   * flush.
   */
  shutdown(options?: CommandOptions): Promise<void>;
  /** Close the connection at once.  Commands in flight fail. */
  close(): void;
  /** Keep the process alive while the disk is open.  This is the default. */
  ref(): this;
  /** Let only pending promises keep the process alive. */
  unref(): this;
  /** The same as {@link Disk.shutdown}, unless the disk is already closed. */
  [Symbol.asyncDispose](): Promise<void>;
}
