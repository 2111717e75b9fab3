//! The makoto program.
fn main() {}
