//! Google's searches and those that it powers.

use super::{Engine, engine};

/// Results, redirects and image pages of Google that no longer show a keyword.
const HIDING: &str = "/ /search /url /webhp /m /imgres /images /custom";

pub(super) const ENGINES: &[Engine] = &[
    engine(
        "Google",
        "google.com google.{} www2.google.com ipv6.google.com go.google.com wwwgoogle.com \
         encrypted.google.com gogole.com googel.com",
        "q query",
        "search?q={k}",
    )
    .hides(HIDING),
    engine("Google", "search.google.com *.googlesyndicatedsearch.com", "q query", "").origin(),
    engine("Google", "com.google.android.googlequicksearchbox", "q", "")
        .hides("/ /https/www.google.com /https/www.google.com/"),
    engine("Google Blogsearch", "blogsearch.google.com blogsearch.google.{}", "q", "blogsearch?q={k}"),
    engine(
        "Google Custom Search",
        "google.com/cse google.{}/cse google.com/custom google.{}/custom cse.google.com cse.google.{} \
         googleapis.com/customsearch",
        "q query",
        "",
    )
    .hides("/cse /custom /"),
    engine("Google Images", "images.google.com images.google.{} google.com/imghp google.{}/imghp", "q", "images?q={k}")
        .hides("/ /images /imgres /imghp /search"),
    engine("Google News", "news.google.com news.google.{}", "q", "").hides("/"),
    engine("Google Scholar", "scholar.google.com scholar.google.{}", "q", "scholar?q={k}").origin(),
    engine(
        "Google Shopping",
        "shopping.google.com shopping.google.{} google.com/products google.{}/products \
         google.com/shopping google.{}/shopping froogle.google.com froogle.google.{}",
        "q",
        "products?q={k}",
    ),
    engine("Google syndicated search", "googlesyndicatedsearch.com", "q", ""),
    engine("Google Video", "video.google.com video.google.{}", "q", "search?q={k}&tbm=vid").origin(),
    engine("Google Books", "books.google.com books.google.{} google.com/books google.{}/books", "q", ""),
    engine("Google Patents", "patents.google.com", "q", "?q={k}"),
    engine("Google Groups", "groups.google.com/groups/search groups.google.{}/groups/search", "q", ""),
];
