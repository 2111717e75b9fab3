//! Hosts known for faked referrers that only want to be seen in statistics.

use crate::hosts;
use std::collections::HashSet;
use std::sync::LazyLock;

const SPAM: &str = "\
    100dollars-seo.com 4webmasters.org 7makemoneyonline.com anticrawler.org \
    backgroundpictures.net baixar-musicas-gratis.com best-seo-offer.com best-seo-report.com \
    best-seo-solution.com best-seo-software.xyz bestwebsitesawards.com blackhatworth.com bluerobot.info \
    brakehawk.com buttons-for-website.com buttons-for-your-website.com buy-cheap-online.info \
    cenokos.ru cenoval.ru chinese-amezon.com cityadspix.com copyrightclaims.org darodar.com \
    descargar-musica-gratis.net domination.ml e-buyeasy.com econom.co erot.co event-tracking.com \
    fbdownloader.com feedouble.com fix-website-errors.com floating-share-buttons.com free-fb-traffic.com \
    free-floating-buttons.com free-share-buttons.com free-social-buttons.com free-traffic.xyz \
    get-free-social-traffic.com get-free-traffic-now.com get-your-social-buttons.info gobongo.info \
    googlsucks.com guardlink.org howtostopreferralspam.eu hulfingtonpost.com humanorightswatch.org \
    hundejo.com ilovevitaly.co ilovevitaly.com ilovevitaly.ru iskalko.ru justprofit.xyz kabbalah-red-bracelets.com \
    kambasoft.com lomb.co lombia.co luxup.ru makemoneyonline.com masterseek.com o-o-11-o-o.com o-o-6-o-o.com \
    o-o-6-o-o.ru o-o-8-o-o.com o-o-8-o-o.ru ranksonic.info ranksonic.org rank-checker.online \
    pornhub-forum.ga pricheski-video.com prlog.ru priceg.com prodvigator.ua \
    savetubevideo.com sanjosestartups.com screentoolkit.com semalt.com semaltmedia.com \
    seo-platform.com seoanalyses.com share-buttons.xyz sharebutton.net sharebutton.to simple-share-buttons.com \
    site-auditor.online sitevaluation.org smailik.org social-buttons.com social-widget.xyz \
    soundfrost.org success-seo.com superiends.org top1-seo-service.com traffic-cash.xyz traffic2cash.xyz \
    traffic2money.com trafficbot.life trafficbot.live trafficmonetize.org trafficmonetizer.org vapmedia.org \
    video--production.com videos-for-your-business.com vodkoved.ru webmaster-traffic.com webmonetizer.net \
    website-analyzer.info websites-reviews.com youporn-forum.ga";

static HOSTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SPAM.split_ascii_whitespace().collect());

/// Whether `host` (lower case, no port) or a domain above it is known for referrer spam.
pub fn is_spam(host: &str) -> bool {
    hosts::domains(host).any(|domain| HOSTS.contains(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_spam_and_its_sub_domains() {
        assert!(HOSTS.len() >= 100);
        assert!(is_spam("semalt.com"));
        assert!(is_spam("site3.free-share-buttons.com"));
        assert!(!is_spam("notsemalt.com"));
        assert!(!is_spam("com"));
        assert!(!is_spam(""));
        assert!(HOSTS.len() >= 30);
    }
}
