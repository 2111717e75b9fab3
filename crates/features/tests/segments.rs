//! Every name of the segment language of Matomo 5 can be asked for, in lists as in conditions.

use makoto_catalog::SegmentName;
use makoto_features::catalog;
use std::collections::BTreeSet;

const NAMES: &str = "\
    actions daysSinceFirstVisit daysSinceLastEcommerceOrder daysSinceLastVisit events visitLocalMinute \
    interactions searches visitCount secondsSinceFirstVisit secondsSinceLastEcommerceOrder \
    secondsSinceLastVisit visitDuration visitIp browserName browserCode browserEngine browserVersion \
    deviceBrand deviceModel deviceType fingerprint visitLocalHour operatingSystemName \
    operatingSystemCode operatingSystemVersion profilable resolution visitStartServerHour \
    visitServerHour visitEndServerDate visitEndServerDayOfMonth visitEndServerDayOfWeek \
    visitEndServerDayOfYear visitStartServerMinute visitEndServerMinute visitEndServerMonth \
    visitEndServerQuarter visitEndServerSecond visitEndServerWeekOfYear visitEndServerYear userId \
    visitEcommerceStatus visitId visitConvertedGoalId visitConvertedGoalName visitConverted visitorType \
    visitorId city continentCode countryName countryCode languageCode latitude longitude regionCode \
    actionType actionUrl siteSearchCategory outlinkUrl contentInteraction contentName contentPiece \
    contentTarget downloadUrl entryPageUrl entryPageTitle exitPageTitle exitPageUrl siteSearchKeyword \
    siteSearchCount pageTitle pageUrl actionServerHour actionServerMinute eventValue eventAction \
    eventCategory eventName eventUrl referrerType referrerKeyword referrerName referrerUrl orderId \
    revenueOrder productPrice revenueAbandonedCart productViewPrice productCategory productName \
    productSku productViewCategory productViewName productViewSku clientType";

#[test]
fn every_name_of_matomo_exists_once() {
    let catalog = catalog().unwrap();
    let known: Vec<&SegmentName> = catalog.dimensions().flat_map(|dimension| dimension.segments).collect();
    let names: BTreeSet<&str> = known.iter().map(|segment| segment.name).collect();
    assert_eq!(names.len(), known.len());
    let missing: Vec<&str> = NAMES.split_ascii_whitespace().filter(|name| !names.contains(name)).collect();
    assert!(missing.is_empty(), "missing {missing:?}");
    assert_eq!(NAMES.split_ascii_whitespace().count(), 97);
}
