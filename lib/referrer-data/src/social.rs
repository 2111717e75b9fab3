//! Social networks: the hosts that count as each, short links and mobile hosts among them.

use crate::{ParsedReferrer, hosts};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Name of a network and its hosts, the main one first. Sub-domains count as
/// well; a path limits a host to URLs that begin with it.
const NETWORKS: &[(&str, &str)] = &[
    ("43things", "43things.com"),
    ("Academia.edu", "academia.edu"),
    ("Ameba", "ameba.jp ameblo.jp"),
    ("AngelList", "angel.co wellfound.com"),
    ("Badoo", "badoo.com"),
    ("Baidu Tieba", "tieba.baidu.com"),
    ("Bebo", "bebo.com"),
    ("Behance", "behance.net"),
    ("BeReal", "bereal.com bere.al"),
    ("Bilibili", "bilibili.com b23.tv"),
    ("BlackPlanet", "blackplanet.com"),
    ("Bluesky", "bsky.app bsky.social go.bsky.app"),
    ("Buzznet", "buzznet.com"),
    ("CafeMom", "cafemom.com"),
    ("Classmates.com", "classmates.com"),
    ("Cloob", "cloob.com"),
    ("Cyworld", "cyworld.com"),
    ("DeviantArt", "deviantart.com fav.me"),
    ("Diaspora*", "diasporafoundation.org joindiaspora.com diasp.org pod.geraspora.de"),
    ("Digg", "digg.com"),
    ("Discord", "discord.com discordapp.com discord.gg"),
    ("Disqus", "disqus.com disq.us"),
    ("Douban", "douban.com"),
    ("Douyin", "douyin.com iesdouyin.com"),
    ("Draugiem.lv", "draugiem.lv"),
    ("Dribbble", "dribbble.com"),
    ("Ello", "ello.co"),
    (
        "Facebook",
        "facebook.com fb.me fb.com m.me fb.watch \
         facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion",
    ),
    ("Fetlife", "fetlife.com"),
    ("Flickr", "flickr.com flic.kr"),
    ("Flixster", "flixster.com"),
    ("Fotolog", "fotolog.com"),
    ("Foursquare", "foursquare.com 4sq.com swarmapp.com"),
    ("Friends Reunited", "friendsreunited.com"),
    ("Friendster", "friendster.com"),
    ("Gab", "gab.com gab.ai"),
    ("gaiaonline.com", "gaiaonline.com"),
    ("Geni", "geni.com"),
    ("Gettr", "gettr.com"),
    ("GitHub", "github.com"),
    ("Goodreads", "goodreads.com"),
    ("Google+", "plus.google.com url.google.com plus.url.google.com"),
    ("Habbo", "habbo.com habbo.de habbo.fr habbo.es habbo.it habbo.nl habbo.fi habbo.com.br"),
    ("Hacker News", "news.ycombinator.com"),
    ("Hatena Bookmark", "b.hatena.ne.jp"),
    ("hi5", "hi5.com"),
    ("Hyves", "hyves.nl hyves.net"),
    ("identi.ca", "identi.ca"),
    ("Instagram", "instagram.com instagr.am ig.me"),
    ("Instapaper", "instapaper.com"),
    ("Kakao", "kakao.com pf.kakao.com story.kakao.com"),
    ("Kuaishou", "kuaishou.com"),
    ("last.fm", "last.fm lastfm.de lastfm.fr lastfm.es lastfm.ru lastfm.it lastfm.pl lastfm.com.br"),
    ("Lemmy", "lemmy.world lemmy.ml lemm.ee feddit.org beehaw.org sh.itjust.works"),
    ("Likee", "likee.video likee.com"),
    ("LINE", "line.me lin.ee"),
    ("LinkedIn", "linkedin.com lnkd.in"),
    ("LiveJournal", "livejournal.com livejournal.ru"),
    ("Lobsters", "lobste.rs"),
    (
        "Mastodon",
        "mastodon.social mastodon.online mastodon.cloud mastodon.technology mastodon.xyz mastodon.art \
         mastodon.world mastodon.uno mastodon.green mastodon.ie mastodon.scot mastodon.nl mastodon.nu \
         mastodon.au mastodon.sdf.org mastodonapp.uk mastodontech.de joinmastodon.org mstdn.social mstdn.jp \
         mstdn.ca mstdn.party mas.to fosstodon.org hachyderm.io chaos.social infosec.exchange techhub.social \
         pawoo.net troet.cafe social.vivaldi.net norden.social ruhr.social hessen.social det.social piaille.fr \
         mamot.fr framapiaf.org aus.social universeodon.com c.im toot.community social.tchncs.de \
         indieweb.social ohai.social sigmoid.social qoto.org scholar.social octodon.social \
         mathstodon.xyz climatejustice.social newsie.social nrw.social social.coop dju.social \
         journa.host ioc.exchange home.social botsin.space social.linux.pizza wandering.shop \
         phpc.social ruby.social functional.cafe fedi.at toot.cafe tooting.ch masto.ai masto.es \
         mastodon.com.tr mastodon.zaclys.com kolektiva.social mindly.social urbanists.social",
    ),
    ("Meetup", "meetup.com"),
    ("MEINVZ", "meinvz.net"),
    ("Mixi", "mixi.jp"),
    ("Moi Mir", "my.mail.ru"),
    ("Multiply", "multiply.com"),
    ("my.opera.com", "my.opera.com"),
    ("MyHeritage", "myheritage.com myheritage.de myheritage.fr myheritage.es myheritage.nl myheritage.no"),
    ("MyLife", "mylife.com mylife.ru"),
    ("Myspace", "myspace.com"),
    ("myYearbook", "myyearbook.com"),
    ("Nasza-klasa.pl", "nk.pl nasza-klasa.pl"),
    ("Netlog", "netlog.com"),
    ("Nextdoor", "nextdoor.com nextdoor.de nextdoor.co.uk nextdoor.fr nextdoor.nl nextdoor.es nextdoor.it"),
    ("Niconico", "nicovideo.jp nico.ms"),
    ("Odnoklassniki", "odnoklassniki.ru ok.ru"),
    ("Orkut", "orkut.com"),
    ("Parler", "parler.com"),
    ("Pikabu", "pikabu.ru"),
    (
        "Pinterest",
        "pinterest.com pinterest.ca pinterest.ch pinterest.co.uk pinterest.co.kr pinterest.co.nz \
         pinterest.com.au pinterest.com.mx pinterest.cl pinterest.de pinterest.dk pinterest.es pinterest.fr \
         pinterest.at pinterest.ie pinterest.it pinterest.jp pinterest.nz pinterest.ph pinterest.pt pinterest.ru \
         pinterest.se pinterest.be pinterest.nl pinterest.pl pinterest.no pinterest.fi pinterest.in pinterest.id pin.it",
    ),
    ("Pixelfed", "pixelfed.social pixelfed.de pixel.tchncs.de"),
    ("Pixiv", "pixiv.net"),
    ("Plaxo", "plaxo.com"),
    ("Plurk", "plurk.com"),
    ("Pocket", "getpocket.com"),
    ("Product Hunt", "producthunt.com"),
    ("Qzone", "qzone.qq.com user.qzone.qq.com"),
    ("Quora", "quora.com qr.ae"),
    ("Ravelry", "ravelry.com"),
    ("reddit", "reddit.com np.reddit.com redd.it reddit.app.link"),
    ("Renren", "renren.com"),
    ("ResearchGate", "researchgate.net"),
    ("Rumble", "rumble.com"),
    ("ShareChat", "sharechat.com"),
    ("Skyrock", "skyrock.com"),
    ("Slashdot", "slashdot.org"),
    ("Snapchat", "snapchat.com snap.com"),
    ("Sonico.com", "sonico.com"),
    ("SoundCloud", "soundcloud.com snd.sc on.soundcloud.com"),
    ("SourceForge", "sourceforge.net"),
    ("StackOverflow", "stackoverflow.com"),
    ("StudiVZ", "studivz.net"),
    ("StumbleUpon", "stumbleupon.com su.pr mix.com"),
    ("Tagged", "tagged.com login.tagged.com"),
    ("Taringa!", "taringa.net"),
    ("Telegram", "telegram.org telegram.me t.me web.telegram.org org.telegram.messenger"),
    ("Threads", "threads.net threads.com l.threads.net"),
    ("TikTok", "tiktok.com vm.tiktok.com tiktokv.com"),
    ("Truth Social", "truthsocial.com"),
    ("Tuenti", "tuenti.com"),
    ("tumblr", "tumblr.com tmblr.co t.umblr.com"),
    ("Twitch", "twitch.tv"),
    ("Twitter", "twitter.com t.co x.com com.twitter.android"),
    ("Viadeo", "viadeo.com viadeo.journaldunet.com"),
    ("Viber", "viber.com"),
    ("Vimeo", "vimeo.com"),
    ("Vkontakte", "vk.com vkontakte.ru vk.cc vk.ru away.vk.com com.vkontakte.android"),
    ("wayn.com", "wayn.com"),
    ("WeChat", "wechat.com weixin.qq.com mp.weixin.qq.com"),
    ("WeeWorld", "weeworld.com"),
    ("Weibo", "weibo.com weibo.cn t.cn"),
    ("WhatsApp", "whatsapp.com wa.me com.whatsapp"),
    ("Windows Live Spaces", "login.live.com spaces.live.com"),
    ("XANGA", "xanga.com"),
    ("Xiaohongshu", "xiaohongshu.com xhslink.com"),
    ("XING", "xing.com xing.to"),
    ("Yammer", "yammer.com engage.cloud.microsoft"),
    ("YouTube", "youtube.com youtu.be youtube-nocookie.com"),
    ("Zalo", "zalo.me"),
    ("Zhihu", "zhihu.com"),
    ("Zoo.gr", "zoo.gr"),
];

/// Names found by host or by host and path.
pub(crate) struct Places {
    by_host: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
    main: HashMap<&'static str, &'static str>,
}

impl Places {
    pub(crate) fn new(table: &[(&'static str, &'static str)]) -> Self {
        let mut places = Self { by_host: HashMap::new(), main: HashMap::new() };
        for (name, entries) in table {
            for entry in entries.split_ascii_whitespace() {
                let (host, path) = entry.find('/').map_or((entry, ""), |at| entry.split_at(at));
                places.main.entry(name).or_insert(host);
                places.by_host.entry(host).or_default().push((path, name));
            }
        }
        places
    }

    /// The name for the longest domain of the host that is known at this path.
    pub(crate) fn find(&self, referrer: &ParsedReferrer<'_>) -> Option<&'static str> {
        hosts::domains(&referrer.host).find_map(|domain| {
            let rows = self.by_host.get(domain)?.iter();
            rows.filter(|(path, _)| referrer.path.starts_with(path))
                .max_by_key(|(path, _)| path.len())
                .map(|(_, name)| *name)
        })
    }

    /// Main host of `name`.
    pub(crate) fn main(&self, name: &str) -> Option<&'static str> {
        self.main.get(name).copied()
    }
}

static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new(NETWORKS));

/// The social network that `referrer` comes from.
pub fn social(referrer: &ParsedReferrer<'_>) -> Option<&'static str> {
    PLACES.find(referrer)
}

/// Main host of the network called `name`; its logo is named after it too.
pub fn social_url(name: &str) -> Option<&'static str> {
    PLACES.main(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Option<&'static str> {
        social(&ParsedReferrer::parse(url).unwrap())
    }

    #[test]
    fn counts_short_links_and_mobile_hosts() {
        assert_eq!(of("https://lnkd.in/x"), Some("LinkedIn"));
        assert_eq!(of("https://l.instagram.com/?u=x"), Some("Instagram"));
        assert_eq!(of("https://youtu.be/x"), Some("YouTube"));
        assert_eq!(of("https://m.vk.com/"), Some("Vkontakte"));
        assert_eq!(of("https://old.reddit.com/r/a"), Some("reddit"));
    }

    #[test]
    fn needs_a_whole_domain() {
        assert_eq!(of("https://netflix.com/"), None);
        assert_eq!(of("https://notgithub.com/"), None);
        assert_eq!(of("https://github.com.example.org/"), None);
    }

    #[test]
    fn every_network_has_one_place_of_its_own() {
        assert!(NETWORKS.len() >= 90);
        for (name, entries) in NETWORKS {
            for entry in entries.split_ascii_whitespace() {
                assert_eq!(of(&format!("https://{entry}/x")), Some(*name), "{entry}");
            }
        }
        assert_eq!(social_url("Twitter"), Some("twitter.com"));
        assert_eq!(social_url("nothing"), None);
    }
}
