// SPDX-License-Identifier: MIT
//! Asking for the map of an export, with any way of waiting for replies.

use std::collections::VecDeque;
use std::ops::{Bound, RangeBounds};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use super::{Extent, ExtentFlags};
use crate::error::errno;
use crate::flight::{Flight, Port, Sleepers};
use crate::{CmdFlag, Error, Handle, NbdExtent, Result, Size, CONTEXT_BASE_ALLOCATION};

/// Requests begin and end at multiples of this, or of the server's minimum.
const ALIGNMENT: u64 = 4096;

/// The entries of each context of a reply, in the order of the contexts.
type Entries = Vec<VecDeque<NbdExtent>>;

/// What is known of one range.
#[derive(Debug)]
struct Reply {
    entries: Entries,
    position: u64,
    end: u64,
}

/// A request, and where its callback puts the reply.
#[derive(Debug)]
struct Request {
    flight: Flight<()>,
    told: Arc<Mutex<Vec<Option<VecDeque<NbdExtent>>>>>,
    offset: u64,
    length: u64,
}

/// The state of an iteration.
#[derive(Debug)]
pub(crate) struct Map {
    contexts: Arc<[String]>,
    allocation: Option<usize>,
    /// The range that was asked for.
    start: u64,
    end: u64,
    size: u64,
    align: u64,
    longest: u64,
    /// Where the next request begins.
    next: u64,
    request: Option<Request>,
    /// The reply that is being used, and the next one.
    replies: VecDeque<Reply>,
    /// The extent that may continue.
    held: Option<Extent>,
    /// Why there is no further reply.
    failed: Option<Error>,
    over: bool,
    pub(crate) sleepers: Arc<Sleepers>,
}

/// The names that were asked for and that the server has granted.
fn negotiated(handle: &Handle) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for i in 0..handle.get_nr_meta_contexts()? {
        let name = handle.get_meta_context(i)?;
        if handle.can_meta_context(&name)? {
            names.push(name);
        }
    }
    Ok(names)
}

/// The contexts to ask about.
fn choose(handle: &Handle, wanted: Option<Vec<String>>) -> Result<Vec<String>> {
    let all = negotiated(handle)?;
    if all.is_empty() {
        return Err(Error::new(
            errno::EINVAL,
            "libnbd: extents: no metadata context was negotiated: ask for one with \
             add_meta_context before connecting, such as \"base:allocation\"",
        ));
    }
    let wanted = wanted.unwrap_or_else(|| all.clone());
    if let Some(missing) = wanted.iter().find(|name| !all.contains(name)) {
        let message = format!(
            "libnbd: extents: the metadata context \"{}\" was not negotiated, only \"{}\"",
            missing,
            all.join("\", \"")
        );
        return Err(Error::new(errno::EINVAL, message));
    }
    if wanted.is_empty() {
        let message = "libnbd: extents: the list of metadata contexts is empty";
        return Err(Error::new(errno::EINVAL, message));
    }
    Ok(wanted)
}

/// A range as offsets, within the export.
fn clip(range: impl RangeBounds<u64>, size: u64) -> (u64, u64) {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => size,
    };
    let end = end.min(size);
    (start.min(end), end)
}

impl Map {
    pub(crate) fn new(
        handle: &Handle,
        wanted: Option<Vec<String>>,
        range: impl RangeBounds<u64>,
    ) -> Result<Map> {
        let size = handle.get_size()? as u64;
        let contexts = choose(handle, wanted)?;
        let align = (handle.get_block_size(Size::Minimum)? as u64).max(ALIGNMENT);
        let limit = if handle.get_extended_headers_negotiated()? {
            u64::MAX
        } else {
            u64::from(u32::MAX)
        };
        let (start, end) = clip(range, size);
        Ok(Map {
            allocation: contexts
                .iter()
                .position(|name| name == CONTEXT_BASE_ALLOCATION),
            contexts: contexts.into(),
            start,
            end,
            size,
            align,
            longest: limit - limit % align,
            next: start - start % align,
            request: None,
            replies: VecDeque::new(),
            held: None,
            failed: None,
            over: start == end,
            sleepers: Arc::default(),
        })
    }

    pub(crate) fn contexts(&self) -> &[String] {
        &self.contexts
    }

    /// The next extent, as far as it is known.
    pub(crate) fn next<P: Port>(&mut self, port: &P) -> Poll<Option<Result<Extent>>> {
        while !self.over {
            let result = self.go_on(port);
            match result {
                Poll::Ready(Ok(Some(extent))) => return Poll::Ready(Some(Ok(extent))),
                Poll::Ready(Ok(None)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(self.fail(error)))),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(self.held.take().map(Ok))
    }

    /// There are no more extents after an error.
    pub(crate) fn fail(&mut self, error: Error) -> Error {
        self.over = true;
        self.held = None;
        error
    }

    pub(crate) fn give_up(&mut self, handle: &Handle) {
        if let Some(request) = self.request.take() {
            request.flight.give_up(handle);
        }
    }

    /// Do one step; None if there is no complete extent yet.
    fn go_on<P: Port>(&mut self, port: &P) -> Poll<Result<Option<Extent>>> {
        if self.failed.is_none() {
            let received = self.receive(port.handle());
            self.failed = received.and_then(|()| self.ask(port)).err();
        }
        let reply = match self.replies.front_mut() {
            Some(reply) => reply,
            None => {
                return self
                    .failed
                    .take()
                    .map_or(Poll::Pending, |e| Poll::Ready(Err(e)))
            }
        };
        let piece = piece(reply, self.allocation);
        if reply.position == reply.end {
            self.replies.pop_front();
        }
        Poll::Ready(Ok(self.merge(piece)))
    }

    /// Send a request ahead, unless enough is known.
    fn ask<P: Port>(&mut self, port: &P) -> Result<()> {
        if self.request.is_some() || self.replies.len() > 1 || self.next >= self.end {
            return Ok(());
        }
        let offset = self.next;
        let to_end = (self.end - offset).min(self.longest);
        let length = match to_end % self.align {
            0 => to_end,
            rest => (to_end - rest + self.align).min(self.longest),
        };
        let length = length.min(self.size - offset);
        let told = Arc::new(Mutex::new(vec![None; self.contexts.len()]));
        let (out, names) = (Arc::clone(&told), Arc::clone(&self.contexts));
        let note = move |context: &str, _: u64, entries: &[NbdExtent], _: &mut i32| {
            let mut told = out.lock().unwrap_or_else(PoisonError::into_inner);
            // A context may have been asked for twice.  After an outage, the reply
            // starts again.
            for (place, name) in told.iter_mut().zip(&*names) {
                if name == context {
                    *place = Some(entries.iter().copied().collect());
                }
            }
            0
        };
        let flight = Flight::start(port, &self.sleepers, |handle, completion| {
            let done = move |error: &mut i32| completion.land((), *error);
            handle.aio_block_status_64(length, offset, note, done, CmdFlag::empty())
        })?;
        self.request = Some(Request {
            flight,
            told,
            offset,
            length,
        });
        Ok(())
    }

    /// Take the reply, if it has come.
    fn receive(&mut self, handle: &Handle) -> Result<()> {
        let result = match self.request.as_mut() {
            Some(request) => request.flight.take(handle),
            None => return Ok(()),
        };
        let (result, request) = match (result, self.request.take()) {
            (Some(result), Some(request)) => (result, request),
            (_, request) => {
                self.request = request;
                return Ok(());
            }
        };
        result?;
        let told = {
            let mut told = request.told.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *told)
        };
        let reply = self.check(told, request.offset, request.length)?;
        self.next = reply.end;
        self.replies.push_back(self.within(reply));
        Ok(())
    }

    /// A reply must contain each context.  It ends where the first context ends.
    fn check(
        &self,
        told: Vec<Option<VecDeque<NbdExtent>>>,
        offset: u64,
        length: u64,
    ) -> Result<Reply> {
        let mut entries = Vec::with_capacity(told.len());
        let mut covered = length;
        for (told, name) in told.into_iter().zip(&*self.contexts) {
            let told = told.ok_or_else(|| silent(name, "nothing", offset, length))?;
            let total = told
                .iter()
                .fold(0_u64, |sum, entry| sum.saturating_add(entry.length));
            if total == 0 {
                return Err(silent(name, "no bytes", offset, length));
            }
            covered = covered.min(total);
            entries.push(told);
        }
        Ok(Reply {
            entries,
            position: offset,
            end: offset + covered,
        })
    }

    /// The part of the reply within the range.
    fn within(&self, mut reply: Reply) -> Reply {
        if reply.position < self.start {
            let before = self.start.min(reply.end) - reply.position;
            reply
                .entries
                .iter_mut()
                .for_each(|entries| skip(entries, before));
            reply.position += before;
        }
        reply.end = reply.end.min(self.end).max(reply.position);
        reply
    }

    /// Join pieces with the same flags.
    fn merge(&mut self, piece: Option<Extent>) -> Option<Extent> {
        let piece = piece?;
        self.over = piece.end() == self.end;
        match self.held.as_mut() {
            Some(held) if held.flags == piece.flags => {
                held.length += piece.length;
                None
            }
            _ => self.held.replace(piece),
        }
    }
}

fn silent(context: &str, what: &str, offset: u64, length: u64) -> Error {
    let message = format!(
        "libnbd: extents: the reply for {} bytes at offset {} has {} for the metadata \
         context \"{}\"",
        length, offset, what, context
    );
    Error::new(errno::EPROTO, message)
}

/// Drop the first bytes of a context's entries.
fn skip(entries: &mut VecDeque<NbdExtent>, mut bytes: u64) {
    while let Some(entry) = entries.front_mut() {
        if entry.length > bytes {
            entry.length -= bytes;
            return;
        }
        bytes -= entry.length;
        entries.pop_front();
    }
}

/// The longest piece in which no context changes.
fn piece(reply: &mut Reply, allocation: Option<usize>) -> Option<Extent> {
    let rest = reply.end - reply.position;
    // Skip entries without bytes.
    for entries in &mut reply.entries {
        skip(entries, 0);
    }
    let first = |entries: &VecDeque<NbdExtent>| entries.front().copied().unwrap_or_default();
    let lengths = reply.entries.iter().map(|e| first(e).length);
    let length = lengths.fold(rest, u64::min);
    if length == 0 {
        return None;
    }
    let flags: ExtentFlags = reply.entries.iter().map(|e| first(e).flags).collect();
    let extent = Extent {
        offset: reply.position,
        length,
        allocation: allocation.map_or(0, |i| flags[i]),
        flags,
    };
    for entries in &mut reply.entries {
        skip(entries, length);
    }
    reply.position += length;
    Some(extent)
}
