//! Generates the table of network inputs in docs/method.md: shape and normalization of each data set of images.

use super::GeneratedPart;
use super::markdown::{code, table};
use crate::catalog::{CatalogRow, DataKind, DatasetName, DatasetOrigin, Normalization};
use crate::dataset::upload;
use crate::experiment::limits::EXAMPLES;

/// The table of network inputs; data sets that stand for one of two others are omitted.
pub(super) fn inputs() -> GeneratedPart {
    let rows = DatasetName::ALL.iter().map(|name| name.row());
    let loaded =
        rows.filter(|row| row.kind() == DataKind::Images && !matches!(row.origin, DatasetOrigin::Either { .. }));
    let text = table(&["data", "shape", "classes", "training, test", "mean; std"], loaded.map(input));
    GeneratedPart::marked("docs/method.md", "of inputs", text)
}

fn input(row: &CatalogRow) -> [String; 5] {
    let Some(images) = row.images() else {
        return [
            code(row.name),
            format!("1, or 3 for CIFAR-10 batches; up to {0} × {0}", upload::SIDE),
            format!("2 to {}", upload::CLASSES),
            format!("up to {} each", thousands(EXAMPLES)),
            "measured on all its training images; `std` at least 1/255".to_owned(),
        ];
    };
    let [channels, height, width] = images.shape;
    let of = |value: fn(&Normalization) -> f32| {
        images.normalization.iter().map(|channel| format!("{:.4}", value(channel))).collect::<Vec<_>>().join(" ")
    };
    let whose = if row.publication().is_some() { " [standard]" } else { ", measured" };
    [
        code(row.name),
        format!("{channels} × {height} × {width}"),
        images.classes.to_string(),
        format!("{}, {}", thousands(images.train), thousands(images.test)),
        format!("{}; {}{whose}", of(|channel| channel.mean), of(|channel| channel.std)),
    ]
}

/// `60,000`.
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}
