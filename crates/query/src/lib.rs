//! Part of Makoto: query.
