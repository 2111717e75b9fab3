//! Methods about the API itself.

use crate::{Services, services::required};
use makoto_access::Role;
use makoto_catalog::{Access, Answer, Effect, Guard, Method, Param, ParamKind};

/// The Matomo version whose API this program speaks; clients compare against it.
pub const MATOMO_VERSION: &str = "5.2.0";

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "API.getMatomoVersion",
        doc: "The version of Matomo whose API this server speaks.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::from(MATOMO_VERSION)) }),
    },
    Method {
        id: "API.getPiwikVersion",
        doc: "The same as API.getMatomoVersion, under its old name.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| Box::pin(async { Ok(Answer::from(MATOMO_VERSION)) }),
    },
    Method {
        id: "API.isPluginActivated",
        doc: "Whether this server does what the Matomo plugin of this name does.",
        params: &[Param { name: "pluginName", kind: ParamKind::Text, default: None, doc: "for instance Referrers" }],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| {
            Box::pin(async {
                let name = required(params, "pluginName")?;
                Ok(Answer::Bool(services.meta.catalog().features.iter().any(|feature| feature.name == name)))
            })
        },
    },
    Method {
        id: "API.getSegmentsMetadata",
        doc: "Every name of the segment language with its heading and kind.",
        params: &[],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { Ok(segments(services)) }),
    },
];

fn segments(services: &Services) -> Answer {
    let dimensions = services.meta.catalog().dimensions();
    dimensions
        .flat_map(|dimension| dimension.segments)
        .map(|segment| {
            let mut fields = vec![
                ("type", Answer::from(if segment.metric { "metric" } else { "dimension" })),
                ("category", segment.category.into()),
                ("name", segment.title.into()),
                ("segment", segment.name.into()),
            ];
            if !segment.accepted.is_empty() {
                fields.push(("acceptedValues", segment.accepted.into()));
            }
            Answer::record(fields)
        })
        .collect()
}
