//! Uploaded pictures, PNG or JPEG: one folder for each class, as in `train/cat/1.png`.

use super::images::{CLASSES, SIDE, UploadShape, finish};
use super::purpose::purpose;
use super::unpacker::{DataPiece, folder};
use super::{UNPACKED, base_name};
use crate::catalog::Part;
use crate::dataset::examples::Split;
use crate::dataset::image_set::ImageSet;
use crate::dataset::readers::picture::{self, PictureFacts};
use crate::error::{DataFileError, DatasetError, Result, UploadError, UploadNote};
use crate::experiment::limits::EXAMPLES;
use std::collections::BTreeMap;

/// Height and width of pictures that do not all have the same small size.
const RESIZED: usize = 32;
/// Most characters of a class's name.
const NAME: usize = 40;

/// A picture with its class.
struct LabeledPicture {
    part: Part,
    label: u8,
    piece: DataPiece,
}

pub(super) fn assemble(used: Vec<(Part, DataPiece)>, notes: &mut Vec<UploadNote>) -> Result<ImageSet> {
    let names = class_names(&used)?;
    let facts = used.iter().map(|(_, piece)| picture::measure(&piece.name, &piece.bytes));
    let facts = facts.collect::<Result<Vec<_>>>()?;
    let channels = if facts.iter().any(|facts| facts.is_color) { 3 } else { 1 };
    let (height, width) = size(&facts).unwrap_or_else(|| {
        notes.push(UploadNote::Resized { side: RESIZED });
        (RESIZED, RESIZED)
    });
    let bytes = used.len() * channels * height * width;
    if bytes > UNPACKED {
        let path = used.first().map(|(_, piece)| folder(folder(&piece.name)).to_owned()).unwrap_or_default();
        return Err(DatasetError::DataFileTooLarge { path, limit: UNPACKED as u64 }.into());
    }
    let mut splits = [Split::default(), Split::default()];
    for LabeledPicture { part, label, piece } in spread(labeled(used, &names)) {
        let split = &mut splits[usize::from(part == Part::Test)];
        if split.len() == EXAMPLES * 2 {
            return Err(UploadError::TooMany { part, limit: EXAMPLES, got: split.len() + 1 }.into());
        }
        let decoded = picture::decode(&piece.name, &piece.bytes)?;
        decoded.write_planes(channels, (height, width), &mut split.images);
        split.labels.push(label);
    }
    let [train, test] = splits;
    let names = names.into_iter().map(|name| name.chars().take(NAME).collect()).collect::<Vec<_>>();
    finish(UploadShape { image: [channels, height, width], classes: names.len(), names }, train, test)
}

/// The size of all pictures, if they have the same and it is small enough.
fn size(facts: &[PictureFacts]) -> Option<(usize, usize)> {
    let first = facts.first()?;
    let is_same = |facts: &PictureFacts| (facts.height, facts.width) == (first.height, first.width);
    let is_small = first.height <= SIDE && first.width <= SIDE;
    (is_small && facts.iter().all(is_same)).then_some((first.height, first.width))
}

fn class(piece: &DataPiece) -> &str {
    base_name(folder(&piece.name))
}

/// The names of the classes, in the order of the numbers that they are, or of their letters.
fn class_names(used: &[(Part, DataPiece)]) -> Result<Vec<String>> {
    let mut names = used.iter().map(|(_, piece)| class(piece).to_owned()).collect::<Vec<_>>();
    names.sort_unstable();
    names.dedup();
    // Folders that name the use of their pictures name no classes.
    if names.iter().all(|name| name.is_empty() || purpose(name).is_some()) || names.iter().any(String::is_empty) {
        let file = used.iter().find(|(_, piece)| class(piece).is_empty() || purpose(class(piece)).is_some());
        let file = file.map(|(_, piece)| piece.name.clone()).unwrap_or_default();
        return Err(DataFileError::NoClassFolder { file }.into());
    }
    if !(2..=CLASSES).contains(&names.len()) {
        return Err(DataFileError::ClassCount { limit: CLASSES, got: names.len() }.into());
    }
    let number = |name: &String| name.parse::<u32>().ok();
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by_key(number);
    }
    Ok(names)
}

fn labeled(used: Vec<(Part, DataPiece)>, names: &[String]) -> Vec<LabeledPicture> {
    let labels = names.iter().map(String::as_str).zip(0..).collect::<BTreeMap<_, u8>>();
    let labeled = used.into_iter().map(|(part, piece)| {
        let label = labels.get(class(&piece)).copied().unwrap_or_default();
        LabeledPicture { part, label, piece }
    });
    labeled.collect()
}

/// Spreads the pictures of every class evenly over the whole part, so that its beginning and its end have all classes.
fn spread(pictures: Vec<LabeledPicture>) -> Vec<LabeledPicture> {
    let key = |picture: &LabeledPicture| (picture.part == Part::Test, picture.label);
    let mut counts = BTreeMap::new();
    for picture in &pictures {
        *counts.entry(key(picture)).or_insert(0_u64) += 1;
    }
    let mut seen = BTreeMap::new();
    let placed = pictures.into_iter().map(|picture| {
        let key = key(&picture);
        let index = seen.entry(key).or_insert(0_u64);
        let place = (2 * *index + 1, counts.get(&key).copied().unwrap_or(1));
        *index += 1;
        (place, picture)
    });
    let mut placed = placed.collect::<Vec<_>>();
    // The place is a fraction of the part; cross-multiplied, it is exact.
    placed.sort_by(|((one, of), first), ((other, of_other), second)| {
        (one * of_other).cmp(&(other * of)).then(first.label.cmp(&second.label))
    });
    placed.into_iter().map(|(_, picture)| picture).collect()
}
