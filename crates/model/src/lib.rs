//! Part of Makoto: model.
