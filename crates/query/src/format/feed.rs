use super::{page, xml::clean};
use crate::Answered;
use makoto_catalog::language::asked;
use makoto_model::Params;

/// One item per period, the latest first.
pub fn write(items: &[(String, Answered)], params: &Params) -> String {
    let site = clean(params.get("idSite").unwrap_or(""));
    let language = asked(params);
    let said = |text| clean(&language.of(text));
    let (of_site, statistics, about) = (said("Site"), said("Statistics of site"), said("One item per period"));
    let item = |(date, answered): &(String, Answered)| {
        let date = clean(date);
        let table = clean(&page::write(answered));
        format!(
            "<item><guid isPermaLink=\"false\">{site}-{date}</guid><title>{of_site} {site}, {date}</title>\
             <description>{table}</description></item>\n"
        )
    };
    let items: String = items.iter().rev().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{statistics} {site}\
         </title><link>.</link><description>{about}</description>\n{items}</channel></rss>"
    )
}
