// SPDX-License-Identifier: MIT
//! Reading ahead.

use std::collections::VecDeque;
use std::task::Poll;

use super::behind::Behind;
use super::{failed, Io, WINDOW};
use crate::flight::{Flight, Port};
use crate::{CmdFlag, Handle, Result};

/// The shortest request that is made to read ahead.
const SHORTEST: u64 = 64 * 1024;

/// How many buffers are kept for reuse.
const SPARE: usize = 8;

/// A range that is being read, or was.
#[derive(Debug)]
struct Block {
    offset: u64,
    end: u64,
    /// The program had asked for it when the request was made, so its failure is
    /// returned.
    asked: bool,
    data: Data,
}

#[derive(Debug)]
enum Data {
    Flying(Flight<Vec<u8>>),
    There(Vec<u8>),
}

/// Adjacent blocks from the position on.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    blocks: VecDeque<Block>,
    /// How much was read sequentially up to `position`.
    run: u64,
    position: u64,
    spare: Vec<Vec<u8>>,
}

impl Ahead {
    /// Return what has arrived, and send more requests.
    pub(super) fn read<P: Port>(
        &mut self,
        io: &Io<'_, P>,
        behind: &Behind,
        position: u64,
        want: u64,
        put: &mut dyn FnMut(&[u8]),
    ) -> Poll<Result<usize>> {
        if position != self.position {
            self.run = 0;
            self.position = position;
        }
        let handle = io.port.handle();
        loop {
            self.skip(handle, position);
            self.fill(io, behind, position, want)?;
            match self.arrived(handle) {
                Poll::Ready(Ok(true)) => break,
                Poll::Ready(Ok(false)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        let mut count = 0;
        while count < want {
            let at = position + count;
            self.skip(handle, at);
            if !matches!(self.arrived(handle), Poll::Ready(Ok(true))) {
                break;
            }
            count += self.copy(at, want - count, put);
        }
        self.run += count;
        self.position += count;
        self.skip(handle, self.position);
        // Send the next requests now, before they are needed.
        if self.run > want {
            let _ = self.fill(io, behind, self.position, 0);
        }
        Poll::Ready(Ok(count as usize))
    }

    /// Copy from the first block.
    fn copy(&self, at: u64, want: u64, put: &mut dyn FnMut(&[u8])) -> u64 {
        match self.blocks.front() {
            Some(Block {
                offset,
                end,
                data: Data::There(data),
                ..
            }) => {
                let count = want.min(end - at);
                let from = (at - offset) as usize;
                put(&data[from..from + count as usize]);
                count
            }
            _ => 0,
        }
    }

    /// Whether the first block has arrived; false: it failed, and nobody had asked
    /// for it.
    fn arrived(&mut self, handle: &Handle) -> Poll<Result<bool>> {
        let block = match self.blocks.front_mut() {
            Some(block) => block,
            None => return Poll::Pending,
        };
        let flight = match &mut block.data {
            Data::Flying(flight) => flight,
            Data::There(_) => return Poll::Ready(Ok(true)),
        };
        match flight.take(handle) {
            None => Poll::Pending,
            Some(Ok(data)) => {
                block.data = Data::There(data);
                Poll::Ready(Ok(true))
            }
            Some(Err(error)) => {
                let length = block.end - block.offset;
                let error = failed("reading", block.offset, length, &error);
                let asked = block.asked;
                self.clear(handle);
                if asked {
                    Poll::Ready(Err(error))
                } else {
                    Poll::Ready(Ok(false))
                }
            }
        }
    }

    /// Drop the blocks before the position, or all of them if none contains it.
    fn skip(&mut self, handle: &Handle, position: u64) {
        while let Some(block) = self.blocks.front() {
            if block.offset <= position && position < block.end {
                return;
            }
            let is_before = block.end <= position;
            if !is_before {
                return self.clear(handle);
            }
            if let Some(block) = self.blocks.pop_front() {
                self.drop_block(handle, block);
            }
        }
    }

    fn drop_block(&mut self, handle: &Handle, block: Block) {
        match block.data {
            Data::Flying(flight) => flight.give_up(handle),
            Data::There(data) if self.spare.len() < SPARE => self.spare.push(data),
            Data::There(_) => {}
        }
    }

    pub(super) fn clear(&mut self, handle: &Handle) {
        self.cut(handle, 0);
    }

    /// Keep this many blocks.
    fn cut(&mut self, handle: &Handle, count: usize) {
        for block in self.blocks.split_off(count) {
            self.drop_block(handle, block);
        }
    }

    /// A range was written, so the data that was read of it is outdated.
    pub(super) fn forget(&mut self, handle: &Handle, start: u64, end: u64) {
        let old = |block: &Block| block.offset < end && start < block.end;
        if let Some(first) = self.blocks.iter().position(old) {
            self.cut(handle, first);
        }
    }

    /// Request what is needed, and read ahead more, the longer the reading is
    /// sequential.
    fn fill<P: Port>(
        &mut self,
        io: &Io<'_, P>,
        behind: &Behind,
        position: u64,
        want: u64,
    ) -> Result<()> {
        let limits = io.limits;
        let needed = limits.up(position + want.min(WINDOW));
        let window = (want + self.run.saturating_mul(2)).min(WINDOW);
        let target = limits.up((position + window).min(limits.size));
        let request = limits.down((window / 4).max(SHORTEST)).min(limits.request);
        let request = request.max(limits.align);
        let whole = limits.down(limits.size);
        loop {
            let next = match self.blocks.back() {
                Some(block) => block.end,
                None => limits.down(position),
            };
            // An incomplete last block is requested separately, because the server
            // may refuse it.
            let end = if next < whole { whole } else { limits.size };
            let is_needed = want > 0 && next < needed;
            let mut length = request.min(target.max(needed).min(end).saturating_sub(next));
            if length == 0 || !(is_needed || length == request || next + length == end) {
                return Ok(());
            }
            // A range that is being written is read only after that.
            if behind.overlaps(next, next + length) {
                if !is_needed {
                    return Ok(());
                }
                length = length.min(needed - next);
            }
            match self.ask(io, next, length, is_needed) {
                Err(error) if self.blocks.is_empty() => {
                    return Err(failed("reading", next, length, &error));
                }
                Err(_) => return Ok(()),
                Ok(block) => self.blocks.push_back(block),
            }
        }
    }

    fn ask<P: Port>(
        &mut self,
        io: &Io<'_, P>,
        offset: u64,
        length: u64,
        asked: bool,
    ) -> Result<Block> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.resize(length as usize, 0);
        let flight = Flight::start(io.port, io.sleepers, |handle, completion| {
            let done = move |buffer, error: &mut i32| completion.land(buffer, *error);
            handle.aio_pread(buffer, offset, done, CmdFlag::empty())
        })?;
        Ok(Block {
            offset,
            end: offset + length,
            asked,
            data: Data::Flying(flight),
        })
    }
}
