use std::borrow::Cow;

/// What stands for "&" comes last, so that nothing is turned back twice.
const ENTITIES: [(&str, &str); 6] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'"), ("&#39;", "'"), ("&amp;", "&")];

/// A text without the HTML entities of the signs that pages and reports escape; other entities stay, as in Matomo.
pub fn without_entities(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('&') {
        return text;
    }
    ENTITIES.iter().fold(text, |text, (entity, sign)| match text.contains(entity) {
        true => Cow::Owned(text.replace(entity, sign)),
        false => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_turned_back_once() {
        assert_eq!(without_entities("a &amp;lt; &lt;b&gt; &#39;&#039;&quot; &uuml;".into()), "a &lt; <b> ''\" &uuml;");
    }
}
