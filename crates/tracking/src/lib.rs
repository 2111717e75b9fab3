//! Part of Makoto: tracking.
