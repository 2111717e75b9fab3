//! Large engines and those of Asia, the Americas and Africa.

use super::{Engine, engine};

pub(super) const ENGINES: &[Engine] = &[
    engine(
        "Bing",
        "bing.com {}.bing.com msnbc.msn.com dizionario.it.msn.com {}.search.msn.com \
         cc.bingj.com msn.com/results.aspx search.msn.com search.live.com search.msn.{} \
         live.com",
        "q Q",
        "search?q={k}",
    )
    .hides("/ /search"),
    engine("Bing Images", "bing.com/images/search {}.bing.com/images/search", "q Q", "images/search?q={k}")
        .hides("/images/search"),
    engine(
        "Yahoo!",
        "search.yahoo.com {}.search.yahoo.com *.search.yahoo.com {}.yahoo.com yahoo.com \
         search.yahoo.{}",
        "p q",
        "search?p={k}",
    )
    .hides("/ /search"),
    engine(
        "Yahoo! Images",
        "images.search.yahoo.com {}.images.search.yahoo.com *.images.search.yahoo.com \
         images.yahoo.com {}.images.yahoo.com image.yahoo.cn",
        "p q",
        "search/images?p={k}",
    )
    .hides("/ /search/images"),
    engine("Yahoo! Directory", "dir.yahoo.com", "q", "search?p={k}"),
    engine("Yahoo! Japan", "search.yahoo.co.jp m.search.yahoo.co.jp", "p va", "search?p={k}")
        .charset("euc-jp")
        .hides("/ /search"),
    engine("Yahoo! Japan Images", "image.search.yahoo.co.jp image-search.yahoo.co.jp", "p", "search?p={k}"),
    engine("Yahoo! Kids", "kids.yahoo.com", "p", ""),
    engine(
        "DuckDuckGo",
        "duckduckgo.com safe.duckduckgo.com noai.duckduckgo.com start.duckduckgo.com \
         com.duckduckgo.mobile.android",
        "q",
        "?q={k}",
    )
    .origin(),
    engine(
        "Baidu",
        "=www.baidu.com www1.baidu.com baidu.com m.baidu.com zhidao.baidu.com news.baidu.com \
         web.gougou.com",
        "wd word kw k",
        "s?wd={k}",
    )
    .charset("gb2312")
    .hides("/ /s /link /from"),
    engine("Baidu Images", "image.baidu.com", "word wd", "search/index?tn=baiduimage&word={k}")
        .charset("gb2312")
        .origin(),
    engine(
        "Yandex",
        "yandex.ru yandex.com yandex.{} yandex.com.tr ya.ru m.ya.ru xmlsearch.yandex.ru",
        "text",
        "yandsearch?text={k}",
    )
    .charset("windows-1251")
    .hides("/ /search /search/ /yandsearch /touchsearch /clck/jsredir"),
    engine(
        "Yandex Images",
        "images.yandex.ru images.yandex.{} images.yandex.com yandex.ru/images \
         yandex.{}/images yandex.com/images",
        "text",
        "yandsearch?text={k}",
    )
    .charset("windows-1251")
    .hides("/ /images /images/ /images/search"),
    engine("Yandex Video", "video.yandex.ru yandex.ru/video yandex.com/video yandex.{}/video", "text", "")
        .charset("windows-1251"),
    engine("Ecosia", "ecosia.org search.ecosia.org ecosia.com", "q", "search?q={k}").hides("/ /search"),
    engine("Qwant", "=www.qwant.com qwant.com lite.qwant.com classic.qwant.com qwantjunior.com", "q", "").origin(),
    engine("Brave", "search.brave.com", "q", "search?q={k}").hides("/ /search"),
    engine(
        "StartPage",
        "startpage.com *.startpage.com startingpage.com *.startingpage.com",
        "query q keyword",
        "do/search?q={k}",
    )
    .hides("/ /do/search /sp/search /do/dsearch /do/metasearch.pl"),
    engine("Facebook", "=www.facebook.com", "q", "search/?q={k}").origin(),
    engine("Mojeek", "=www.mojeek.com mojeek.com mojeek.co.uk mojeek.de mojeek.fr", "q", "search?q={k}").origin(),
    engine("Swisscows", "swisscows.com swisscows.ch", "query", "web?query={k}").origin(),
    engine("Kagi", "kagi.com", "q", "search?q={k}").origin(),
    engine("Neeva", "neeva.com", "q", "search?q={k}").origin(),
    engine("You.com", "you.com/search", "q", "search?q={k}"),
    engine("Presearch", "presearch.com presearch.org engine.presearch.org", "q", "search?q={k}").origin(),
    engine("Yep", "yep.com", "q", "web?q={k}").origin(),
    engine("Marginalia", "search.marginalia.nu marginalia-search.com", "query", "search?query={k}").origin(),
    engine("Stract", "stract.com", "q", "search?q={k}").origin(),
    engine("Wiby", "wiby.me wiby.org", "q", "?q={k}").origin(),
    engine("Right Dao", "rightdao.com", "q", "search?q={k}").origin(),
    engine("Petal Search", "petalsearch.com", "query q", "search?query={k}").origin(),
    engine("Gibiru", "gibiru.com", "q", "results.html?q={k}").origin(),
    engine("Infinity Search", "infinitysearch.co", "q", "results?q={k}").origin(),
    engine("Peekier", "peekier.com", "q", "#!{k}").origin(),
    engine("OneSearch", "onesearch.com", "p", "yhs/search?p={k}").origin(),
    engine("Private.sh", "private.sh", "q", ""),
    engine("Oscobo", "oscobo.com", "q", "search.php?q={k}").origin(),
    engine("SearchEncrypt", "searchencrypt.com", "q eq", "search?q={k}").origin(),
    engine("Search Lock", "searchlock.com results.searchlock.com", "q", "search/?q={k}"),
    engine("Disconnect", "search.disconnect.me", "query q", "searchTerms/search?query={k}").origin(),
    engine(
        "Ask",
        "ask.com {}.ask.com search.ask.com web.ask.com int.ask.com mws.ask.com images.ask.com \
         askkids.com ask.reference.com iwon.ask.com ask.{} de.ask.com qbyrd.com \
         search-results.com int.search-results.com nortonsafe.search.ask.com \
         avira.search.ask.com avira-int.ask.com searchqu.com search.tb.ask.com",
        "ask q searchfor",
        "web?q={k}",
    )
    .origin(),
    engine(
        "AOL",
        "search.aol.com search.aol.{} aolsearch.aol.com search.aol.co.uk recherche.aol.fr \
         aim.search.aol.com www3.search.aol.com wow.search.aol.com m.search.aol.com \
         search.hp.my.aol.com search.lexmark.aol.com aolsearch.com sucheaol.aol.de \
         suche.aol.de suche.aolsvc.de",
        "q query",
        "aol/search?q={k}",
    )
    .hides("/ /aol/search"),
    engine("AltaVista", "altavista.com *.altavista.com altavista.{}", "q", "web/results?q={k}"),
    engine("AllTheWeb", "alltheweb.com", "q", "search?q={k}"),
    engine("Alexa", "alexa.com search.toolbars.alexa.com", "q", "search?q={k}"),
    engine("About", "search.about.com", "terms", "?q={k}"),
    engine(
        "Excite",
        "search.excite.com search.excite.{} excite.com msxml.excite.com excite.{}",
        "q search",
        "results?q={k}",
    ),
    engine("Lycos", "search.lycos.com lycos.com search.lycos.{} lycos.{} {}.lycos.com", "query q", "web/?q={k}"),
    engine("HotBot", "hotbot.com", "query q", "search?q={k}"),
    engine(
        "Gigablast",
        "gigablast.com dir.gigablast.com blogs.gigablast.com travel.gigablast.com",
        "q",
        "search?q={k}",
    ),
    engine("Looksmart", "looksmart.com", "key", ""),
    engine("Teoma", "teoma.com", "q", "web?q={k}"),
    engine("Cuil", "cuil.com", "q", "search?q={k}"),
    engine("Blekko", "blekko.com", "q /ws/", "ws/{k}"),
    engine("WolframAlpha", "wolframalpha.com", "i", "input/?i={k}"),
    engine("Exalead", "exalead.com exalead.fr exalead.{}", "q", "search/results?q={k}"),
    engine(
        "Naver",
        "search.naver.com m.search.naver.com web.search.naver.com kin.search.naver.com \
         news.search.naver.com",
        "query",
        "search.naver?query={k}",
    )
    .charset("euc-kr")
    .hides("/ /search.naver"),
    engine(
        "Naver Images",
        "image.search.naver.com imagesearch.naver.com",
        "query",
        "search.naver?where=image&query={k}",
    )
    .charset("euc-kr"),
    engine("Naver", "naver.com", "query", "").charset("euc-kr").origin(),
    engine("Daum", "search.daum.net m.search.daum.net websearch.search.daum.net", "q", "search?q={k}")
        .charset("euc-kr")
        .hides("/ /search"),
    engine("Nate", "search.nate.com nate.search.empas.com", "q", "search/all.html?q={k}").charset("euc-kr"),
    engine("Zum", "search.zum.com", "query", "search.zum?query={k}").origin(),
    engine(
        "Sogou",
        "=www.sogou.com sogou.com wap.sogou.com m.sogou.com wenwen.sogou.com weixin.sogou.com",
        "query keyword",
        "web?query={k}",
    )
    .charset("gb2312")
    .origin(),
    engine("Sogou Images", "pic.sogou.com", "query", "pics?query={k}").charset("gb2312"),
    engine("360search", "=www.so.com so.360.cn haosou.com m.haosou.com so.com m.so.com", "q", "s?q={k}")
        .hides("/ /s /link"),
    engine("360search Images", "image.so.com", "q", "i?q={k}"),
    engine("Soso", "soso.com wenwen.soso.com", "w q", "q?w={k}").charset("gb2312"),
    engine("Youdao", "youdao.com", "q", "search?q={k}"),
    engine("Zhongsou", "zhongsou.com p.zhongsou.com", "w", "p?w={k}").charset("gb2312"),
    engine("iAsk", "iask.com", "q k", "s?k={k}").charset("gb2312"),
    engine("sm.cn", "m.sm.cn yz.m.sm.cn sm.cn so.m.sm.cn quark.sm.cn", "q", "s?q={k}").hides("/ /s"),
    engine("Toutiao", "so.toutiao.com m.toutiao.com", "keyword", "search?keyword={k}").hides("/ /search"),
    engine("ChinaSo", "chinaso.com", "q", "search/pagesearch.htm?q={k}").origin(),
    engine("Tom", "search.tom.com", "w word", "search.php?w={k}").charset("gb2312"),
    engine("GAIS", "gais.cs.ccu.edu.tw", "q", "search.php?q={k}"),
    engine("Yam", "search.yam.com", "k", "Search/Web/?SearchType=web&l=0&p=0&k={k}"),
    engine("Openfind", "openfind.com.tw", "query", ""),
    engine("Timway", "timway.com", "query", "").charset("big5"),
    engine("goo", "search.goo.ne.jp ocnsearch.goo.ne.jp search.mobile.goo.ne.jp", "MT", "web.jsp?MT={k}")
        .charset("euc-jp")
        .origin(),
    engine("Biglobe", "cgi.search.biglobe.ne.jp search.biglobe.ne.jp", "q", "cgi-bin/search-st?q={k}")
        .charset("shift_jis")
        .origin(),
    engine("Biglobe Images", "images.search.biglobe.ne.jp", "q", "cgi-bin/search?q={k}").charset("shift_jis"),
    engine("Nifty", "search.nifty.com search.azby.fmworld.net", "q Text", "websearch/search?q={k}")
        .charset("shift_jis")
        .origin(),
    engine("Nifty Images", "image.nifty.com", "q", "").charset("shift_jis"),
    engine("So-net", "so-net.ne.jp/search search.so-net.ne.jp", "query", "").charset("shift_jis"),
    engine("Rakuten", "websearch.rakuten.co.jp search.rakuten.co.jp/search", "qt", "WebIS?qt={k}"),
    engine("Infoseek", "search.infoseek.co.jp infoseek.co.jp", "qt", ""),
    engine("Livedoor", "search.livedoor.com", "q", "").charset("euc-jp"),
    engine("Fresheye", "search.fresheye.com", "kw", "?kw={k}").charset("euc-jp"),
    engine("Hatena", "search.hatena.ne.jp", "word q", ""),
    engine("au one", "search.auone.jp sp-search.auone.jp", "q", "?q={k}").origin(),
    engine("docomo", "search.smt.docomo.ne.jp", "MT", ""),
    engine("Baidu Japan", "baidu.jp", "wd", ""),
    engine("Coc Coc", "coccoc.com coccoc.vn", "query", "search?query={k}").hides("/ /search"),
    engine("Zing", "zing.vn/search", "q", ""),
    engine("Socbay", "socbay.com", "q", ""),
    engine("Sanook", "search.sanook.com", "q", ""),
    engine("Rediff", "search.rediff.com", "MT", "search.php?MT={k}"),
    engine("Guruji", "guruji.com", "q", ""),
    engine("Khoj", "khoj.com", "q", ""),
    engine("Parseek", "parseek.com", "q", "search/?q={k}").origin(),
    engine("Parsijoo", "parsijoo.ir", "q", "web?q={k}").origin(),
    engine("Gerdoo", "gerdoo.ir", "q", ""),
    engine("Yooz", "yooz.ir", "q", ""),
    engine("Maktoob", "maktoob.com/search", "q", ""),
    engine("Walla", "search.walla.co.il", "q", "?q={k}").charset("windows-1255"),
    engine("Nana10", "index.nana10.co.il", "q", "").charset("windows-1255"),
    engine("arama", "arama.com", "q", "search.php3?q={k}"),
    engine("Mynet", "arama.mynet.com", "q", "").charset("windows-1254"),
    engine("Yaani", "yaani.com yaani.com.tr", "q", "").origin(),
    engine("Geliyoo", "geliyoo.com", "q", ""),
    engine("UOL", "busca.uol.com.br buscaimagem.uol.com.br uol.com.br/busca", "q", "web/?q={k}"),
    engine(
        "Terra",
        "buscador.terra.com.br buscador.terra.es buscador.terra.cl buscador.terra.com \
         buscador.terra.com.mx",
        "query",
        "Default.aspx?source=Search&query={k}",
    ),
    engine("Globo", "globo.com/busca busca.globo.com", "q", "busca/?q={k}"),
    engine("Hispavista", "buscar.hispavista.com", "cadena", "?cadena={k}"),
    engine("Ozu", "buscar.ozu.es", "q", ""),
    engine("Canoe.ca", "web.canoe.ca", "q", "search?q={k}"),
    engine("La Toile Du Quebec Via Google", "google.toile.com web.toile.com", "q", "search?q={k}"),
    engine("Sympatico", "search.sympatico.msn.ca search.sympatico.ca", "q", ""),
    engine("Ananzi", "ananzi.co.za", "q", ""),
    engine("Aeiou", "aeiou.pt/pesquisa", "q", ""),
    engine("Sapo", "pesquisa.sapo.pt sapo.pt/pesquisa", "q", "?q={k}"),
    engine("Clix", "pesquisa.clix.pt", "question", "resultado.html?in=Mundial&question={k}"),
];
