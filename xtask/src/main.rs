//! Generated files, data packs and layout checks.
fn main() {}
