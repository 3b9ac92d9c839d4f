//! Generates the cards of the scenarios, each with its question, its answer, and a small picture of its recorded accuracies.

use super::markup::escaped;
use super::scenario_pages::recording;
use crate::catalog::FigureSource;
use crate::experiment::Band;
use crate::experiment::scenarios::{Scenario, ScenarioGroup};
use crate::metrics::{FigureSpec, History};
use std::fmt::Write;

/// Size of a picture.
const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 40.0;

/// All cards, in groups.
pub(super) fn scenario_cards() -> String {
    let groups = [
        (ScenarioGroup::Emergence, "Emergence-promoting initialization"),
        (ScenarioGroup::ScaleAndDepth, "Scale and depth"),
        (ScenarioGroup::Translation, "Transformers for translation"),
        (ScenarioGroup::Pitfalls, "Pitfalls of comparing"),
    ];
    let mut html = String::new();
    for (group, heading) in groups {
        let _ = writeln!(html, "<div class=\"group\" role=\"group\" aria-label=\"{heading}\">\n  <h2>{heading}</h2>");
        Scenario::offered()
            .filter(|scenario| scenario.group == group)
            .for_each(|scenario| html.push_str(&card(scenario)));
        html.push_str("</div>\n");
    }
    html
}

fn card(scenario: &Scenario) -> String {
    format!(
        "  <button type=\"button\" class=\"card\" data-scenario=\"{}\" aria-pressed=\"false\">\n    {}\n    <strong>{}</strong>\n    \
         <span class=\"answer\">{}</span>\n  </button>\n",
        scenario.name,
        picture(scenario),
        escaped(scenario.question.text()),
        escaped(scenario.answer.text())
    )
}

/// The lines of the recorded accuracies, or of exact matches, on a logarithmic axis of steps; empty if nothing is recorded yet.
fn picture(scenario: &Scenario) -> String {
    let lines = recording(scenario).map(|recording| lines(&recording.into_history())).unwrap_or_default();
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" aria-hidden=\"true\">{lines}</svg>"
    )
}

fn lines(history: &History) -> String {
    let spec = FigureSpec {
        source: FigureSource::Measured(history.setup.experiment.primary_quantity()),
        baseline: 0,
        band: Band::Deviation,
        smoothing: 0.0,
    };
    let last = (1.0 + history.step as f64).ln();
    let mut html = String::new();
    for (index, curve) in history.figure_curves(&spec).iter().enumerate() {
        let points = curve.points.iter().map(|point| {
            let x = WIDTH * (1.0 + point.step as f64).ln() / last;
            format!("{x:.0} {:.0}", HEIGHT - 2.0 - (HEIGHT - 4.0) * point.mean / 100.0)
        });
        let points: Vec<String> = points.collect();
        let _ = write!(html, "<path class=\"variant-{index}\" d=\"M{}\"/>", points.join("L"));
    }
    html
}
