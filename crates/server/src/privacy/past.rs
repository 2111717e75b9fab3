//! Keeping less of visits that are stored: which column loses what, and the change of their rows.

use super::{erase::Stores, rules};
use crate::commands::Failure;
use makoto_catalog::{
    Catalog, Stored, Table,
    columns::{REFERRER_URLS, URLS, USERS, VISITORS, dictionary_number},
};
use makoto_engine::{Change, Chosen, StoredText};
use makoto_features::{core_home::address_order, privacy_manager::work::Masks};
use makoto_model::{Day, Place, SiteId, TrackedUrl, VisitorId};
use makoto_tracking::{
    IpMask, LanguageDetail, PlaceDetail, Privacy, ReferrerDetail, ResolutionDetail, Salts, TextMask, user_visitor,
};
use std::{collections::BTreeMap, net::IpAddr};

/// What masks do to the values of a site's visits.
pub struct Rules<'a> {
    pub masks: &'a Masks,
    pub privacy: Privacy,
    pub salts: Salts,
}

/// What happens to a column's texts; `None` for a text that is not kept at all.
type Mask = fn(&Rules, &str) -> Option<String>;

impl<'a> Rules<'a> {
    /// The masks with a site's own lists of parameters and patterns. What is asked for by hand goes further than the
    /// settings do: every pattern counts.
    pub fn new(masks: &'a Masks, of_site: &Privacy, salts: Salts) -> Rules<'a> {
        // A site that masks no parameters of new hits has no list of its own for old ones.
        let parameters = match of_site.texts.parameters.is_empty() {
            true => (makoto_features::privacy_manager::settings::PARAMETERS.default)(),
            false => of_site.texts.parameters.clone(),
        };
        let texts = match masks.texts {
            true => TextMask { parameters, emails: true, cards: true, tokens: true },
            false => TextMask::default(),
        };
        let privacy = Privacy {
            ip_mask: IpMask { bytes: masks.address_bytes },
            referrer: rules::referrer(&masks.referrer),
            resolution: rules::resolution(&masks.resolution),
            language: rules::language(&masks.language),
            place: rules::place(&masks.location),
            texts,
            ..Privacy::default()
        };
        Rules { masks, privacy, salts }
    }

    /// What is done to a column, if anything.
    fn mask(&self, column: &str, dictionary: &str) -> Option<Mask> {
        let Privacy { referrer, resolution, language, place, texts, ip_mask, .. } = &self.privacy;
        let mask: (bool, Mask) = match (column, dictionary) {
            ("address", _) => (ip_mask.bytes > 0, |rules, text| {
                let address: IpAddr = text.parse().ok()?;
                Some(rules.privacy.ip_mask.apply(address).to_string())
            }),
            ("user_id", _) => (self.masks.users, |rules, text| Some(rules.salts.user(text))),
            ("order_id", _) => (self.masks.orders, |rules, text| Some(rules.salts.order(text))),
            ("referrer_url", _) | (_, REFERRER_URLS) => {
                (*referrer != ReferrerDetail::Whole || !texts.is_off(), |rules, text| {
                    let kept = rules.privacy.referrer.url(text)?;
                    Some(rules.privacy.texts.url(&kept).into_owned())
                })
            }
            ("referrer_keyword", _) if *referrer != ReferrerDetail::Whole => (true, |_, _| None),
            ("resolution", _) => (*resolution != ResolutionDetail::Exact, |rules, text| {
                Some(rules.privacy.resolution.apply(text)).filter(|text| !text.is_empty())
            }),
            ("language", _) => (*language != LanguageDetail::Exact, |rules, text| {
                Some(rules.privacy.language.apply(text).to_owned()).filter(|text| !text.is_empty())
            }),
            ("country", _) => {
                (*place == PlaceDetail::Nothing, |_, _| Some(PlaceDetail::Nothing.apply(Place::default()).country))
            }
            ("region", _) => (matches!(place, PlaceDetail::Country | PlaceDetail::Nothing), |_, _| None),
            ("city", _) => (*place != PlaceDetail::City, |_, _| None),
            (_, VISITORS | USERS | "address") => return None,
            (_, URLS) => (!texts.is_off(), |rules, text| Some(rules.privacy.texts.url(text).into_owned())),
            // Contents and products may be addresses as well.
            _ => (!texts.is_off(), |rules, text| {
                let texts = &rules.privacy.texts;
                let kept = if text.contains("://") { texts.url(text) } else { texts.text(text) };
                Some(kept.into_owned())
            }),
        };
        mask.0.then_some(mask.1)
    }
}

/// Rows by table, and the days on which they show.
pub type Masked = (Vec<(String, u64)>, Vec<(SiteId, Day)>);

fn whole(text: &StoredText) -> String {
    TrackedUrl::join_parts(text.prefix, &text.text)
}

impl Stores<'_> {
    /// Changes the rows of these visits in every table; rows by table, and the days on which they show.
    pub fn mask(&mut self, catalog: &Catalog, rules: &Rules, chosen: &Chosen) -> Result<Masked, Failure> {
        let (mut rows, mut days) = (Vec::new(), Vec::new());
        for table in Table::ALL {
            let changes = self.changes(catalog, rules, table, chosen)?;
            let (count, of_table) = self.engine.remap(table, chosen, &changes)?;
            rows.push((table.name().to_owned(), count));
            days.extend(of_table);
        }
        self.fold.forget_persons(&makoto_tracking::Forget::default())?;
        Ok((rows, days))
    }

    fn changes(
        &mut self,
        catalog: &Catalog,
        rules: &Rules,
        table: Table,
        chosen: &Chosen,
    ) -> Result<Vec<Change>, Failure> {
        let unset = match table {
            Table::Visit => rules.masks.visit_columns.as_slice(),
            Table::Action => rules.masks.action_columns.as_slice(),
            _ => &[],
        };
        let mut changes = Vec::new();
        for column in catalog.columns(table) {
            if unset.iter().any(|name| name == column.name) {
                changes.push(Change::Nothing { column: column.name });
                continue;
            }
            let coordinates = ["latitude", "longitude"].contains(&column.name);
            if coordinates && rules.privacy.place != PlaceDetail::City {
                changes.push(Change::Nothing { column: column.name });
            }
            let Stored::Text(dictionary) = column.stored else { continue };
            let Some(mask) = rules.mask(column.name, dictionary) else { continue };
            let texts = self.engine.texts_in(table, column.name, chosen)?;
            let masked: Vec<(u32, Option<String>)> = texts
                .iter()
                .map(|text| (text.id, whole(text)))
                .map(|(id, old)| (id, mask(rules, &old), old))
                .filter(|(_, new, old)| new.as_ref() != Some(old))
                .map(|(id, new, _)| (id, new))
                .collect();
            if masked.is_empty() {
                continue;
            }
            if column.name == "address" && catalog.columns(table).iter().any(|known| known.name == "address_order") {
                let order = |text: &Option<String>| text.as_ref()?.parse().ok().map(address_order);
                let map = masked.iter().map(|(id, text)| (*id, order(text))).collect();
                changes.push(Change::NumbersByText { column: "address_order", by: "address", map });
            }
            changes.push(Change::Texts { column: column.name, map: self.numbered(dictionary, masked)? });
        }
        Ok(changes)
    }

    /// Texts as numbers of their dictionary; new ones reach the engine before this returns.
    fn numbered(
        &mut self,
        dictionary: &str,
        masked: Vec<(u32, Option<String>)>,
    ) -> Result<BTreeMap<u32, Option<u32>>, Failure> {
        let number = dictionary_number(dictionary).unwrap_or_default();
        let texts: Vec<(u8, String)> = masked.iter().filter_map(|(_, text)| Some((number, text.clone()?))).collect();
        let (numbers, delta) = self.fold.introduce(&texts)?;
        if let Some(delta) = delta {
            self.engine.apply(&[delta])?;
        }
        let mut numbers = numbers.into_iter();
        Ok(masked.into_iter().map(|(id, text)| (id, text.and_then(|_| numbers.next()))).collect())
    }

    /// Gives visitors whose ids follow from user ids ids that follow from the pseudonyms, where all their visits are
    /// among those chosen.
    pub fn rename_users(&mut self, rules: &Rules, chosen: &Chosen) -> Result<(), Failure> {
        let users = self.engine.texts_in(Table::Visit, "user_id", chosen)?;
        let by_id: BTreeMap<String, VisitorId> = users
            .iter()
            .map(|user| (user_visitor(&user.text).to_string(), user_visitor(&rules.salts.user(&user.text))))
            .filter(|(old, new)| *old != new.to_string())
            .collect();
        let visitors = self.engine.texts_in(Table::Visit, "visitor", chosen)?;
        let mut names: BTreeMap<u32, VisitorId> =
            visitors.iter().filter_map(|visitor| Some((visitor.id, *by_id.get(&visitor.text)?))).collect();
        let elsewhere = self.engine.visits_left(&names.keys().copied().collect(), chosen)?;
        names.retain(|number, _| !elsewhere.iter().any(|visit| visit.visitor == *number));
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<(u32, VisitorId)> = names.into_iter().collect();
        self.fold.rename_visitors(&names)?;
        let texts: Vec<(u32, String)> = names.iter().map(|(number, id)| (*number, id.to_string())).collect();
        let number = dictionary_number(VISITORS).unwrap_or_default();
        Ok(self.engine.rename_texts(number, &texts)?)
    }
}

/// Columns that may be emptied without making a row meaningless.
pub fn columns_to_unset(catalog: &Catalog, table: Table) -> Vec<&'static str> {
    let captured = catalog.captured(table).iter().map(|dimension| dimension.column);
    let own: &[&str] = match table {
        Table::Visit => &["referrer_name", "referrer_keyword", "referrer_url"],
        _ => &[],
    };
    let kept = ["address", "address_order", "config_id", "order_id"];
    own.iter().copied().chain(captured).filter(|column| !kept.contains(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::Privacy as Class;

    #[test]
    fn every_personal_column_loses_what_it_says_of_a_person() {
        let catalog = makoto_features::catalog().unwrap();
        let masks = Masks {
            address_bytes: 4,
            users: true,
            orders: true,
            texts: true,
            referrer: "exclude_all".into(),
            resolution: "none".into(),
            language: "none".into(),
            location: "none".into(),
            ..Masks::default()
        };
        let rules = Rules::new(&masks, &Privacy::default(), Salts::new([1; 32]));
        for dimension in catalog.dimensions().filter(|dimension| dimension.privacy != Class::Anonymous) {
            let columns = catalog.columns(makoto_catalog::table(dimension.scope));
            let column = columns.iter().find(|column| column.name == dimension.column);
            let column = column.unwrap_or_else(|| panic!("{} is stored nowhere", dimension.id));
            let follows = ["visit_id", "visitor", "config_id", "address_order", "latitude", "longitude"];
            let masked = match column.stored {
                Stored::Text(dictionary) => rules.mask(column.name, dictionary).is_some(),
                Stored::Int | Stored::Float => false,
            };
            assert!(masked || follows.contains(&column.name), "{} stays as it is", dimension.id);
        }
    }
}
