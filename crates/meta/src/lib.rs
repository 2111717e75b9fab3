//! Part of Makoto: meta.
