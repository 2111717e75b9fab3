//! The pack: one file with all rules, made from the wheel at set-up and read by the server.
//!
//! Layout: magic, version (u16), length of the notice (u16), notice, checksum of the rest (u64), rules (postcard,
//! deflated). Numbers are little-endian. The notice is plain text, so that anyone who opens the file sees it.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use crate::rules::RuleSet;

#[cfg(feature = "pack-build")]
mod build;
#[cfg(feature = "pack-build")]
mod compile;
#[cfg(feature = "pack-build")]
mod literals;
#[cfg(feature = "pack-build")]
mod pattern;
#[cfg(feature = "pack-build")]
mod python;
#[cfg(feature = "pack-build")]
mod wheel;

#[cfg(feature = "pack-build")]
pub use build::build_pack;
#[cfg(feature = "pack-build")]
pub use wheel::Wheel;

/// First bytes of every pack.
const MAGIC: &[u8; 8] = b"devrules";
/// Version of the layout. Raise it when the layout or the list of fixed patterns changes.
const FORMAT_VERSION: u16 = 1;
/// Largest unpacked rules taken. Those of today need 2.2 MB; the limit stops a file that unpacks without end.
const RULES_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Where the rules come from and on what terms.
#[cfg(feature = "pack-build")]
const NOTICE: &str = "Device detection rules of Matomo's device-detector (https://github.com/matomo-org/device-detector),\n\
    copyright Matomo team, licensed under the GNU Lesser General Public License, version 3 or later\n\
    (LGPL-3.0-or-later, https://www.gnu.org/licenses/lgpl-3.0.html). Compiled from the Python package\n\
    device-detector (https://pypi.org/project/device-detector/). Replace this file to use other rules.\n";

/// Why a pack could not be made or read.
#[derive(Debug, Error)]
pub enum PackError {
    /// The file is no pack.
    #[error("file is no device rules pack: make one from the wheel of device-detector")]
    NotAPack,
    /// The pack was made by another version.
    #[error("device rules pack has layout {found}, this program reads {FORMAT_VERSION}: make the pack again")]
    Version {
        /// Layout of the file.
        found: u16,
    },
    /// The content does not agree with its checksum or with itself.
    #[error("device rules pack is damaged ({0}): make or fetch it again")]
    Damaged(&'static str),
    /// The wheel is no readable zip file.
    #[cfg(feature = "pack-build")]
    #[error("wheel is no readable zip file ({0}): download it again")]
    Wheel(&'static str),
    /// The wheel misses a file.
    #[cfg(feature = "pack-build")]
    #[error("wheel holds no {0}: use the wheel of device-detector 6.5.1")]
    Missing(String),
    /// A file of the wheel is no YAML, or YAML of another shape.
    #[cfg(feature = "pack-build")]
    #[error("wheel's {file} has an unknown form ({reason}): use the wheel of device-detector 6.5.1")]
    Form {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern uses what the compiler does not know.
    #[cfg(feature = "pack-build")]
    #[error("pattern {pattern:?} can not be compiled ({reason}): teach the pattern compiler this form")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The rules could not be written.
    #[cfg(feature = "pack-build")]
    #[error("device rules can not be written: report this as a bug")]
    Write(#[source] postcard::Error),
}

/// The parts of a pack's frame.
struct Frame<'a> {
    notice: &'a str,
    body: &'a [u8],
}

fn read_frame(bytes: &[u8]) -> Result<Frame<'_>, PackError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(PackError::NotAPack)?;
    let (version, rest) = rest.split_first_chunk().ok_or(PackError::NotAPack)?;
    let found = u16::from_le_bytes(*version);
    if found != FORMAT_VERSION {
        return Err(PackError::Version { found });
    }
    let short = PackError::Damaged("it ends too early");
    let Some((length, rest)) = rest.split_first_chunk() else { return Err(short) };
    let Some((notice, rest)) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))) else {
        return Err(short);
    };
    let Some((checksum, body)) = rest.split_first_chunk() else { return Err(short) };
    if xxh3_64(body) != u64::from_le_bytes(*checksum) {
        return Err(PackError::Damaged("its checksum is wrong"));
    }
    let notice = std::str::from_utf8(notice).map_err(|_| PackError::Damaged("its notice is no text"))?;
    Ok(Frame { notice, body })
}

/// The licence notice of a pack, to be shown beside other notices.
///
/// # Errors
/// When the bytes are no pack of this version.
pub fn notice(pack: &[u8]) -> Result<&str, PackError> {
    Ok(read_frame(pack)?.notice)
}

/// Unpacks the rules.
pub(crate) fn read_rules(pack: &[u8]) -> Result<RuleSet, PackError> {
    let body = read_frame(pack)?.body;
    let bytes = decompress_to_vec_zlib_with_limit(body, RULES_BYTES_MAX)
        .map_err(|_| PackError::Damaged("its rules do not unpack"))?;
    postcard::from_bytes(&bytes).map_err(|_| PackError::Damaged("its rules can not be read"))
}

/// Writes a pack.
#[cfg(feature = "pack-build")]
fn write_pack(rules: &RuleSet) -> Result<Vec<u8>, PackError> {
    /// Best ratio that still packs in a few seconds.
    const DEFLATE_LEVEL: u8 = 9;
    let bytes = postcard::to_allocvec(rules).map_err(PackError::Write)?;
    let body = miniz_oxide::deflate::compress_to_vec_zlib(&bytes, DEFLATE_LEVEL);
    let mut pack = MAGIC.to_vec();
    pack.extend(FORMAT_VERSION.to_le_bytes());
    pack.extend((NOTICE.len() as u16).to_le_bytes());
    pack.extend(NOTICE.as_bytes());
    pack.extend(xxh3_64(&body).to_le_bytes());
    pack.extend(body);
    Ok(pack)
}
