//! Part of Makoto: catalog.
