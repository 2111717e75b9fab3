//! Detection with a handful of rules of our own, packed like the wheel's.

mod hostile;
mod semantics;
mod wheel;
