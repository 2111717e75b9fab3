//! `multipart/form-data`: a form whose fields are parts of their own, as `FormData` and many HTTP libraries send it.

use crate::query::{PARAMETERS_MAX, clean};
use makoto_model::Params;
use memchr::memmem;

/// Longest line between parts, in bytes: two dashes, and the 70 of a boundary that RFC 2046 allows.
const DELIMITER_BYTES_MAX: usize = 72;

/// Adds the fields of a form of parts to `params`. Parts that are files are left out, as are those of a part that was cut
/// off. A form is known by how it begins, since no other body does so; `None` when it is none. Else whether it has no more
/// than `PARAMETERS_MAX` parts.
pub fn read_into(params: &mut Params, body: &[u8]) -> Option<bool> {
    let delimiter = delimiter(body)?;
    let between = [b"\r\n", delimiter].concat();
    let between = memmem::Finder::new(&between);
    let mut rest = &body[delimiter.len()..];
    let mut parts = params.len();
    // Behind the last part stand two dashes.
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let Some(end) = between.find(part) else { break };
        if parts >= PARAMETERS_MAX {
            return Some(false);
        }
        parts += 1;
        if let Some((name, value)) = field(&part[..end]) {
            params.push(&name, &clean(value.to_vec()));
        }
        rest = &part[end + between.needle().len()..];
    }
    Some(true)
}

/// The line between the parts, with its dashes.
fn delimiter(body: &[u8]) -> Option<&[u8]> {
    let line = &body[..memmem::find(body.get(..DELIMITER_BYTES_MAX + 2).unwrap_or(body), b"\r\n")?];
    let after = &body[line.len() + 2..];
    let is_boundary = line.len() > 2 && line.starts_with(b"--");
    (is_boundary && split(after).is_some_and(|(head, _)| disposition(&head).is_some())).then_some(line)
}

/// The headers of a part and what follows them.
fn split(part: &[u8]) -> Option<(String, &[u8])> {
    let end = memmem::find(part, b"\r\n\r\n")?;
    Some((clean(part[..end].to_vec()), &part[end + 4..]))
}

/// What stands behind `form-data` in the header that names the field.
fn disposition(head: &str) -> Option<&str> {
    head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let (kind, attributes) = value.split_once(';')?;
        let is_field = name.trim().eq_ignore_ascii_case("content-disposition");
        (is_field && kind.trim().eq_ignore_ascii_case("form-data")).then_some(attributes)
    })
}

/// Name and value of a part that is no file.
fn field(part: &[u8]) -> Option<(String, &[u8])> {
    let (head, value) = split(part)?;
    let mut rest = disposition(&head)?;
    let mut name = None;
    while let Some((attribute, after)) = rest.split_once('=') {
        let (text, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted),
            None => {
                let (text, after) = after.split_once(';').unwrap_or((after, ""));
                (text.trim().to_owned(), after)
            }
        };
        match attribute.trim_matches([';', ' ', '\t']) {
            known if known.eq_ignore_ascii_case("name") => name = Some(text),
            known if known.to_ascii_lowercase().starts_with("filename") => return None,
            _ => {}
        }
        rest = after;
    }
    Some((name?, value))
}

/// A text up to its closing quote, and what follows it. A quote within has a backslash before it.
fn quoted_text(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &quoted[at + 1..]),
            '\\' if quoted[at + 1..].starts_with('"') => {
                letters.next();
                text.push('"');
            }
            _ => text.push(letter),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(Vec<(String, String)>, bool)> {
        let mut params = Params::default();
        let whole = read_into(&mut params, body.as_bytes())?;
        Some((params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), whole))
    }

    fn fields(body: &str) -> Vec<(String, String)> {
        read(body).unwrap().0
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_are_parts() {
        let body = "--x1\r\nContent-Disposition: form-data; name=\"idsite\"\r\n\r\n1\r\n\
            --x1\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=url\r\n\r\nhttp://a/?b=1&c=%20\r\n\
            --x1\r\nContent-Disposition: form-data; name=\"a\\\"b; c=[]\"\r\n\r\n\r\n--x\r\nlines\r\n\
            --x1\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n\
            --x1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"name=x\"\r\n\r\ndata\r\n--x1--\r\n";
        let wanted =
            [("idsite", "1"), ("url", "http://a/?b=1&c=%20"), ("a\"b; c=[]", "\r\n--x\r\nlines"), ("empty", "")];
        assert_eq!(fields(body), pairs(&wanted));
    }

    #[test]
    fn what_is_no_form_of_parts_is_told() {
        let long = format!("--{}\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", "x".repeat(71));
        for body in [
            "",
            "idsite=1",
            "--",
            "--x\r\n",
            "--x\r\n\r\n1\r\n--x--",
            "--\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
            &long,
        ] {
            assert_eq!(read(body), None, "{body}");
        }
        // What was cut off is left out.
        let cut = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=b\r\n\r\n2";
        assert_eq!(fields(cut), pairs(&[("a", "1")]));
    }

    #[test]
    fn too_many_parts_are_told() {
        let part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
        let (found, whole) = read(&format!("{}--x--", part.repeat(PARAMETERS_MAX + 1))).unwrap();
        assert_eq!((found.len(), whole), (PARAMETERS_MAX, false));
    }
}
