//! Part of Makoto: identity.
