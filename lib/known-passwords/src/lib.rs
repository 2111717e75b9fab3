//! Whether a text is among the passwords that are known to attackers: lists of leaked and common passwords, as a Bloom
//! filter that is carried inside the program. It knows every password of the lists and takes one of ten thousand
//! others for one of them. Texts are compared in lower case.

use sha2::{Digest, Sha256};

/// Bits of the filter for each password: with 14 looks one other text of ten thousand passes for a password.
const BITS_PER_PASSWORD: u64 = 20;
const LOOKS: u64 = 14;
/// The number of passwords stands before the bits, as four bytes, least first.
const HEAD_BYTES: usize = 4;

static BUILT_IN: &[u8] = include_bytes!("passwords.bloom");

/// A set of passwords that can be asked but not read.
pub struct Filter<'a> {
    passwords: u32,
    bits: &'a [u8],
}

/// The places at which a password's bits stand in so many bits.
fn places(password: &str, bits: u64) -> impl Iterator<Item = (usize, u8)> {
    let digest = Sha256::digest(password.to_lowercase().as_bytes());
    let half = |from: usize| digest[from..from + 8].iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    // An even step could visit few places only.
    let (start, step) = (half(0), half(8) | 1);
    (0..LOOKS).map(move |look| {
        let place = start.wrapping_add(step.wrapping_mul(look)) % bits;
        ((place / 8) as usize, 1 << (place % 8))
    })
}

impl<'a> Filter<'a> {
    /// The filter in these bytes; `None` when they are none.
    pub fn read(bytes: &'a [u8]) -> Option<Filter<'a>> {
        let (head, bits) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let passwords = u32::from_le_bytes(*head);
        let expected = (u64::from(passwords) * BITS_PER_PASSWORD).div_ceil(8);
        (expected > 0 && bits.len() as u64 == expected).then_some(Filter { passwords, bits })
    }

    /// How many passwords it was made of.
    pub fn passwords(&self) -> u32 {
        self.passwords
    }

    pub fn contains(&self, text: &str) -> bool {
        places(text, self.bits.len() as u64 * 8).all(|(byte, bit)| self.bits[byte] & bit != 0)
    }
}

/// The bytes of a filter of these passwords, each named once; `None` for none or more than four billion.
pub fn build(passwords: &[String]) -> Option<Vec<u8>> {
    let count = u32::try_from(passwords.len()).ok().filter(|count| *count > 0)?;
    let length = (u64::from(count) * BITS_PER_PASSWORD).div_ceil(8);
    let mut bits = vec![0; usize::try_from(length).ok()?];
    for password in passwords {
        for (byte, bit) in places(password, length * 8) {
            bits[byte] |= bit;
        }
    }
    Some([&count.to_le_bytes()[..], &bits].concat())
}

/// The passwords that the program knows.
pub fn built_in() -> Filter<'static> {
    // The file is part of the program; a test reads it.
    Filter::read(BUILT_IN).unwrap_or(Filter { passwords: 0, bits: &[0xff] })
}

/// Whether a text is a known password, or one behind a thin disguise: digits and signs around it that repeat or
/// count, the same text several times, or digits in place of letters.
pub fn is_known(text: &str) -> bool {
    let filter = built_in();
    let lower = text.to_lowercase();
    let spelled = unleet(&lower);
    [lower.as_str(), spelled.as_str()]
        .into_iter()
        .any(|text| filter.contains(text) || is_repeated(&filter, text) || is_padded(&filter, text))
        || is_padded(&filter, &unleet(core(&lower)))
}

/// Letters for the digits and signs that stand for them in passwords.
fn unleet(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// Whether a text is one known or short unit several times.
fn is_repeated(filter: &Filter<'_>, text: &str) -> bool {
    /// Units of fewer bytes are tried one after another.
    const UNIT_BYTES_MIN: usize = 6;
    let bytes = text.as_bytes();
    let units = text.char_indices().map(|(at, _)| &text[..at]).skip(1).take_while(|unit| unit.len() <= bytes.len() / 2);
    let mut whole = units.filter(|unit| {
        bytes.len().is_multiple_of(unit.len()) && bytes.chunks(unit.len()).all(|part| part == unit.as_bytes())
    });
    whole.any(|unit| unit.len() < UNIT_BYTES_MIN || filter.contains(unit))
}

/// A text without the digits and signs around it.
fn core(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic())
}

/// Whether what surrounds the core is cheap to guess: few different signs, or digits that count.
fn is_cheap(padding: &str) -> bool {
    /// More different signs than these take longer to guess than a word.
    const SIGNS_MAX: usize = 4;
    let mut signs: Vec<char> = padding.chars().collect();
    let counts = signs.windows(2).all(|pair| (pair[1] as i32 - pair[0] as i32).abs() == 1 || pair == ['9', '0']);
    signs.sort_unstable();
    signs.dedup();
    counts || signs.len() <= SIGNS_MAX
}

fn is_padded(filter: &Filter<'_>, text: &str) -> bool {
    let core = core(text);
    // A core of a few letters occurs in good passwords too, whose other signs must then carry them.
    let Some(at) = text.find(core).filter(|_| core.chars().count() >= 4) else { return false };
    let cheap = is_cheap(&text[..at]) && is_cheap(&text[at + core.len()..]);
    cheap && (filter.contains(core) || is_repeated(filter, core))
}
