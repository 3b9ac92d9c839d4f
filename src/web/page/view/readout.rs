//! The line with the values at the cursor, which is the legend of a frame: for each variant a sample of its line, its name and value.

use super::section::Picture;
use super::variant_name;
use crate::catalog::FigureQuantity;
use crate::plot::{Chart, Reading, Series, read_at};
use crate::texts::text;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::words::reading_hint;
use crate::web::page::words::values::{difference_text, value_text};
use web_sys::Element;

/// Stands for the entries in the sentence around them.
const ENTRIES: char = '\u{fffc}';

/// What is said of one variant.
struct Entry<'page> {
    palette_index: usize,
    name: &'page str,
    value: String,
    /// ` ± 0.4`.
    spread: String,
}

/// Shows `step 120: Kaiming normal 89.6 % ± 0.4, Xavier normal 89.0 % ± 0.2`, or how to read values if there is no step.
pub(super) fn show(
    place: &Element,
    (quantity, chart): (FigureQuantity, &Chart),
    step: Option<f64>,
    picture: &Picture<'_>,
) -> WebResult<()> {
    let Some(step) = step else {
        dom::set_text(place, &reading_hint());
        return Ok(());
    };
    let present = chart.series.iter().zip(read_at(chart, step)).filter(|(series, _)| !series.behind);
    let entries = present.filter_map(|(series, reading)| entry(quantity, series, &reading?, step, picture));
    let entries: Vec<Entry<'_>> = entries.collect();
    let sentence = text!("step {step}: {values}", step = format!("{step:.0}"), values = ENTRIES);
    let (before, after) = sentence.split_once(ENTRIES).unwrap_or((&sentence, ""));
    let texts: Vec<String> =
        entries.iter().map(|entry| format!("{} {}{}", entry.name, entry.value, entry.spread)).collect();
    // What is there already is not announced again by screen readers.
    if place.text_content() == Some(format!("{before}{}{after}", texts.join(", "))) {
        return Ok(());
    }
    place.set_text_content(Some(before));
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            place.append_with_str_1(", ")?;
        }
        // The sample is not torn from the first word.
        let (first, rest) = entry.name.split_at(entry.name.find(' ').unwrap_or(entry.name.len()));
        let (name, start) = (dom::untranslated("span", "")?, dom::create("span", "start", "")?);
        dom::append(&start, &variant_name::sample(entry.palette_index)?)?;
        start.append_with_str_1(first)?;
        dom::append(&name, &start)?;
        name.append_with_str_1(rest)?;
        dom::append(place, &name)?;
        place.append_with_str_1(&format!(" {}", entry.value))?;
        dom::append(place, &dom::create("span", "spread", &entry.spread)?)?;
    }
    Ok(place.append_with_str_1(after)?)
}

fn entry<'page>(
    quantity: FigureQuantity,
    series: &Series,
    reading: &Reading,
    step: f64,
    picture: &Picture<'page>,
) -> Option<Entry<'page>> {
    let palette_index = picture.history.variants.get(series.variant)?.palette_index;
    let name = picture.names.get(series.variant)?;
    let last = series.points.last().map_or(step, |(x, _)| *x);
    if let Some(mark) = series.mark.as_ref().filter(|_| series.ended && step > last) {
        return Some(Entry { palette_index, name, value: mark.clone(), spread: String::new() });
    }
    let spread = reading.band.map(|(_, high)| format!(" ± {}", difference_text(quantity, high - reading.y)));
    Some(Entry { palette_index, name, value: value_text(quantity, reading.y), spread: spread.unwrap_or_default() })
}
