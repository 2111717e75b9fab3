use super::{page, xml::clean};
use crate::Answered;
use makoto_model::Params;

/// One item per period, the latest first.
pub fn write(items: &[(String, Answered)], params: &Params) -> String {
    let site = clean(params.get("idSite").unwrap_or(""));
    let item = |(date, answered): &(String, Answered)| {
        let date = clean(date);
        let table = clean(&page::write(answered));
        format!(
            "<item><guid isPermaLink=\"false\">{site}-{date}</guid><title>Site {site} on {date}</title>\
             <description>{table}</description></item>\n"
        )
    };
    let items: String = items.iter().rev().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Statistics of site {site}\
         </title><link>.</link><description>One item per period</description>\n{items}</channel></rss>"
    )
}
