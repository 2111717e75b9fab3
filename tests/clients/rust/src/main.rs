//! Reads a site's reports through the crate matomo-rs and writes what it understood as JSON. `MATOMO_URL` and `MATOMO_TOKEN`
//! name the server and a token; the token goes as the first argument says, in the body or in a header.

use futures_util::StreamExt;
use matomo::{Auth, DateRange, Limit, MatomoClient, Period};
use serde_json::json;

const SITE: u32 = 1;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("MATOMO_TOKEN")?;
    let auth = match std::env::args().nth(1).as_deref() {
        Some("bearer") => Auth::bearer(token),
        _ => Auth::token(token),
    };
    let mut client = MatomoClient::builder().base_url(std::env::var("MATOMO_URL")?);
    // The crate knows headers with tokens only of servers from 5.4 on; the version that the server tells is lower.
    if matches!(auth, Auth::Bearer(_)) {
        client = client.skip_preflight();
    }
    let client = client.auth(auth).build()?;
    let period = Period::Range(DateRange::LastN(2));
    let summary = client.visits_summary().get(SITE, period, None).await?;
    let titles = client.actions().get_page_titles(SITE, period, None).await?;
    let kinds = client.referrers().get_referrer_type(SITE, period, None).await?;
    let mut visits = client.live().stream(SITE, period, Limit::count(1).ok_or("no page")?, None)?;
    let mut actions = Vec::new();
    while let Some(visit) = visits.next().await {
        actions.push(visit?.actions);
    }
    let said = json!({
        "version": client.api().version().await?,
        "visits": summary.nb_visits,
        "actions": summary.nb_actions,
        "titles": titles.iter().map(|page| page.label.trim()).collect::<Vec<_>>(),
        "referrer_types": kinds.len(),
        "actions_by_visit": actions,
    });
    println!("{said}");
    Ok(())
}
