// SPDX-License-Identifier: MIT
//! A handle whose calls are futures.

use std::fmt;
use std::future::Future;
use std::io;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::sync::{oneshot, Notify};
use tokio::task::JoinHandle;

use crate::driver::drive;
use crate::error::errno;
use crate::flight::{Port, Sleepers};
use crate::{CmdFlag, Error, Handle, Result, SockAddr, AIO_DIRECTION_WRITE};

/// A connection to an NBD server, whose calls are futures.
///
/// There is a method for each blocking call of [`Handle`] that has an asynchronous
/// form.  All methods of [`Handle`] that do not block can be called, too, through
/// [`Deref`].  Any number of commands can be in flight.  Share the handle between
/// tasks with [`Arc`].
///
/// Connecting spawns a task on the current tokio runtime, which must have its I/O
/// driver.  The task watches the descriptor of the connection, which belongs to the
/// library.  It ends with the connection, the handle or the runtime.  Commands that
/// are in flight then fail with `ENOTCONN`.  The futures can be awaited on any
/// runtime and by any executor.
///
/// # Cancelling
///
/// A command takes its buffer, and returns it when the command has finished.
/// Dropping the future earlier, for instance with `select!` or a timeout, cancels
/// the command; see [`Handle::aio_cancel`] for what the server may still do.  Until
/// the library has released the buffer, nobody else can touch it.  Other calls
/// cannot be cancelled: if the future of a connect or of an option is dropped, what
/// it started continues.
///
/// # Rules
///
/// Do not make blocking calls on the handle itself, such as [`Handle::poll`]: they
/// take events that the task waits for.  A panic in a closure fails its command
/// with `EIO`, and the connection continues.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
/// let nbd = libnbd::AsyncHandle::new()?;
/// nbd.connect_command(&["nbdkit", "-s", "--exit-with-parent", "memory", "1M"]).await?;
/// nbd.pwrite("hello", 0, libnbd::CmdFlag::empty()).await?;
/// let buf = nbd.pread([0; 5], 0, libnbd::CmdFlag::empty()).await?;
/// assert_eq!(&buf, b"hello");
/// nbd.shutdown().await?;
/// # Ok::<(), libnbd::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AsyncHandle {
    connection: Arc<Connection>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What the handle shares with the task that drives it.
pub(crate) struct Connection {
    pub(crate) handle: Handle,
    /// The driver has to look at something new.
    pub(crate) kick: Notify,
    /// The driver has done something.
    pub(crate) changed: Notify,
    /// The driver has ended.
    over: Notify,
    /// Whom to wake then, besides futures.
    sleepers: Mutex<Vec<Weak<Sleepers>>>,
    driver: Mutex<Driver>,
}

/// The driver of this turn.  A handle that could not connect can try again, in
/// another turn.
#[derive(Default)]
struct Driver {
    turn: u64,
    running: bool,
    wanted: bool,
    error: Option<Error>,
}

impl Connection {
    fn driver(&self) -> MutexGuard<'_, Driver> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the driver of this turn must continue.
    pub(crate) fn is_driven_by(&self, turn: u64) -> bool {
        let driver = self.driver();
        driver.wanted && driver.turn == turn
    }

    /// Why the driver of this turn ends.
    pub(crate) fn failed(&self, turn: u64, error: Error) {
        let mut driver = self.driver();
        if driver.turn == turn {
            driver.error = Some(error);
        }
    }

    /// The driver of this turn has ended.
    pub(crate) fn stopped(&self, turn: u64) {
        let mut driver = self.driver();
        if driver.turn == turn {
            driver.running = false;
        }
        drop(driver);
        self.changed.notify_waiters();
        self.over.notify_waiters();
        for sleepers in self.sleepers().drain(..) {
            if let Some(sleepers) = sleepers.upgrade() {
                sleepers.wake();
            }
        }
    }

    fn sleepers(&self) -> MutexGuard<'_, Vec<Weak<Sleepers>>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// What became of a command ----------------------------------------------------

/// Where a completion puts its buffer and its errno.
pub(crate) struct Reply<B>(oneshot::Sender<(B, i32)>);

pub(crate) type Awaited<B> = oneshot::Receiver<(B, i32)>;

pub(crate) fn reply<B>() -> (Reply<B>, Awaited<B>) {
    let (sender, receiver) = oneshot::channel();
    (Reply(sender), receiver)
}

impl<B> Reply<B> {
    /// Returns the result of the completion: a command that failed is not retired
    /// if someone waits who will ask the library for the reason.
    pub(crate) fn send(self, buffer: B, errno: i32) -> i32 {
        let heard = self.0.send((buffer, errno)).is_ok();
        i32::from(errno == 0 || !heard)
    }
}

/// A future that waits for a command, and may be dropped.
struct Waiting<'a, B> {
    handle: &'a Handle,
    cookie: u64,
    result: Awaited<B>,
    over: bool,
}

/// Nobody needs the command any more.  If it failed, it was not retired, but nobody
/// will ask why.
impl<B> Drop for Waiting<'_, B> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.result.close();
        match self.result.try_recv() {
            Ok((_, 0)) => {}
            Ok(_) => drop(self.handle.aio_command_completed(self.cookie)),
            Err(_) => drop(self.handle.aio_cancel(self.cookie)),
        }
    }
}

/// Waits for a completion, or for the end of the driver.
struct Either<'a, B, E> {
    result: &'a mut Awaited<B>,
    over: Pin<&'a mut E>,
}

impl<B, E: Future<Output = ()>> Future for Either<'_, B, E> {
    type Output = Option<(B, i32)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(answer) = Pin::new(&mut *self.result).poll(cx) {
            return Poll::Ready(answer.ok());
        }
        self.over.as_mut().poll(cx).map(|()| None)
    }
}

/// How often a closure was called.
pub(crate) struct Count(Arc<AtomicI32>);

impl Count {
    pub(crate) fn get(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn new() -> (Count, Count) {
        let shared = Arc::new(AtomicI32::new(0));
        (Count(Arc::clone(&shared)), Count(shared))
    }
}

// The handle -------------------------------------------------------------------

impl AsyncHandle {
    /// Create a handle, which is not connected.
    ///
    /// # Errors
    ///
    /// - `ENOMEM`: memory is short
    pub fn new() -> Result<Self> {
        Ok(AsyncHandle {
            connection: Arc::new(Connection {
                handle: Handle::new()?,
                kick: Notify::new(),
                changed: Notify::new(),
                over: Notify::new(),
                sleepers: Mutex::default(),
                driver: Mutex::default(),
            }),
            task: Mutex::new(None),
        })
    }

    /// Connect to a socket address.
    ///
    /// # Errors
    ///
    /// Those of [`Handle::aio_connect`], and of the handshake.
    pub async fn connect(&self, address: &SockAddr) -> Result<()> {
        self.connecting(self.handle().aio_connect(address))?;
        self.connected().await
    }

    /// End the connection in an orderly way.
    ///
    /// The server is told that no more requests will come.  First let all commands
    /// finish, and call [`flush`](AsyncHandle::flush).
    ///
    /// # Errors
    ///
    /// Those of [`Handle::aio_disconnect`] and [`Handle::aio_opt_abort`].
    pub async fn shutdown(&self) -> Result<()> {
        let handle = self.handle();
        if handle.aio_is_negotiating() {
            self.issued(handle.aio_opt_abort())?;
        } else {
            self.issued(handle.aio_disconnect(CmdFlag::empty()))?;
        }
        self.ended().await
    }

    /// Close the connection and wait until that is done.
    ///
    /// Dropping the handle also closes it, but the task may do so a little later.
    pub async fn close(self) {
        self.stop();
        let task = self.task().take();
        if let Some(task) = task {
            // The task can fail only if the runtime has ended it.
            let _ = task.await;
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.connection.handle
    }

    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.connection.driver().wanted = false;
        self.connection.kick.notify_one();
    }

    /// If a connection was started, let a driver drive it.
    pub(crate) fn connecting(&self, started: Result<()>) -> Result<()> {
        started?;
        let turn = {
            let mut driver = self.connection.driver();
            *driver = Driver {
                turn: driver.turn + 1,
                running: true,
                wanted: true,
                error: None,
            };
            driver.turn
        };
        let task = tokio::spawn(drive(Arc::clone(&self.connection), turn));
        *self.task() = Some(task);
        Ok(())
    }

    /// If something was issued, wake the driver, which may have to wait for more.
    pub(crate) fn issued<T>(&self, issued: Result<T>) -> Result<T> {
        let issued = issued?;
        Port::issued(self);
        Ok(issued)
    }

    /// Let these sleepers wait for a command, unless nothing drives the connection.
    pub(crate) fn while_driven<T>(&self, sleepers: &Arc<Sleepers>) -> Poll<Result<T>> {
        let mut known = self.connection.sleepers();
        let is_ours = |other: &Weak<Sleepers>| std::ptr::eq(other.as_ptr(), Arc::as_ptr(sleepers));
        if !known.iter().any(is_ours) {
            known.retain(|other| other.strong_count() > 0);
            known.push(Arc::downgrade(sleepers));
        }
        drop(known);
        if self.connection.driver().running {
            return Poll::Pending;
        }
        Poll::Ready(Err(self.end()))
    }

    /// Wait until the condition holds, or nothing drives the connection.
    async fn until(&self, done: impl Fn(&Handle) -> bool) {
        loop {
            let changed = self.connection.changed.notified();
            if done(self.handle()) || !self.connection.driver().running {
                return;
            }
            changed.await;
        }
    }

    /// The reason why the connection ended.
    fn end(&self) -> Error {
        let error = self.connection.driver().error.clone();
        error.unwrap_or_else(|| Error::new(errno::ENOTCONN, "libnbd: the connection has ended"))
    }

    /// Wait for the end of the handshake.
    pub(crate) async fn connected(&self) -> Result<()> {
        self.until(|handle| !handle.aio_is_connecting()).await;
        let handle = self.handle();
        if handle.aio_is_ready() || handle.aio_is_processing() || handle.aio_is_negotiating() {
            return Ok(());
        }
        Err(self.end())
    }

    /// Wait for the end of the connection.
    pub(crate) async fn ended(&self) -> Result<()> {
        self.until(|handle| handle.aio_is_closed() || handle.aio_is_dead())
            .await;
        if self.handle().aio_is_closed() {
            return Ok(());
        }
        Err(self.end())
    }

    /// Wait for a completion, or until nothing drives the connection.
    async fn answer<B>(&self, result: &mut Awaited<B>) -> Option<(B, i32)> {
        let over = self.connection.over.notified();
        tokio::pin!(over);
        if !self.connection.driver().running {
            return result.try_recv().ok();
        }
        Either { result, over }.await
    }

    /// Wait for an option to which the server has to agree.
    pub(crate) async fn agreed(&self, result: Awaited<()>) -> Result<()> {
        let mut result = result;
        let error = match self.answer(&mut result).await {
            Some(((), errno)) => errno,
            None => return Err(self.end()),
        };
        self.until(|handle| !handle.aio_is_connecting()).await;
        if error == 0 {
            return Ok(());
        }
        if self.handle().aio_is_dead() {
            return Err(self.end());
        }
        let why = io::Error::from_raw_os_error(error);
        Err(Error::new(
            error,
            format!("libnbd: the option failed: {}", why),
        ))
    }

    /// Wait for an option that the server may refuse.
    pub(crate) async fn accepted(&self, result: Awaited<()>) -> Result<bool> {
        match self.agreed(result).await {
            Ok(()) => Ok(true),
            Err(_) if self.handle().aio_is_negotiating() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Wait for a command.
    pub(crate) async fn finished<B>(&self, cookie: u64, result: Awaited<B>) -> Result<B> {
        let handle = self.handle();
        let mut waiting = Waiting {
            handle,
            cookie,
            result,
            over: false,
        };
        let answer = match self.answer(&mut waiting.result).await {
            Some(answer) => answer,
            None => return Err(self.end()),
        };
        waiting.over = true;
        match answer {
            (buffer, 0) => Ok(buffer),
            (_, error) => {
                // The command was not retired, because the library says more than a
                // number does.
                handle.aio_command_completed(cookie)?;
                let why = io::Error::from_raw_os_error(error);
                Err(Error::new(
                    error,
                    format!("libnbd: command failed: {}", why),
                ))
            }
        }
    }
}

impl Port for AsyncHandle {
    fn handle(&self) -> &Handle {
        &self.connection.handle
    }

    fn issued(&self) {
        let handle = &self.connection.handle;
        if handle.aio_get_direction() & AIO_DIRECTION_WRITE != 0 || handle.aio_is_connecting() {
            self.connection.kick.notify_one();
        }
    }
}

impl Deref for AsyncHandle {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        self.handle()
    }
}

impl Drop for AsyncHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for AsyncHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncHandle")
            .field("handle", self.handle())
            .finish_non_exhaustive()
    }
}
