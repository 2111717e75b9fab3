//! Part of Makoto: features.
