//! The results table for papers and posts.

use crate::fixtures::synthetic_history;
use emergence_lab::export::{TableFormat, results_table};

#[test]
fn a_markdown_table_has_a_row_for_each_variant() {
    let text = results_table(&synthetic_history(400), TableFormat::Markdown);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "|---|---|---|---|---|---|", "six columns: {text}");
    assert!(
        lines[2].starts_with("| `xavier_normal` | ") && lines[2].ends_with(" | 3 | 0 of 3 | baseline |  |"),
        "{text}"
    );
    assert!(
        lines[4].contains("| 1 of 3 | ") && lines[4].contains("undecided, 1/3 failed against 0/3, p = 1.000"),
        "{text}"
    );
    assert!(lines.iter().all(|line| !line.starts_with("| ") || line.matches(" | ").count() == 5), "{text}");
    assert!(text.contains("data=digits&model=mlp:64,32"), "the experiment is stated: {text}");
}

#[test]
fn a_latex_table_has_no_character_that_latex_reads() {
    let text = results_table(&synthetic_history(400), TableFormat::Latex);
    assert!(text.contains("\\texttt{xavier\\_normal} & "), "underscores: {text}");
    assert!(text.contains("data=digits\\&model=mlp:64,32"), "ampersands of the query: {text}");
    assert!(text.contains("95 \\% interval"), "percent signs: {text}");
    assert!(text.is_ascii(), "signs as commands: {text}");
    for rule in ["\\toprule", "\\midrule", "\\bottomrule"] {
        assert_eq!(text.matches(rule).count(), 1, "{rule}");
    }
    let rows = text.lines().filter(|line| line.ends_with("\\\\")).collect::<Vec<_>>();
    assert!(rows.iter().all(|row| row.matches(" & ").count() == 5), "six columns: {rows:?}");
    let unfinished = results_table(&synthetic_history(200), TableFormat::Latex);
    assert!(unfinished.contains("after 200 of 400 steps") && unfinished.contains("not finished"), "{unfinished}");
}
