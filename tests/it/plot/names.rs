//! Names that are longer than the chart: shortened with an ellipsis, and in full in the SVG's titles.

use super::{chart_of, texts};
use crate::fixtures::{history_with_random, setup, synthetic_history};
use emergence_lab::catalog::FigureQuantity;
use emergence_lab::metrics::History;
use emergence_lab::plot::{self, ActivityMap, Chart};

/// The full texts of the shortened texts in an SVG.
fn titles(svg: &str) -> Vec<&str> {
    let titles = svg.split("<title>").skip(1).filter_map(|rest| rest.split_once("</title>"));
    titles.map(|(title, _)| title).filter(|title| *title != "Emergence Lab").collect()
}

#[test]
fn a_name_longer_than_the_chart_is_shortened_with_its_full_text_in_a_title() {
    let long = format!("custom(std={}1)", "fan_in+".repeat(40));
    let history = History::new(setup(&["pytorch", &long], 1, 400));
    let figure = plot::svg::figure(&history, false);
    let shown = texts(&figure);
    assert!(shown.contains(&"pytorch"), "a short name is unchanged: {shown:?}");
    let name = shown.iter().find(|text| text.starts_with("custom(")).expect("the long name");
    // The estimated width of a character is 0.58 of the font size of 13 px, and 78 of 960 px are already used.
    assert_eq!((name.chars().count(), name.ends_with('…')), (116, true), "it fits into the chart: {name}");
    assert_eq!(titles(&figure), [long.as_str()], "and the title has its full text");
    let map = ActivityMap::new(&history, &[], |_| "<A & B> ".repeat(20));
    let map = plot::svg::heatmap(&map, 360, false);
    assert_eq!(texts(&map).iter().filter(|text| text.ends_with('…')).count(), 2, "above the rows: {:?}", texts(&map));
    let escaped = "&lt;A &amp; B&gt; ".repeat(20);
    assert_eq!(titles(&map), [escaped.trim_end(); 2], "with the characters of XML escaped");
    let mut chart = Chart { title: "Accuracy ".repeat(9), ..chart_of(Vec::new()) };
    chart.y.label = "percent ".repeat(9);
    let narrow = plot::svg::chart(&chart, (200, 120), false);
    assert_eq!(titles(&narrow), [chart.title.trim_end(), chart.y.label.trim_end()], "headings and axes, too");
    assert!(!narrow.contains('\u{e000}') && narrow.ends_with("</svg>\n"), "nothing else is left of it");
}

#[test]
fn nothing_is_shortened_if_there_is_room() {
    assert!(titles(&plot::svg::figure(&history_with_random(400), false)).is_empty(), "nothing in the figure");
    let chart = plot::quantity_chart(&synthetic_history(400), FigureQuantity::ChannelEmergenceA, &[], true);
    assert!(titles(&plot::svg::chart(&chart, (320, 240), false)).is_empty(), "nor the longest heading on a phone");
}
