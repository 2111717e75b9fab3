//! Part of Makoto: testkit.
