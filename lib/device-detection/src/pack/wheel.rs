//! Reads files out of the wheel, which is a zip file.

use std::collections::BTreeMap;

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::PackError;

/// Most files taken from a wheel. That of 6.5.1 holds 259.
const FILES_MAX: usize = 10_000;
/// Largest file taken. The largest of 6.5.1 has 1.3 MB.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Longest comment that may follow the zip's directory, given by the format.
const COMMENT_BYTES_MAX: usize = 65_535;
/// Length of the record that ends a zip file.
const END_RECORD_BYTES: usize = 22;

/// An opened wheel.
#[derive(Debug)]
pub struct Wheel<'a> {
    bytes: &'a [u8],
    files: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    is_deflated: bool,
    packed_bytes: usize,
    header: usize,
}

impl<'a> Wheel<'a> {
    /// Reads the directory of the wheel.
    ///
    /// # Errors
    /// When the bytes are no zip file.
    pub fn open(bytes: &'a [u8]) -> Result<Self, PackError> {
        let end = find_end_record(bytes).ok_or(PackError::Wheel("it has no directory"))?;
        let damaged = || PackError::Wheel("its directory is damaged");
        let count = number(bytes, end + 10, 2).ok_or_else(damaged)?;
        let mut at = number(bytes, end + 16, 4).ok_or_else(damaged)?;
        if count > FILES_MAX {
            return Err(PackError::Wheel("it holds too many files"));
        }
        let mut files = BTreeMap::new();
        for _ in 0..count {
            let (name, entry, next) = read_entry(bytes, at).ok_or_else(damaged)?;
            files.insert(name, entry);
            at = next;
        }
        Ok(Self { bytes, files })
    }

    /// Names of all files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When there is no such file, or it does not unpack, or is no text.
    pub fn text(&self, name: &str) -> Result<String, PackError> {
        let entry = self.files.get(name).ok_or_else(|| PackError::Missing(name.to_owned()))?;
        let packed = self.packed(entry).ok_or(PackError::Wheel("a file lies outside of it"))?;
        let bytes = if entry.is_deflated {
            decompress_to_vec_with_limit(packed, FILE_BYTES_MAX)
                .map_err(|_| PackError::Wheel("a file does not unpack"))?
        } else {
            packed.to_vec()
        };
        String::from_utf8(bytes).map_err(|_| PackError::Wheel("a file is no text"))
    }

    fn packed(&self, entry: &Entry) -> Option<&[u8]> {
        let name_bytes = number(self.bytes, entry.header + 26, 2)?;
        let extra_bytes = number(self.bytes, entry.header + 28, 2)?;
        let start = entry.header + 30 + name_bytes + extra_bytes;
        self.bytes.get(start..start.checked_add(entry.packed_bytes)?)
    }
}

fn find_end_record(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_RECORD_BYTES)?;
    let first = last.saturating_sub(COMMENT_BYTES_MAX);
    (first..=last).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))
}

fn read_entry(bytes: &[u8], at: usize) -> Option<(String, Entry, usize)> {
    let header = bytes.get(at..)?;
    if !header.starts_with(b"PK\x01\x02") {
        return None;
    }
    let field = |offset, length| number(header, offset, length);
    let name_bytes = field(28, 2)?;
    let name = std::str::from_utf8(header.get(46..46 + name_bytes)?).ok()?.to_owned();
    let method = field(10, 2)?;
    let entry = Entry { is_deflated: method == 8, packed_bytes: field(20, 4)?, header: field(42, 4)? };
    let next = at + 46 + name_bytes + field(30, 2)? + field(32, 2)?;
    (method == 0 || method == 8).then_some((name, entry, next))
}

/// A little-endian number of `length` bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip file with one stored file.
    fn stored(name: &str, content: &str) -> Vec<u8> {
        let sizes = [content.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
        let name_bytes = (name.len() as u16).to_le_bytes();
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend([0; 14]);
        zip.extend(&sizes);
        zip.extend(name_bytes);
        zip.extend([0; 2]);
        zip.extend(name.bytes().chain(content.bytes()));
        let directory = zip.len() as u32;
        zip.extend(b"PK\x01\x02");
        zip.extend([0; 16]);
        zip.extend(&sizes);
        zip.extend(name_bytes);
        zip.extend([0; 16]);
        zip.extend(name.bytes());
        zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend([0; 4]);
        zip.extend(directory.to_le_bytes());
        zip.extend([0; 2]);
        zip
    }

    #[test]
    fn a_file_is_found_by_its_name() {
        let zip = stored("a/b.yml", "text");
        let wheel = Wheel::open(&zip).expect("a zip file");
        assert_eq!(wheel.names().collect::<Vec<_>>(), ["a/b.yml"]);
        assert_eq!(wheel.text("a/b.yml").expect("the file"), "text");
        assert!(matches!(wheel.text("c"), Err(PackError::Missing(name)) if name == "c"));
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let zip = stored("a", "text");
        for end in 0..zip.len() {
            assert!(Wheel::open(&zip[..end]).is_err(), "cut at {end}");
        }
        for at in 0..zip.len() {
            let mut damaged = zip.clone();
            damaged[at] ^= 0xFF;
            if let Ok(wheel) = Wheel::open(&damaged) {
                assert!(wheel.names().all(|name| wheel.text(name).is_err() || wheel.text(name).is_ok()));
            }
        }
    }
}
