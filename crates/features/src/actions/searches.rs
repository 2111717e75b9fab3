//! What an internal search says of itself.

use makoto_catalog::Facts;

/// The search's category: sent with it, or in the page's URL under one of the site's names for it.
pub fn category(facts: &Facts) -> Option<String> {
    if let Some(sent) = facts.params.filled("search_cat") {
        return Some(sent.trim().to_owned());
    }
    let query = facts.raw_url.split_once('?')?.1.split('#').next()?;
    let names = &facts.site.site_search.category_parameters;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let named = pairs.filter(|(name, _)| names.iter().any(|known| known == name));
    named.map(|(_, value)| decoded(value)).rfind(|text| !text.is_empty())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (byte, hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn categories_are_decoded() {
        assert_eq!(decoded("a+b%20%C3%BC%"), "a b ü%");
    }
}
