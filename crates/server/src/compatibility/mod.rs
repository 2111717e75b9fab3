//! How far each method and tracking parameter of Matomo goes, as a page made from what this program declares.

use makoto_catalog::Catalog;
use std::{collections::BTreeMap, fmt::Write as _};

/// Every public and internal method of Matomo's core, with the reason where we have none, or where ours differs.
const METHODS: &str = include_str!("methods.csv");
/// Every tracking parameter of Matomo, whether it works, and the reason where it does not.
const PARAMETERS: &str = include_str!("parameters.csv");

/// Lines of a table without its head. A field may stand in quotes.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<String>> {
    table.lines().skip(1).filter(|line| !line.is_empty()).map(|line| {
        let (mut fields, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                letter => fields.last_mut().into_iter().for_each(|field| field.push(letter)),
            }
        }
        fields
    })
}

/// Whether this program answers a method.
fn known(catalog: &Catalog, method: &str) -> bool {
    method == "API.getBulkRequest"
        || catalog.report(method).is_some()
        || makoto_features::method(method).is_some()
        || makoto_features::composed(method).is_some()
}

/// The state of a method in words.
fn state(catalog: &Catalog, method: &str, reason: &str) -> String {
    match (known(catalog, method), reason) {
        (true, "") => "works".to_owned(),
        (true, reason) => format!("differs: {reason}"),
        (false, "") => "missing: not built yet".to_owned(),
        (false, reason) => format!("not planned: {reason}"),
    }
}

/// The whole page, the same for the same program.
pub fn document(catalog: &Catalog) -> String {
    let mut modules: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for row in rows(METHODS) {
        let [method, reason] = row.as_slice() else { continue };
        let (module, action) = method.split_once('.').unwrap_or((method, ""));
        let state = state(catalog, method, reason);
        let kind = ["works", "differs", "not planned", "missing"].into_iter().find(|kind| state.starts_with(kind));
        *counts.entry(kind.unwrap_or("missing")).or_default() += 1;
        modules.entry(module.to_owned()).or_default().push((action.to_owned(), state));
    }
    let mut page =
        "# Compatibility with Matomo 5\n\nWritten by `makoto compatibility`; a test holds that it is current. \
                    How answers differ stands in [differences](differences.md).\n\n"
            .to_owned();
    let count = |kind: &str| counts.get(kind).copied().unwrap_or(0);
    let _ = writeln!(
        page,
        "Of {} methods {} work, {} differ, {} are not planned and {} are missing.\n",
        counts.values().sum::<usize>(),
        count("works"),
        count("differs"),
        count("not planned"),
        count("missing")
    );
    for (module, methods) in &modules {
        let _ = writeln!(page, "## {module}\n\n| method | state |\n| --- | --- |");
        for (action, state) in methods {
            let _ = writeln!(page, "| {action} | {state} |");
        }
        page.push('\n');
    }
    page.push_str("## Tracking parameters\n\n| parameter | state |\n| --- | --- |\n");
    for row in rows(PARAMETERS) {
        let [name, state, reason] = row.as_slice() else { continue };
        let words = if reason.is_empty() { state.clone() } else { format!("{state}: {reason}") };
        let _ = writeln!(page, "| `{name}` | {words} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_the_one_that_the_declarations_make() {
        let made = document(&makoto_features::catalog().unwrap());
        let committed = include_str!("../../../../docs/compatibility.md");
        assert!(
            made == committed,
            "write docs/compatibility.md anew with: makoto compatibility > docs/compatibility.md"
        );
    }

    #[test]
    fn every_row_has_its_fields_and_stands_once() {
        let methods: Vec<Vec<String>> = rows(METHODS).collect();
        let names: std::collections::BTreeSet<&str> = methods.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names.len(), methods.len());
        assert!(methods.iter().all(|row| row.len() == 2 && row[0].contains('.')));
        assert!(
            rows(PARAMETERS).all(|row| row.len() == 3 && ["works", "differs", "ignored"].contains(&row[1].as_str()))
        );
    }
}
