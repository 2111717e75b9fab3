//! What a Matomo 5.2 reported for these referrers.

use referrer_data::{ParsedReferrer, engine_url, search, search_url, social, social_url};

fn parse(url: &str) -> ParsedReferrer<'_> {
    ParsedReferrer::parse(url).unwrap_or_else(|| panic!("{url} has a host"))
}

#[test]
fn search_engines() {
    let cases = [
        ("https://www.baidu.com/s?wd=%E4%BD%A0%E5%A5%BD", "Baidu", Some("你好"), "www.baidu.com"),
        ("https://www.bing.com/search?q=b+0", "Bing", Some("b 0"), "bing.com"),
        (
            "https://www.bing.com/search?q=matomo%20alternative&form=QBLH",
            "Bing",
            Some("matomo alternative"),
            "bing.com",
        ),
        ("https://cn.bing.com/search?q=x", "Bing", Some("x"), "bing.com"),
        ("https://search.brave.com/search?q=lion", "Brave", Some("lion"), "search.brave.com"),
        ("https://duckduckgo.com/", "DuckDuckGo", None, "duckduckgo.com"),
        ("https://duckduckgo.com/?q=privacy", "DuckDuckGo", Some("privacy"), "duckduckgo.com"),
        ("https://www.ecosia.org/search?q=trees", "Ecosia", Some("trees"), "ecosia.org"),
        ("https://www.facebook.com/", "Facebook", None, "www.facebook.com"),
        ("https://images.google.com/search?q=cat&tbm=isch", "Google Images", Some("cat"), "images.google.com"),
        ("https://www.google.com/", "Google", None, "google.com"),
        ("https://www.google.com/search?q=", "Google", None, "google.com"),
        ("https://www.google.com/url?sa=t&url=http%3A%2F%2Fexample.org", "Google", None, "google.com"),
        ("https://www.google.com/search?q=ad", "Google", Some("ad"), "google.com"),
        ("https://www.google.de/search?q=gr%C3%B6%C3%9Fe%20schuhe", "Google", Some("größe schuhe"), "google.com"),
        ("https://www.google.co.uk/search?q=WEB+Analytics", "Google", Some("web analytics"), "google.com"),
        ("https://www.google.com/search?q=web+analytics&hl=en", "Google", Some("web analytics"), "google.com"),
        ("https://www.qwant.com/?q=web+analytics", "Qwant", Some("web analytics"), "www.qwant.com"),
        ("https://www.startpage.com/", "StartPage", None, "startpage.com"),
        ("https://search.yahoo.com/search?p=red+shoes", "Yahoo!", Some("red shoes"), "search.yahoo.com"),
        ("https://yandex.ru/search/?text=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", "Yandex", Some("привет"), "yandex.ru"),
    ];
    for (url, engine, keyword, host) in cases {
        let hit = search(&parse(url)).unwrap_or_else(|| panic!("{url} is a search"));
        assert_eq!((hit.engine, hit.keyword.as_deref(), hit.logo_host), (engine, keyword, host), "{url}");
        assert_eq!(hit.url.strip_prefix("http://"), Some(host), "{url}");
        assert_eq!(engine_url(engine), Some(hit.url));
    }
}

#[test]
fn social_networks() {
    let cases = [
        ("https://l.facebook.com/l.php?u=x", "Facebook", "facebook.com"),
        ("https://m.facebook.com/groups/1", "Facebook", "facebook.com"),
        ("https://github.com/foo/bar", "GitHub", "github.com"),
        ("https://news.ycombinator.com/item?id=1", "Hacker News", "news.ycombinator.com"),
        ("https://www.instagram.com/", "Instagram", "instagram.com"),
        ("https://www.linkedin.com/feed/", "LinkedIn", "linkedin.com"),
        ("https://mastodon.social/@a", "Mastodon", "mastodon.social"),
        ("https://www.pinterest.com/pin/1", "Pinterest", "pinterest.com"),
        ("https://t.co/AbC123", "Twitter", "twitter.com"),
        ("https://twitter.com/x/status/1", "Twitter", "twitter.com"),
        ("https://www.youtube.com/watch?v=1", "YouTube", "youtube.com"),
        ("https://out.reddit.com/", "reddit", "reddit.com"),
        ("https://www.reddit.com/r/php/", "reddit", "reddit.com"),
    ];
    for (url, network, main) in cases {
        assert_eq!(search(&parse(url)), None, "{url}");
        assert_eq!(social(&parse(url)), Some(network), "{url}");
        assert_eq!(social_url(network), Some(main));
    }
}

#[test]
fn websites() {
    let cases = [
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("http://192.168.1.5/intranet", "192.168.1.5"),
        ("http://localhost/test", "localhost"),
        ("http://partner.com/a/b.html", "partner.com"),
        ("http://sub.example.org/x", "sub.example.org"),
        ("http://www.partner.com/a/b.html", "www.partner.com"),
        ("https://blog.example.net/post/1?utm=3", "blog.example.net"),
        ("https://chatgpt.com/", "chatgpt.com"),
        ("https://mail.google.com/mail/u/0", "mail.google.com"),
        ("https://search.example.com/?q=word", "search.example.com"),
        ("https://user:pw@secret.example.com:8080/p?q=1#frag", "secret.example.com"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
    ];
    for (url, host) in cases {
        let referrer = parse(url);
        assert_eq!((search(&referrer), social(&referrer)), (None, None), "{url}");
        assert_eq!(referrer.host, host);
    }
}

#[test]
fn plain_hosts_of_search_companies() {
    for url in [
        "https://html.duckduckgo.com/html/",
        "https://lite.duckduckgo.com/lite/",
        "https://maps.google.com/",
        "https://www.google.com/maps/place/x",
        "https://translate.google.com/",
        "https://r.search.yahoo.com/_ylt=abc/RU=https%3a%2f%2fexample.org/RK=2",
        "https://translate.yandex.ru/",
        "https://www.bing.com/maps",
        "https://www.googleadservices.com/pagead/aclk?sa=L",
    ] {
        assert_eq!(search(&parse(url)), None, "{url}");
    }
}

#[test]
fn nothing_to_classify() {
    assert_eq!(ParsedReferrer::parse("not a url"), None);
}

#[test]
fn addresses_of_searches() {
    let cases = [
        ("Bing", "matomo alternative", Some("http://bing.com/search?q=matomo+alternative")),
        ("Google Images", "cat", Some("http://images.google.com/images?q=cat")),
        ("Google", "größe schuhe", Some("http://google.com/search?q=gr%C3%B6%C3%9Fe+schuhe")),
        ("Brave", "lion", Some("http://search.brave.com/search?q=lion")),
        ("DuckDuckGo", "privacy", Some("http://duckduckgo.com/?q=privacy")),
        ("Yahoo!", "red shoes", Some("http://search.yahoo.com/search?p=red+shoes")),
        ("Ecosia", "trees", Some("http://ecosia.org/search?q=trees")),
        ("Yandex", "привет", Some("http://yandex.ru/yandsearch?text=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82")),
        ("Baidu", "你好", Some("http://www.baidu.com/s?wd=%E4%BD%A0%E5%A5%BD")),
        ("Qwant", "web analytics", None),
        ("No such engine", "x", None),
    ];
    for (engine, keyword, url) in cases {
        assert_eq!(search_url(engine, keyword).as_deref(), url, "{engine}");
    }
}
