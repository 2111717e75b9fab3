//! Part of Makoto: access.
