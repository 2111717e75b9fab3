//! Conditions on the parameters of a request, by which requests are left out.

use crate::Params;

/// How the value of a parameter is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Compared {
    Is,
    IsNot,
    Holds,
    HoldsNot,
    Begins,
    Ends,
}

const OPERATORS: &[(&str, Compared)] = &[
    ("==", Compared::Is),
    ("!=", Compared::IsNot),
    ("=@", Compared::Holds),
    ("!@", Compared::HoldsNot),
    ("=^", Compared::Begins),
    ("=$", Compared::Ends),
];

/// A condition such as `url=@/internal/`. Letters of both cases are the same; an absent parameter is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestRule {
    name: String,
    compared: Compared,
    /// In lower case.
    value: String,
}

impl RequestRule {
    /// Reads a condition; `None` for what is none.
    pub fn parse(text: &str) -> Option<RequestRule> {
        let at = text.find(['=', '!']).filter(|at| *at > 0)?;
        let (name, rest) = text.split_at(at);
        let (operator, compared) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))?;
        let (name, value) = (name.trim(), rest[operator.len()..].trim());
        (!name.is_empty()).then(|| RequestRule {
            name: name.to_owned(),
            compared: *compared,
            value: value.to_lowercase(),
        })
    }

    /// Whether a request meets the condition.
    pub fn meets(&self, params: &Params) -> bool {
        let sent = params.get(&self.name).unwrap_or("").to_lowercase();
        match self.compared {
            Compared::Is => sent == self.value,
            Compared::IsNot => sent != self.value,
            Compared::Holds => sent.contains(&self.value),
            Compared::HoldsNot => !sent.contains(&self.value),
            Compared::Begins => sent.starts_with(&self.value),
            Compared::Ends => sent.ends_with(&self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_compares_without_regard_to_case() {
        let params = Params::new(vec![("url".into(), "https://Shop.example/Internal/a=b".into())]);
        for (text, meets) in [
            ("url==https://shop.example/internal/A=b", true),
            ("url==https://shop.example/", false),
            ("url!=https://shop.example/", true),
            ("url=@/internal/", true),
            ("url=@/public/", false),
            ("url!@/internal/", false),
            ("url=^HTTPS://", true),
            ("url=^shop", false),
            (" url =$ a=b ", true),
            ("url=$a", false),
            ("action_name==", true),
            ("action_name!=", false),
        ] {
            assert_eq!(RequestRule::parse(text).unwrap().meets(&params), meets, "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_none() {
        for text in ["", "url", "==x", "!=x", "url=x", "url!x", "url<5", "=@", " =@x"] {
            assert_eq!(RequestRule::parse(text), None, "{text}");
        }
    }
}
