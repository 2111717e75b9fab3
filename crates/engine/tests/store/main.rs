//! The store as its callers see it, on files of its own.

mod buckets;
mod crash;
mod different;
mod fixture;
mod rewriting;
mod round_trip;
mod segments;
mod tight;
