//! What the program carries inside: the web interface, the tracking script, the data packs.

use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    path::{Component, Path},
};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A folder of the checkout, as `build.rs` found it.
pub struct Folder {
    place: &'static str,
    /// By name. `None` in programs for development, which read the folder itself.
    files: Option<&'static [Carried]>,
}

/// A file inside the program.
struct Carried {
    name: &'static str,
    data: &'static [u8],
    sha256: [u8; 32],
}

/// A file's content and hash.
pub struct File {
    pub data: Cow<'static, [u8]>,
    pub sha256: [u8; 32],
}

impl Folder {
    /// A file by its name below the folder, with `/` between the names of folders inside.
    pub fn get(&self, name: &str) -> Option<File> {
        let Some(files) = self.files else { return read(Path::new(self.place), name) };
        let at = files.binary_search_by(|file| file.name.cmp(name)).ok()?;
        Some(File { data: Cow::Borrowed(files[at].data), sha256: files[at].sha256 })
    }
}

/// Nothing outside the folder: a name that leads upwards or to the root is that of no file.
fn read(folder: &Path, name: &str) -> Option<File> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let data = if inside { std::fs::read(folder.join(name)).ok()? } else { return None };
    let sha256 = Sha256::digest(&data).into();
    Some(File { data: Cow::Owned(data), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carried_files_are_found_by_their_whole_name() {
        static FILES: [Carried; 2] = [
            Carried { name: "assets/a.js", data: b"a", sha256: [1; 32] },
            Carried { name: "index.html", data: b"b", sha256: [2; 32] },
        ];
        let folder = Folder { place: "", files: Some(&FILES) };
        let found = folder.get("assets/a.js").unwrap();
        assert_eq!((&*found.data, found.sha256), (&b"a"[..], [1; 32]));
        assert_eq!(folder.get("index.html").unwrap().data, &b"b"[..]);
        for none in ["", "a.js", "assets", "assets/", "assets/../index.html", "/index.html", "z"] {
            assert!(folder.get(none).is_none(), "{none}");
        }
    }

    #[test]
    fn folders_that_are_read_give_nothing_beside_them() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("dist");
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        std::fs::write(folder.join("assets/a.js"), "a").unwrap();
        std::fs::write(outer.path().join("secret"), "s").unwrap();
        let found = read(&folder, "assets/a.js").unwrap();
        assert_eq!((&*found.data, found.sha256), (&b"a"[..], Sha256::digest("a").into()));
        let root = outer.path().join("secret");
        for none in ["", "assets", "b.js", "../secret", "assets/../../secret", root.to_str().unwrap()] {
            assert!(read(&folder, none).is_none(), "{none}");
        }
    }

    #[test]
    fn the_set_up_left_what_is_carried() {
        for (folder, name) in
            [(&WEB, "index.html"), (&WEB, "public.html"), (&TRACKER, "matomo.js"), (&PACKS, "country.mmdb")]
        {
            assert!(folder.get(name).is_some_and(|file| !file.data.is_empty()), "{name}");
        }
    }
}
