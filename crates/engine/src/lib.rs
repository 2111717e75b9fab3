//! Part of Makoto: engine.
