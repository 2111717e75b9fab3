//! Threads whose work may wait.

/// Lets other threads of the machine go before this one, by so many steps of `nice`.
#[cfg(target_os = "linux")]
pub fn step_back(niceness: i32) {
    use rustix::process::{getpriority_process, setpriority_process};
    // Here both calls mean the calling thread alone. A program that was started far behind stays there.
    let stepped = getpriority_process(None).and_then(|now| setpriority_process(None, niceness.max(now)));
    if let Err(fault) = stepped {
        tracing::warn!(%fault, "a thread whose work may wait keeps the priority of everything else");
    }
}

/// Other systems know priorities of whole programs only; there the small number of such threads must do.
#[cfg(not(target_os = "linux"))]
pub fn step_back(_: i32) {}
