//! AI assistants whose answers link to sites.

use crate::{ParsedReferrer, social::Places};
use std::sync::LazyLock;

const ASSISTANTS: &[(&str, &str)] = &[
    ("ChatGPT", "chatgpt.com chat.openai.com chat.com"),
    ("Claude", "claude.ai claude.com"),
    ("Perplexity", "perplexity.ai pplx.ai"),
    ("Gemini", "gemini.google.com bard.google.com"),
    ("NotebookLM", "notebooklm.google.com notebooklm.google"),
    ("Google AI Studio", "aistudio.google.com"),
    (
        "Copilot",
        "copilot.microsoft.com copilot.com copilot.cloud.microsoft m365.cloud.microsoft \
         bing.com/chat edgeservices.bing.com",
    ),
    ("GitHub Copilot", "github.com/copilot"),
    ("DeepSeek", "chat.deepseek.com deepseek.com"),
    ("Grok", "grok.com x.ai x.com/i/grok"),
    ("Meta AI", "meta.ai"),
    ("Le Chat", "chat.mistral.ai mistral.ai"),
    ("Poe", "poe.com"),
    ("You.com", "you.com"),
    ("Phind", "phind.com"),
    ("iAsk", "iask.ai"),
    ("Andi", "andisearch.com"),
    ("Pi", "pi.ai"),
    ("HuggingChat", "huggingface.co/chat"),
    ("Qwen", "chat.qwen.ai qwen.ai tongyi.aliyun.com tongyi.com qianwen.com"),
    ("Kimi", "kimi.com kimi.ai kimi.moonshot.cn"),
    ("Doubao", "doubao.com"),
    ("ERNIE Bot", "yiyan.baidu.com chat.baidu.com"),
    ("Tencent Yuanbao", "yuanbao.tencent.com"),
    ("ChatGLM", "chatglm.cn chat.z.ai"),
    ("MiniMax", "chat.minimax.io agent.minimax.io hailuoai.com"),
    ("Felo", "felo.ai"),
    ("Genspark", "genspark.ai"),
    ("Manus", "manus.im"),
    ("Komo", "komo.ai"),
    ("Consensus", "consensus.app"),
    ("Elicit", "elicit.com elicit.org"),
    ("Lumo", "lumo.proton.me"),
    ("Duck.ai", "duck.ai"),
    ("Character.AI", "character.ai"),
    ("Alice", "alice.yandex.ru"),
    ("GigaChat", "giga.chat"),
    ("Cohere", "coral.cohere.com chat.cohere.com"),
    ("Liner", "getliner.com liner.com"),
    ("Blackbox", "blackbox.ai"),
    ("Monica", "monica.im"),
    ("Euria", "euria.infomaniak.com"),
];

static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new(ASSISTANTS));

/// The AI assistant that `referrer` comes from.
pub fn assistant(referrer: &ParsedReferrer<'_>) -> Option<&'static str> {
    PLACES.find(referrer)
}

/// Main host of the assistant called `name`.
pub fn assistant_url(name: &str) -> Option<&'static str> {
    PLACES.main(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Option<&'static str> {
        assistant(&ParsedReferrer::parse(url).unwrap())
    }

    #[test]
    fn knows_assistants_by_host_and_path() {
        assert!(ASSISTANTS.len() >= 20);
        assert_eq!(of("https://chatgpt.com/"), Some("ChatGPT"));
        assert_eq!(of("https://www.perplexity.ai/search/x"), Some("Perplexity"));
        assert_eq!(of("https://x.com/i/grok?conversation=1"), Some("Grok"));
        assert_eq!(of("https://x.com/someone"), None);
        assert_eq!(of("https://huggingface.co/models"), None);
        assert_eq!(of("https://mail.google.com/"), None);
        assert!(ASSISTANTS.len() >= 20);
        assert_eq!(assistant_url("Claude"), Some("claude.ai"));
    }
}
