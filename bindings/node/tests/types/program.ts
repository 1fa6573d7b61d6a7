// SPDX-License-Identifier: MIT

// Typical code of a program in TypeScript.  It is compiled, not run.

import {
  CMD_FLAG_FUA, CONTEXT_BASE_ALLOCATION, Disk, NBD, NbdError, connect,
} from 'libnbd';

async function disks(): Promise<number> {
  const { signal } = new AbortController();
  const disk: Disk = await connect(new URL('nbd://localhost'), {
    reconnectTimeout: Infinity, signal, setup: (h) => h.setTls(1),
  });
  const data: Buffer = await disk.pread(512, 0, { signal });
  const words: BigUint64Array = await disk.preadInto(new BigUint64Array(4), 0n);
  await disk.pwrite(words, 0, { flags: CMD_FLAG_FUA });
  const { bytesRead, buffer } = await disk.read(Buffer.alloc(4), 0, 4, null);
  const text: Buffer = (await disk.read({ position: 5 })).buffer;
  for await (const chunk of disk.readable({ start: 5 })) {
    console.log(chunk.length);
  }
  for await (const extent of disk.extents({ contexts: 'base:allocation' })) {
    const flags: number | bigint = extent.flags;
    console.log(extent.offset + extent.length, flags, extent.hole);
  }
  for await (const { flags } of disk.extents({ contexts: ['a', 'b'] })) {
    console.log(flags['a']);
  }
  for await (const { offset, data } of disk.extents()) {
    console.log(offset, data);
  }
  await disk.unref().shutdown();
  return disk.size + data.length + bytesRead + buffer.length + text.length;
}

async function handles(): Promise<void> {
  const h = new NBD();
  h.addMetaContext(CONTEXT_BASE_ALLOCATION);
  h.setEventCallback((event, message, value) => console.log(event, message, value));
  await h.connectTcp('localhost', '10809');
  const size: number | bigint = h.getSize();
  const read: Buffer = h.preadSync(512, 0);
  await h.blockStatus64(size, 0, (context, offset, entries) => {
    console.log(context, offset, entries.map(({ length }) => length));
  }, { flags: 0 });
  const exports: number = await h.optList((name, description) => name + description);
  console.log(read.length, exports);
  try {
    await h.shutdown();
  } catch (error) {
    if (error instanceof NbdError) {
      console.log(error.code, error.errno, error.syscall);
    }
  }
  // @ts-expect-error: a flag is a number
  await h.flush({ flags: 'FUA' });
  // @ts-expect-error: there is no such method
  h.aioPread(512, 0);
}

export { disks, handles };
