//! Generates, for each scenario, what other sites show of it: a poster of its recorded result as SVG, a page with the tags that social
//! networks read, and the answer of an oEmbed provider.
//!
//! Other sites need absolute addresses, which depend on the host: [`SITE`] stands for that of the page and is replaced at publication.

use super::GeneratedPart;
use super::markup::escaped;
use crate::catalog::FigureQuantity;
use crate::experiment::FigureView;
use crate::experiment::scenarios::{SCENARIOS, Scenario};
use crate::metrics::History;
use crate::plot::{self, Figure};
use crate::replay::Recording;
use crate::web::page::words::variant_label;
use serde_json::json;
use std::path::Path;

/// Stands for the address of the page, with a slash at its end.
const SITE: &str = "%SITE%";
/// Size of a poster, in CSS pixels.
const POSTER: (u32, u32) = (840, 440);
/// Size of the preview, which `e2e/posters.mjs` makes from the poster, in pixels.
const PREVIEW: (u32, u32) = (1200, 630);
/// Size of a frame, in CSS pixels.
const FRAME: (u32, u32) = (720, 420);

/// The files of all scenarios that have a recording.
pub(super) fn scenario_pages() -> Vec<GeneratedPart> {
    let mut parts = Vec::new();
    for scenario in &SCENARIOS {
        let Some(recording) = recording(scenario) else { continue };
        let name = scenario.name;
        parts.push(GeneratedPart::whole(format!("www/recorded/{name}.svg"), poster(&recording.into_history())));
        parts.push(GeneratedPart::whole(format!("www/scenarios/{name}.html"), page(scenario)));
        parts.push(GeneratedPart::whole(format!("www/oembed/{name}.json"), oembed(scenario)));
    }
    parts
}

/// The recording of a scenario; `None` if nothing is recorded yet.
pub(super) fn recording(scenario: &Scenario) -> Option<Recording> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("www/recorded/{}.bin", scenario.name));
    Recording::from_bytes(&std::fs::read(file).ok()?).ok()
}

/// The recorded test accuracies, or exact matches, as the page draws them.
fn poster(history: &History) -> String {
    let names: Vec<String> = history.variants.iter().map(|variant| variant_label(&variant.variant)).collect();
    let task = history.setup.experiment.task();
    let figure = Figure {
        history,
        quantity: FigureQuantity::primary(task).0,
        view: &FigureView::standard(task),
        visible: &[],
        names: &names,
        random: false,
        pinned: None,
    };
    plot::svg::chart_with_legend(history, &figure.chart(), POSTER, false)
}

fn query(scenario: &Scenario) -> String {
    scenario.experiment().to_query()
}

fn page(scenario: &Scenario) -> String {
    let (name, question, answer) = (scenario.name, escaped(scenario.question.text()), escaped(scenario.answer.text()));
    let (width, height) = POSTER;
    let query = escaped(&query(scenario));
    format!(
        r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light" />
    <title>{question} – Emergence Lab</title>
    <meta name="description" content="{answer}" />
    <meta property="og:type" content="article" />
    <meta property="og:site_name" content="Emergence Lab" />
    <meta property="og:title" content="{question}" />
    <meta property="og:description" content="{answer}" />
    <meta property="og:image" content="{SITE}recorded/{name}.png" />
    <meta property="og:image:width" content="{}" />
    <meta property="og:image:height" content="{}" />
    <meta property="og:url" content="{SITE}scenarios/{name}.html" />
    <link rel="stylesheet" href="scenario.css" />
    <link rel="alternate" type="application/json+oembed" href="{SITE}oembed/{name}.json" title="{question}" />
  </head>
  <body>
    <h1>{question}</h1>
    <p>{answer}</p>
    <p><img src="../recorded/{name}.svg" width="{width}" height="{height}" alt="{} of each variant, recorded" /></p>
    <p><a href="../?{query}">See it in Emergence Lab, and run it live in your browser</a></p>
  </body>
</html>
"#,
        PREVIEW.0,
        PREVIEW.1,
        scenario.experiment().primary_quantity().facts().title,
    )
}

fn oembed(scenario: &Scenario) -> String {
    let (name, question) = (scenario.name, scenario.question.text());
    let (figure, _) = FigureQuantity::primary(scenario.experiment().task());
    let source = escaped(&format!("{SITE}?{}&embed=1&show={}", query(scenario), figure.facts().name));
    let (width, height) = FRAME;
    let html = format!(
        "<iframe src=\"{source}\" title=\"{}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" style=\"border:0\" \
         allow=\"fullscreen; clipboard-write\"></iframe>",
        escaped(question)
    );
    let answer = json!({
        "version": "1.0",
        "type": "rich",
        "provider_name": "Emergence Lab",
        "provider_url": SITE,
        "title": question,
        "html": html,
        "width": width,
        "height": height,
        "thumbnail_url": format!("{SITE}recorded/{name}.png"),
        "thumbnail_width": PREVIEW.0,
        "thumbnail_height": PREVIEW.1,
    });
    format!("{answer:#}\n")
}
