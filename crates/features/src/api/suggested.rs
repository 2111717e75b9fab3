//! Values that the condition of a segment may have: those of the newest visits, the most frequent first.

use crate::{
    Services,
    live::record::{actions, counted, text},
    services::{bad, required},
};
use makoto_catalog::{Answer, Answered, ApiError, Asker, SegmentName};
use makoto_model::Params;

/// The newest visits whose values are looked at.
const VISITS_MAX: &str = "500";
/// Values that are suggested at most.
const VALUES_MAX: usize = 30;

/// Where the visits log has the values of a name, if not under the name itself: the kind of action and the field.
const OF_ACTIONS: &[(&str, &str, &str)] = &[
    ("pageUrl", "action", "url"),
    ("pageTitle", "action", "pageTitle"),
    ("actionUrl", "", "url"),
    ("downloadUrl", "download", "url"),
    ("outlinkUrl", "outlink", "url"),
    ("eventUrl", "event", "url"),
];

/// Answers `API.getSuggestedValuesForSegment`.
pub async fn suggested(services: &Services, params: &Params, asker: &dyn Asker) -> Result<Answered, ApiError> {
    let name = required(params, "segmentName")?;
    let dimensions = services.meta.catalog().dimensions();
    let known = dimensions.flat_map(|dimension| dimension.segments).any(|segment: &SegmentName| segment.name == name);
    let own = name.strip_prefix("dimension").is_some_and(|number| number.parse::<u32>().is_ok());
    if !known && !own {
        return Err(bad("segmentName", "write a name as API.getSegmentsMetadata lists it"));
    }
    let mut asked = Params::default();
    // Conditions are written in English.
    let fixed = [("language", "en"), ("period", "range"), ("date", "last60"), ("filter_limit", VISITS_MAX)];
    asked.push("idSite", params.get("idSite").unwrap_or(""));
    fixed.iter().for_each(|(name, value)| asked.push(name, value));
    let Answered::Plain(Answer::List(visits)) = asker.ask("Live.getLastVisitsDetails", asked).await? else {
        return Err(ApiError::Internal("the visits log is no list".to_owned()));
    };
    let found = match OF_ACTIONS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, field)) => {
            let meant = actions(&visits).filter(|action| kind.is_empty() || text(action, "type") == *kind);
            counted(meant.map(|action| text(action, field)))
        }
        None => counted(visits.iter().chain(actions(&visits)).map(|record| text(record, name))),
    };
    Ok(Answered::Plain(found.into_iter().take(VALUES_MAX).map(|(value, _)| value).collect()))
}
