// What visitors of the mock bring along. Some of it is hostile or too long on purpose: tracked text must stay text.

export const hostile = '<img src=x onerror=alert(1)>';
export const long =
  '/a-very-long-address/that-somebody/thought/would-be/good-for-search-engines/and-that-nobody/will-ever/type/2026/index.html?utm_source=newsletter&utm_medium=email';

const weighted = (...values) => values.map((label, at) => ({ label, weight: 1 / (at + 1.3) ** 1.05 }));

export const channels = [
  { label: 'Direct Entry', weight: 0.34, segment: 'referrerType==direct', referrer_type: 1 },
  { label: 'Search Engines', weight: 0.31, segment: 'referrerType==search', referrer_type: 2, tree: 'keywords' },
  { label: 'Websites', weight: 0.16, segment: 'referrerType==website', referrer_type: 3, tree: 'websites' },
  { label: 'Campaigns', weight: 0.11, segment: 'referrerType==campaign', referrer_type: 6, tree: 'campaigns' },
  { label: 'Social Networks', weight: 0.08, segment: 'referrerType==social', referrer_type: 7, tree: 'socials' },
];
export const keywords = weighted('Keyword not defined', 'hand dyed cloth', 'indigo workshop', 'sashiko pattern', 'linen by the metre', 'größe schuhe', hostile, '藍染め 体験');
export const engines = weighted('Google', 'Bing', 'DuckDuckGo', 'Ecosia', 'Baidu', 'Yandex', 'Qwant');
export const websites = weighted('crafts.example.net', 'en.wikipedia.org', 'news.ycombinator.com', 'partner.example.com', 'blog.example.net', 'forum.textiles.example', 'a-remarkably-long-subdomain.of-a-site-about-natural-dyes.example.org');
export const socials = weighted('Mastodon', 'Instagram', 'Facebook', 'YouTube', 'Reddit', 'Pinterest');
export const campaigns = weighted('autumn-letter', 'spring', 'workshop-2026', 'partner-banner', 'qr-poster');
export const pages = weighted('/index', '/workshops', '/shop', '/about', '/journal', '/contact', '/care', long, `/${hostile}`);
export const subpages = weighted('/index', '/indigo-for-beginners', '/sashiko-weekend', '/shibori', '/vat-care', '/prices', '/dates?month=11');
export const titles = weighted('Aizome, hand-dyed cloth', 'Workshops', 'Shop: linen and cotton', 'About us', 'Journal: how a vat lives', 'Contact', hostile, 'Care for indigo cloth, and why it rubs off on you at first, which is normal and stops after the third wash');
export const downloads = weighted('aizome.example', 'cdn.aizome.example');
export const outlinks = weighted('museum.example.jp', 'instagram.com', 'maps.example.com', 'en.wikipedia.org');
export const searches = weighted('indigo', 'workshop', 'voucher', 'opening hours', 'returns', 'kimono');
export const types = weighted('Desktop', 'Smartphone', 'Tablet', 'Phablet', 'Tv').map((row) => ({ ...row, segment: `deviceType==${row.label.toLowerCase()}` }));
export const brands = weighted('Apple', 'Unknown', 'Samsung', 'Xiaomi', 'Google', 'Huawei', 'Sony').map((row) => ({ ...row, segment: `deviceBrand==${row.label}` }));
export const models = weighted('Apple - iPhone', 'Generic Desktop', 'Samsung - Galaxy S24', 'Google - Pixel 9');
export const systems = weighted('Windows', 'iOS', 'Android', 'Mac', 'GNU/Linux', 'Chrome OS');
export const systemVersions = weighted('Windows 11', 'iOS 19.1', 'Android 16', 'Windows 10', 'Mac 26');
export const browsers = [['Chrome', 'CH'], ['Mobile Safari', 'MF'], ['Chrome Mobile', 'CM'], ['Firefox', 'FF'], ['Safari', 'SF'], ['Microsoft Edge', 'PS'], ['Samsung Browser', 'SB'], ['Opera', 'OP']].map(([label, code], at) => ({ label, weight: 1 / (at + 1.4), segment: `browserCode==${code}` }));
export const engineRows = weighted('Blink', 'WebKit', 'Gecko');
export const resolutions = weighted('1920x1080', '390x844', '1440x900', '2560x1440', '412x915', '1366x768', '768x1024', 'unknown').map((row) => ({ ...row, segment: `resolution==${row.label}` }));
export const configurations = weighted('Windows / Chrome / 1920x1080', 'iOS / Mobile Safari / 390x844', 'Android / Chrome Mobile / 412x915');
export const countries = [['Germany', 'de'], ['Japan', 'jp'], ['United States', 'us'], ['France', 'fr'], ['United Kingdom', 'gb'], ['Switzerland', 'ch'], ['Austria', 'at'], ['Netherlands', 'nl'], ['Canada', 'ca'], ['Brazil', 'br'], ['Australia', 'au'], ['India', 'in'], ['Spain', 'es'], ['South Africa', 'za'], ['Unknown', 'xx']].map(([label, code], at) => ({ label, code, weight: 1 / (at + 1.6), segment: `countryCode==${code}` }));
export const continents = [['Europe', 'eur'], ['Asia', 'asi'], ['North America', 'amn'], ['South America', 'ams'], ['Oceania', 'oce'], ['Africa', 'afr']].map(([label, code], at) => ({ label, weight: 1 / (at + 1.2), segment: `continentCode==${code}` }));
export const regions = weighted('Unknown', 'Berlin, Germany', 'Tokyo, Japan', 'Bavaria, Germany', 'California, United States', 'Île-de-France, France');
export const cities = weighted('Unknown', 'Berlin, Berlin, Germany', 'Tokyo, Tokyo, Japan', 'Munich, Bavaria, Germany', 'Paris, Île-de-France, France').map((row) => ({ ...row, segment: `city==${encodeURIComponent(row.label.split(',')[0])}` }));
export const languages = [['German', 'de'], ['Japanese', 'ja'], ['English', 'en'], ['French', 'fr'], ['Spanish', 'es'], ['Portuguese', 'pt']].map(([label, code], at) => ({ label, weight: 1 / (at + 1.2), segment: `languageCode==${code},languageCode=@${code}-` }));
