use std::hash::{BuildHasher, Hasher, RandomState};

/// Odd, and its bits look random: the golden ratio's.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads whole numbers over a table, several times as fast as the standard hash. Visitors choose their ids, so each
/// table has secrets of its own, without which nobody can choose ids that meet.
#[derive(Clone)]
pub struct Spread {
    start: u64,
    factor: u64,
}

impl Default for Spread {
    fn default() -> Spread {
        let random = RandomState::new();
        Spread { start: random.hash_one(0u8), factor: random.hash_one(1u8) | 1 }
    }
}

impl BuildHasher for Spread {
    type Hasher = Spreading;

    fn build_hasher(&self) -> Spreading {
        Spreading { state: self.start, factor: self.factor }
    }
}

pub struct Spreading {
    state: u64,
    factor: u64,
}

/// Both halves of the product in one, so that every bit of both numbers counts everywhere.
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Hasher for Spreading {
    fn finish(&self) -> u64 {
        folded(self.state, FACTOR)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.state = folded(self.state ^ number, self.factor);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u32(number.cast_unsigned());
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// How many of these numbers share the low or the high bits that a table goes by with another one.
    fn meeting(numbers: impl Iterator<Item = u64> + Clone) -> usize {
        let spread = Spread::default();
        let hashes: Vec<u64> = numbers.map(|n| spread.hash_one(n)).collect();
        let low: HashSet<u64> = hashes.iter().map(|hash| hash & 0xf_ffff).collect();
        let high: HashSet<u64> = hashes.iter().map(|hash| hash >> 44).collect();
        hashes.len() * 2 - low.len() - high.len()
    }

    #[test]
    fn numbers_of_every_pattern_are_spread_as_random_ones() {
        // Of 10,000 random numbers in a million places about 48 meet another one.
        let most = 2 * 150;
        for step in [1u64, 2, 8, 1 << 20, 1 << 32, 1 << 48, FACTOR, 0x1_0000_0001] {
            assert!(meeting((0..10_000).map(|n: u64| n.wrapping_mul(step))) < most, "{step:x}");
        }
    }

    #[test]
    fn secrets_decide() {
        assert_ne!(Spread::default().hash_one(7u64), Spread::default().hash_one(7u64));
    }
}
