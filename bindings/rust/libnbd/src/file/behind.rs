// SPDX-License-Identifier: MIT
//! Writing behind.

use std::task::Poll;

use super::{failed, Io, WINDOW};
use crate::flight::{Flight, Port};
use crate::{CmdFlag, Error, Handle, Result};

/// A write in flight.
#[derive(Debug)]
struct Sent {
    offset: u64,
    end: u64,
    flight: Flight<Vec<u8>>,
}

/// Blocks that are only partly written, so that the rest must be read first: the
/// first block of the data, the last one, or both.
#[derive(Debug)]
struct Amended {
    start: u64,
    data: Vec<u8>,
    /// The part that is new.
    from: usize,
    to: usize,
    edges: Vec<(u64, Flight<Vec<u8>>)>,
}

/// What was written and is not known to have succeeded.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// Data that is gathered, and where it begins.
    start: u64,
    data: Vec<u8>,
    amended: Option<Amended>,
    sent: Vec<Sent>,
    /// The first failure that was not returned yet.
    failure: Option<Error>,
    /// Something was written since the last flush of the server.
    unsynced: bool,
    syncing: Option<Flight<()>>,
}

impl Behind {
    fn end(&self) -> u64 {
        self.start + self.data.len() as u64
    }

    pub(super) fn is_clean(&self) -> bool {
        self.data.is_empty() && self.amended.is_none() && self.sent.is_empty()
    }

    /// Whether a part of this range is not known to be on the server.
    pub(super) fn overlaps(&self, start: u64, end: u64) -> bool {
        let gathered = !self.data.is_empty() && self.start < end && start < self.end();
        let amended = self.amended.as_ref().map_or(false, |amended| {
            amended.start < end && start < amended.start + amended.data.len() as u64
        });
        gathered || amended || self.is_sent(start, end)
    }

    fn is_sent(&self, start: u64, end: u64) -> bool {
        self.sent
            .iter()
            .any(|sent| sent.offset < end && start < sent.end)
    }

    /// Take some of the data.
    pub(super) fn write<P: Port>(
        &mut self,
        io: &Io<'_, P>,
        position: u64,
        data: &[u8],
    ) -> Poll<Result<usize>> {
        self.collect(io.port.handle());
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Err(error));
        }
        let is_elsewhere = !self.data.is_empty() && position != self.end();
        let mut room = self.room(io, position);
        if (is_elsewhere || room == 0) && self.send(io)?.is_pending() {
            return Poll::Pending;
        }
        if self.data.is_empty() {
            self.start = position;
            room = self.room(io, position);
        }
        let count = data.len().min(room as usize);
        self.data.extend_from_slice(&data[..count]);
        self.unsynced = true;
        if let Some(flight) = self.syncing.take() {
            flight.give_up(io.port.handle());
        }
        if self.room(io, self.end()) == 0 {
            // A failure is returned later.
            match self.send(io) {
                Poll::Ready(Err(error)) => self.note(error),
                Poll::Ready(Ok(())) | Poll::Pending => {}
            }
        }
        Poll::Ready(Ok(count))
    }

    /// How much can be gathered from here on.  If everything is written
    /// sequentially, each request ends where the next one begins.
    fn room<P>(&self, io: &Io<'_, P>, position: u64) -> u64 {
        let request = io.limits.request;
        let start = if self.data.is_empty() {
            position
        } else {
            self.start
        };
        (start - start % request + request).saturating_sub(position)
    }

    fn note(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    /// Collect replies that have come.
    fn collect(&mut self, handle: &Handle) {
        let mut failure = None;
        self.sent.retain_mut(|sent| match sent.flight.take(handle) {
            None => true,
            Some(Ok(_)) => false,
            Some(Err(error)) => {
                let length = sent.end - sent.offset;
                failure.get_or_insert(failed("writing", sent.offset, length, &error));
                false
            }
        });
        if let Some(error) = failure {
            self.note(error);
        }
    }

    /// Send what was gathered, in whole blocks.
    fn send<P: Port>(&mut self, io: &Io<'_, P>) -> Poll<Result<()>> {
        self.collect(io.port.handle());
        if self.amend(io)?.is_pending() {
            return Poll::Pending;
        }
        if self.data.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let (start, end) = (io.limits.down(self.start), io.limits.up(self.end()));
        let in_flight: u64 = self.sent.iter().map(|sent| sent.end - sent.offset).sum();
        if self.is_sent(start, end) || (in_flight > 0 && in_flight + end - start > WINDOW) {
            return Poll::Pending;
        }
        let data = std::mem::take(&mut self.data);
        if (start, end) == (self.start, self.start + data.len() as u64) {
            return Poll::Ready(self.issue(io, start, data));
        }
        self.amended = Some(self.edges(io, start, end, data)?);
        self.amend(io)
    }

    fn issue<P: Port>(&mut self, io: &Io<'_, P>, offset: u64, data: Vec<u8>) -> Result<()> {
        let end = offset + data.len() as u64;
        let flight = Flight::start(io.port, io.sleepers, |handle, completion| {
            let done = move |data, error: &mut i32| completion.land(data, *error);
            handle.aio_pwrite(data, offset, done, CmdFlag::empty())
        });
        let flight = flight.map_err(|error| failed("writing", offset, end - offset, &error))?;
        self.sent.push(Sent {
            offset,
            end,
            flight,
        });
        Ok(())
    }

    /// Start reading the blocks that are partly written.
    fn edges<P: Port>(
        &self,
        io: &Io<'_, P>,
        start: u64,
        end: u64,
        data: Vec<u8>,
    ) -> Result<Amended> {
        let last = io.limits.down(end - 1);
        let mut offsets = vec![start, last];
        offsets.dedup();
        offsets.retain(|&offset| {
            offset < self.start || io.limits.up(offset + 1) > self.start + data.len() as u64
        });
        let read = |offset: u64| {
            let length = io.limits.up(offset + 1) - offset;
            let flight = Flight::start(io.port, io.sleepers, |handle, completion| {
                let done = move |block, error: &mut i32| completion.land(block, *error);
                let block = vec![0; length as usize];
                handle.aio_pread(block, offset, done, CmdFlag::empty())
            });
            let flight = flight.map_err(|error| failed("writing", start, end - start, &error))?;
            Ok((offset, flight))
        };
        let edges = offsets.into_iter().map(read).collect::<Result<_>>()?;
        // Move the data to its place in the whole blocks.
        let mut whole = vec![0; (end - start) as usize];
        let from = (self.start - start) as usize;
        whole[from..from + data.len()].copy_from_slice(&data);
        Ok(Amended {
            start,
            from,
            to: from + data.len(),
            data: whole,
            edges,
        })
    }

    /// Add what was read to what is written, and send it.
    fn amend<P: Port>(&mut self, io: &Io<'_, P>) -> Poll<Result<()>> {
        let handle = io.port.handle();
        let mut amended = match self.amended.take() {
            Some(amended) => amended,
            None => return Poll::Ready(Ok(())),
        };
        while let Some((offset, flight)) = amended.edges.last_mut() {
            match flight.take(handle) {
                None => {
                    self.amended = Some(amended);
                    return Poll::Pending;
                }
                Some(Err(error)) => {
                    let length = amended.data.len() as u64;
                    let error = failed("reading to write", amended.start, length, &error);
                    amended.edges.pop();
                    for (_, flight) in amended.edges {
                        flight.give_up(handle);
                    }
                    return Poll::Ready(Err(error));
                }
                Some(Ok(block)) => {
                    let at = (*offset - amended.start) as usize;
                    amended.edges.pop();
                    amended.surround(at, &block);
                }
            }
        }
        Poll::Ready(self.issue(io, amended.start, amended.data))
    }

    /// Wait until nothing is in flight.  Failures are returned later.
    pub(super) fn drain<P: Port>(&mut self, io: &Io<'_, P>) -> Poll<()> {
        if let Poll::Ready(Err(error)) = self.send(io) {
            self.note(error);
        }
        self.collect(io.port.handle());
        if self.is_clean() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Do the same, and return the first failure.
    pub(super) fn flush<P: Port>(&mut self, io: &Io<'_, P>) -> Poll<Result<()>> {
        self.drain(io)
            .map(|()| self.failure.take().map_or(Ok(()), Err))
    }

    /// Do the same, and then make the server flush, if it can.
    pub(super) fn sync<P: Port>(&mut self, io: &Io<'_, P>) -> Poll<Result<()>> {
        if self.flush(io)?.is_pending() {
            return Poll::Pending;
        }
        let handle = io.port.handle();
        if !self.unsynced || !handle.can_flush()? {
            return Poll::Ready(Ok(()));
        }
        if self.syncing.is_none() {
            let flight = Flight::start(io.port, io.sleepers, |handle, completion| {
                let done = move |error: &mut i32| completion.land((), *error);
                handle.aio_flush(done, CmdFlag::empty())
            })?;
            self.syncing = Some(flight);
        }
        let result = match self.syncing.as_mut().and_then(|f| f.take(handle)) {
            Some(result) => result,
            None => return Poll::Pending,
        };
        self.syncing = None;
        self.unsynced = result.is_err();
        Poll::Ready(result)
    }
}

impl Amended {
    /// Copy the parts of a block before and after the new data.
    fn surround(&mut self, at: usize, block: &[u8]) {
        let end = at + block.len();
        let before = self.from.min(end);
        if at < before {
            self.data[at..before].copy_from_slice(&block[..before - at]);
        }
        let after = self.to.max(at);
        if after < end {
            self.data[after..end].copy_from_slice(&block[after - at..]);
        }
    }
}
