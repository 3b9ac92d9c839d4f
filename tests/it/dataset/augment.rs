//! Random crops and flips, against explicit padding and cropping, and against an independent program.

use super::small;
use emergence_lab::dataset::augment::{Augmentation, PADDING};
use emergence_lab::dataset::{ImageSet, Normalization, Part, Split};
use emergence_lab::digest::sha256;
use emergence_lab::error::DatasetError;
use emergence_lab::experiment::DatasetName;

/// Four images of two channels whose inputs are their pixels: 0 stays 0.
fn tiny(height: usize, width: usize) -> ImageSet {
    let pixels = 4 * 2 * height * width;
    let images = (0_u32..).take(pixels).map(|pixel| (pixel * 7 % 251) as u8).collect();
    let split = Split { images, labels: vec![0, 1, 2, 3] };
    ImageSet {
        name: DatasetName::Upload,
        train: split.clone().into(),
        test: split.into(),
        channels: 2,
        height,
        width,
        classes: 4,
        names: Vec::new(),
        normalization: vec![Normalization { mean: 0.0, std: 1.0 }; 2],
    }
}

/// The pixels of an augmented batch.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inputs are bytes divided by 255")]
fn augmented(dataset: &ImageSet, indices: &[u32], seed: u64, step: u64) -> Vec<u8> {
    let mut out = vec![9.0; 3];
    dataset.write_augmented(Part::Train, indices, seed, step, &mut out).expect("all are there");
    out.iter().map(|input| (input * 255.0).round() as u8).collect()
}

/// The same by brute force: a padded image, from which a window is cropped and flipped.
fn by_brute_force(dataset: &ImageSet, index: u32, Augmentation { dy, dx, flip }: Augmentation) -> Vec<u8> {
    let (height, width) = (dataset.height, dataset.width);
    let (high, wide) = (height + 2 * PADDING, width + 2 * PADDING);
    let image = &dataset.train.split().images[index as usize * dataset.pixels()..][..dataset.pixels()];
    let mut out = Vec::new();
    for plane in image.chunks(height * width) {
        let mut padded = vec![vec![0; wide]; high];
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            padded[y + PADDING][x + PADDING] = plane[y * width + x];
        }
        for row in &padded[dy..dy + height] {
            let mut kept = row[dx..dx + width].to_vec();
            if flip {
                kept.reverse();
            }
            out.extend(kept);
        }
    }
    out
}

#[test]
fn crops_and_flips_are_those_of_a_padded_image() {
    // Some crops of images smaller than the padding contain only padding.
    for (height, width) in [(6, 9), (32, 32), (3, 2), (1, 1)] {
        let dataset = tiny(height, width);
        for step in 0..100 {
            let indices = [3, 0, 0];
            let expected = indices.iter().zip(Augmentation::of_batch(5, step));
            let expected = expected.flat_map(|(index, augmentation)| by_brute_force(&dataset, *index, augmentation));
            assert_eq!(
                augmented(&dataset, &indices, 5, step),
                expected.collect::<Vec<_>>(),
                "{height} x {width}, step {step}"
            );
        }
    }
}

/// From tests/data/init_reference.py, an independent program.
#[test]
fn augmentation_is_the_same_everywhere() {
    let first = Augmentation::of_batch(7, 3).take(4).map(|one| (one.dy, one.dx, one.flip)).collect::<Vec<_>>();
    assert_eq!(first, [(5, 0, true), (7, 6, true), (6, 2, true), (0, 8, false)], "the first four of a batch");
    let bytes = augmented(&tiny(6, 9), &[3, 1, 0, 2], 7, 3);
    assert_eq!(sha256([&bytes]), "6f84573876cfe92d8ceb351ef55d3a7421aefaaee0846dc5ecf7132d1ab2ccd3", "pixels");
}

#[test]
fn augmentation_depends_on_seed_and_step_alone() {
    let dataset = tiny(8, 8);
    let first = augmented(&dataset, &[0, 1, 2, 3], 1, 2);
    assert_eq!(augmented(&dataset, &[0, 1, 2, 3], 1, 2), first, "again");
    assert_ne!(augmented(&dataset, &[0, 1, 2, 3], 1, 3), first, "another step");
    assert_ne!(augmented(&dataset, &[0, 1, 2, 3], 2, 2), first, "another seed");
    assert_eq!(augmented(&dataset, &[0], 1, 2), first[..128], "regardless of later images in the batch");
}

#[test]
fn augmentation_is_uniform() {
    let drawn = (0..900).flat_map(|step| Augmentation::of_batch(0, step).take(9)).collect::<Vec<_>>();
    // Of 8100, each of nine offsets is expected 900 times, standard deviation 28.3; five of them are 141.
    for offset in 0..=2 * PADDING {
        let down = drawn.iter().filter(|one| one.dy == offset).count();
        let across = drawn.iter().filter(|one| one.dx == offset).count();
        for count in [down, across] {
            assert!((759..=1041).contains(&count), "offset {offset}: {count} of 8100");
        }
    }
    // 4050 expected, standard deviation 45; five of them are 225.
    let flips = drawn.iter().filter(|one| one.flip).count();
    assert!((3825..=4275).contains(&flips), "{flips} flips of 8100");
}

#[test]
fn padding_is_black_and_not_an_input_of_zero() {
    let dataset = small();
    let mut out = Vec::new();
    dataset.write_augmented(Part::Train, &[0; 64], 0, 0, &mut out).expect("it is there");
    let shifted = Augmentation::of_batch(0, 0).take(64).position(|one| one.dy == 0).expect("one of 64 at least");
    // The first row of the padded image: (0 / 255 - mean) / std.
    assert_eq!(out[shifted * 784..][..28], [-0.1307 / 0.3081; 28], "normalized like any other black pixel");
    let got = dataset.write_augmented(Part::Test, &[2], 0, 0, &mut out);
    assert_eq!(got, Err(DatasetError::NoSuchExample { index: 2, examples: 2 }.into()), "no such example");
}
