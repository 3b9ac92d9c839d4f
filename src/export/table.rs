//! The results table to be put into a paper or a post: as Markdown, and as a table of LaTeX's package `booktabs`.

use crate::metrics::{BaselineComparison, FailureTest, History, Statistic, VariantSummary, Verdict};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// As in README files.
    Markdown,
    /// With `\toprule`, `\midrule` and `\bottomrule`.
    Latex,
}

/// The columns.
const HEADER: [&str; 6] =
    ["initialization", "final (%)", "n", "failed", "difference (points) [95 % interval]", "verdict"];

/// The results table of all measurements so far, with what it rests on below it; a line for each variant, the baseline first.
#[must_use]
pub fn results_table(history: &History, format: TableFormat) -> String {
    let rows = history.variants.iter().zip(history.summaries());
    let task = history.setup.experiment.task();
    let rows = rows
        .map(|(curves, summary)| row(&curves.variant.to_string(), curves.runs.len(), summary.primary(task), &summary));
    let rows: Vec<[String; 6]> = rows.collect();
    let note = note(history);
    match format {
        TableFormat::Markdown => markdown(&rows, &note),
        TableFormat::Latex => latex(&rows, &note),
    }
}

fn row(name: &str, runs: usize, level: Statistic, summary: &VariantSummary) -> [String; 6] {
    let mean = level.mean.map_or_else(|| "–".to_owned(), |mean| format!("{:.2}", 100.0 * mean));
    let spread = level.std.map_or_else(String::new, |std| format!(" ± {:.2}", 100.0 * std));
    let compared = summary.vs_baseline.as_ref();
    [
        name.to_owned(),
        mean + &spread,
        level.n.to_string(),
        format!("{} of {runs}", summary.failed),
        compared.map_or_else(|| "baseline".to_owned(), difference),
        compared.map_or_else(String::new, verdict),
    ]
}

fn difference(comparison: &BaselineComparison) -> String {
    let signed = |value: f64| format!("{:+.2}", 100.0 * value).replace('-', "−");
    let mean = comparison.difference.map_or_else(|| "–".to_owned(), signed);
    comparison.ci95.map_or(mean.clone(), |[low, high]| format!("{mean} [{}, {}]", signed(low), signed(high)))
}

fn verdict(comparison: &BaselineComparison) -> String {
    let name = match comparison.verdict {
        Verdict::PracticallyEqual => format!("practically equal (±{})", comparison.margin_points()),
        verdict => verdict.name().to_owned(),
    };
    let failures =
        comparison.failures.map(|FailureTest { failed: [failed, all], baseline_failed: [other, others], .. }| {
            format!("{failed}/{all} failed against {other}/{others}")
        });
    let p = comparison.p_holm.map(|p| if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") });
    [Some(name), failures, p].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the table rests on, in a sentence for a caption.
fn note(history: &History) -> String {
    let experiment = &history.setup.experiment;
    let facts = history.table_facts();
    let part = if experiment.dataset.valid > 0 { "held-out training" } else { "test" };
    let steps = history.unfinished_at().map_or_else(String::new, |step| format!("{step} of "));
    format!(
        "Mean ± standard deviation over n seeds after {steps}{} steps on {} {part} examples; failed runs count as chance. Differences from the \
         first row, paired by seed; p values of paired t tests, or with failed runs of Fisher's exact test, corrected by Holm's method. Margin of \
         practical equality: {} points. Emergence Lab {}: {}",
        experiment.steps,
        facts.examples,
        (1e4 * facts.margin).round() / 100.0,
        env!("CARGO_PKG_VERSION"),
        experiment.to_query()
    )
}

fn markdown(rows: &[[String; 6]], note: &str) -> String {
    let line =
        |cells: &[String; 6]| format!("| {} |\n", cells.clone().map(|cell| cell.replace('|', "\\|")).join(" | "));
    let header = line(&HEADER.map(ToOwned::to_owned));
    let [first, ..] = rows else { return header };
    // Names are code, since they contain underscores.
    let coded = |row: &[String; 6]| {
        let mut cells = row.clone();
        cells[0] = format!("`{}`", row[0]);
        line(&cells)
    };
    let rule = format!("|{}\n", "---|".repeat(first.len()));
    header + &rule + &rows.iter().map(coded).collect::<String>() + "\n" + note + "\n"
}

fn latex(rows: &[[String; 6]], note: &str) -> String {
    let line = |cells: [String; 6]| format!("    {} \\\\\n", cells.join(" & "));
    let coded = |row: &[String; 6]| {
        let mut cells = row.clone().map(|cell| escaped(&cell));
        cells[0] = format!("\\texttt{{{}}}", cells[0]);
        line(cells)
    };
    format!(
        "% \\usepackage{{booktabs}}\n\\begin{{table}}\n  \\centering\n  \\begin{{tabular}}{{lrrrll}}\n    \\toprule\n{}    \\midrule\n{}    \
         \\bottomrule\n  \\end{{tabular}}\n  \\caption{{{}}}\n\\end{{table}}\n",
        line(HEADER.map(escaped)),
        rows.iter().map(coded).collect::<String>(),
        escaped(note)
    )
}

/// Text with the characters that mean something in LaTeX as themselves.
fn escaped(text: &str) -> String {
    let character = |character: char| match character {
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '<' => "\\textless{}".to_owned(),
        '>' => "\\textgreater{}".to_owned(),
        '±' => "$\\pm$".to_owned(),
        '−' => "$-$".to_owned(),
        '–' => "--".to_owned(),
        '#' | '$' | '%' | '&' | '_' | '{' | '}' => format!("\\{character}"),
        other => other.to_string(),
    };
    text.chars().map(character).collect()
}
