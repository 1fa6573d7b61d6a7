// SPDX-License-Identifier: MIT

// The part of Node's own types that the package and the test need, if @types/node
// is not installed.

declare class Buffer extends Uint8Array {
  static alloc(size: number): Buffer;
}
declare const console: { log(...values: unknown[]): void };
declare namespace NodeJS {
  type ArrayBufferView = Uint8Array | Uint16Array | Uint32Array | BigUint64Array
    | Float64Array | DataView;
}
declare class URL {
  constructor(text: string);
}
interface AbortSignal {
  readonly aborted: boolean;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare module 'stream' {
  class Readable {
    [Symbol.asyncIterator](): AsyncIterableIterator<Buffer>;
  }
}
