// SPDX-License-Identifier: MIT
//! The measured client in Rust: reads, with N requests in flight.
//!
//!   client-rust --socket PATH --case read --depth N
//!               --seconds S|--requests N [--size BYTES] [--verify]
//!
//! Options, offsets and the line of results are those of bench/client.c.

use std::env;
use std::os::raw::{c_int, c_long};
use std::process;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use libnbd::{CmdFlag, Handle, Shutdown};

/// Reading the clock costs as much as a tenth of a small request.
const REQUESTS_PER_CLOCK: u64 = 64;
/// The export's content repeats after this many bytes.
const PATTERN_SIZE: u64 = 1 << 20;

struct Plan {
    socket: String,
    requests: u64,
    seconds: f64,
    size: usize,
    depth: usize,
    verify: bool,
}

fn die(message: &str) -> ! {
    eprintln!("{}", message);
    process::exit(1);
}

/// A number with an optional K, M or G after it.
fn number(text: &str, option: &str) -> u64 {
    let shifts = [('K', 10), ('M', 20), ('G', 30)];
    let found = shifts
        .iter()
        .find_map(|&(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (digits, shift) = found.unwrap_or((text, 0));
    match digits.parse::<u64>() {
        Ok(n) => n << shift,
        Err(_) => die(&format!("{}: not a number: {}", option, text)),
    }
}

fn parse_plan() -> Plan {
    let mut plan = Plan {
        socket: String::new(),
        requests: u64::MAX,
        seconds: 0.0,
        size: 4096,
        depth: 64,
        verify: false,
    };
    let mut case = String::new();
    let mut arguments = env::args().skip(1);
    while let Some(option) = arguments.next() {
        if option == "--verify" {
            plan.verify = true;
            continue;
        }
        let value = match arguments.next() {
            Some(value) => value,
            None => die(&format!("{}: a value is needed", option)),
        };
        match option.as_str() {
            "--socket" => plan.socket = value,
            "--case" => case = value,
            "--depth" => plan.depth = number(&value, &option) as usize,
            "--size" => plan.size = number(&value, &option) as usize,
            "--requests" => plan.requests = number(&value, &option),
            "--seconds" => plan.seconds = value.parse().unwrap_or(0.0),
            _ => die(&format!("unexpected argument: {}", option)),
        }
    }
    if plan.socket.is_empty() || case != "read" {
        die("--socket and --case read are needed");
    }
    if plan.requests == u64::MAX && plan.seconds <= 0.0 {
        die("--requests or --seconds is needed");
    }
    if plan.depth == 0 || plan.size == 0 || plan.size % 8 != 0 {
        die("--depth is at least 1, --size a multiple of 8");
    }
    plan
}

/// Where the next request goes: the same offsets for every client.
struct Offsets {
    state: u64,
    blocks: u64,
    size: u64,
}

impl Offsets {
    fn new(plan: &Plan, export_size: u64) -> Self {
        Offsets {
            state: 0x9e37_79b9_7f4a_7c15,
            blocks: export_size / plan.size as u64,
            size: plan.size as u64,
        }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (((self.state >> 32) * self.blocks) >> 32) * self.size
    }
}

fn check(buf: &[u8], offset: u64) {
    for (place, word) in (offset..).step_by(8).zip(buf.chunks_exact(8)) {
        if word != (place & (PATTERN_SIZE - 1)).to_ne_bytes() {
            die(&format!("wrong data at offset {}", place));
        }
    }
}

/// As <sys/resource.h> has it on 64 bit platforms of Linux.
#[repr(C)]
struct Usage {
    user: [c_long; 2],
    system: [c_long; 2],
    others: [c_long; 14],
}

extern "C" {
    fn getrusage(who: c_int, usage: *mut Usage) -> c_int;
}

/// User and system time of this process in seconds.
fn cpu_times() -> (f64, f64) {
    let mut usage = Usage {
        user: [0; 2],
        system: [0; 2],
        others: [0; 14],
    };
    // SAFETY: the kernel fills in the structure.
    unsafe { getrusage(0, &mut usage) };
    let seconds = |time: [c_long; 2]| time[0] as f64 + time[1] as f64 * 1e-6;
    (seconds(usage.user), seconds(usage.system))
}

type Idle = Arc<Mutex<Vec<Vec<u8>>>>;

fn issue(handle: &Handle, plan: &Plan, idle: &Idle, buf: Vec<u8>, offset: u64) {
    let idle = Arc::clone(idle);
    let verify = plan.verify;
    let completion = move |buf: Vec<u8>, error: &mut i32| {
        if *error != 0 {
            die(&format!("request failed: errno {}", error));
        }
        if verify {
            check(&buf, offset);
        }
        if let Ok(mut idle) = idle.lock() {
            idle.push(buf);
        }
        1
    };
    if let Err(error) = handle.aio_pread(buf, offset, completion, CmdFlag::empty()) {
        die(error.message());
    }
}

/// Keep the queue full until the plan ends, then empty it.
fn run(handle: &Handle, plan: &Plan, offsets: &mut Offsets, start: Instant) -> u64 {
    let end = Duration::from_secs_f64(plan.seconds);
    let goes_on = |issued: u64| {
        issued < plan.requests
            && (plan.seconds == 0.0 || issued % REQUESTS_PER_CLOCK != 0 || start.elapsed() < end)
    };
    let buffers = (0..plan.depth).map(|_| vec![1; plan.size]).collect();
    let idle: Idle = Arc::new(Mutex::new(buffers));
    let take = || idle.lock().ok().and_then(|mut idle| idle.pop());
    let is_idle = || idle.lock().map_or(0, |idle| idle.len()) == plan.depth;
    let mut issued = 0;
    let mut more = true;
    loop {
        while more {
            let buf = match take() {
                Some(buf) => buf,
                None => break,
            };
            more = goes_on(issued);
            if more {
                issue(handle, plan, &idle, buf, offsets.next());
                issued += 1;
            } else if let Ok(mut idle) = idle.lock() {
                idle.push(buf);
            }
        }
        if !more && is_idle() {
            return issued;
        }
        if let Err(error) = handle.poll(-1) {
            die(error.message());
        }
    }
}

fn main() -> libnbd::Result<()> {
    let plan = parse_plan();
    let handle = Handle::new()?;
    handle.connect_unix(&plan.socket)?;
    let mut offsets = Offsets::new(&plan, handle.get_size()? as u64);
    if offsets.blocks == 0 {
        die("the export is smaller than one request");
    }
    let before = cpu_times();
    let start = Instant::now();
    let requests = run(&handle, &plan, &mut offsets, start);
    let wall = start.elapsed().as_secs_f64();
    let after = cpu_times();
    println!(
        "{{\"case\": \"read\", \"requests\": {}, \
         \"wall\": {:.6}, \"user\": {:.6}, \"sys\": {:.6}}}",
        requests,
        wall,
        after.0 - before.0,
        after.1 - before.1
    );
    handle.shutdown(Shutdown::empty())
}
