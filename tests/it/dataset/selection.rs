//! Which examples an experiment uses: fixed random choices that do not overlap.

use crate::fixtures::part;
use emergence_lab::catalog::{DatasetName, ImageFacts};
use emergence_lab::dataset::{Dataset, ImageSet, Part, Split, digits, numbers};
use emergence_lab::experiment::{DatasetSpec, LanguagePair};

/// A read data set of 200 training and 100 test images whose only pixels are their numbers.
fn numbered() -> ImageSet {
    let facts = ImageFacts { shape: [1, 1, 1], ..*DatasetName::Mnist.row().images().expect("images") };
    let split = |from: u8, count: u8| Split { images: (from..from + count).collect(), labels: vec![0; count.into()] };
    ImageSet::new(DatasetName::Mnist, &facts, split(0, 200), split(100, 100))
}

fn pixels(images: &ImageSet, part: Part) -> Vec<u8> {
    images.part(part).split().images.clone()
}

#[test]
fn a_smaller_test_set_is_a_part_of_a_larger_one() {
    let whole = numbered();
    let test = |count| pixels(&whole.selected(&part(None, Some(count))).expect("fewer"), Part::Test);
    let (ten, fifty) = (test(10), test(50));
    assert!(fifty.is_sorted() && ten.is_sorted(), "in their order");
    assert!(ten.iter().all(|pixel| fifty.contains(pixel)), "{ten:?} of {fifty:?}");
    assert_ne!(ten, (100..110).collect::<Vec<u8>>(), "not the first ones");
    // A fair choice has about half of its examples in each half: 25 of 50 within four standard deviations of 2.5.
    let low = fifty.iter().filter(|pixel| **pixel < 150).count();
    assert!((15..=35).contains(&low), "{low} of the first half");
    assert_eq!(test(100), pixels(&whole, Part::Test), "all of them");
    assert_eq!(test(10), ten, "the same in every experiment");
}

#[test]
fn validation_takes_training_examples_away() {
    let spec = DatasetSpec { valid: 40, ..part(Some(150), Some(7)) };
    let divided = numbered().selected(&spec).expect("enough");
    let (train, valid) = (pixels(&divided, Part::Train), pixels(&divided, Part::Test));
    assert_eq!((train.len(), valid.len()), (110, 40), "of the first 150; test examples are not touched");
    let mut all = [train.as_slice(), &valid].concat();
    all.sort_unstable();
    assert_eq!(all, (0..150).collect::<Vec<u8>>(), "every one of them once");
    let refused = numbered().selected(&DatasetSpec { valid: 150, ..part(Some(150), None) });
    assert!(refused.is_err(), "nothing is left to train on");
}

#[test]
fn drawn_examples_are_divided_without_drawing_them() {
    let whole = ImageSet::drawn(&digits::RECIPE, 3, 100, 20).expect("few");
    let divided = whole.selected(&DatasetSpec { valid: 30, ..part(None, Some(5)) }).expect("enough");
    assert_eq!((divided.train.len(), divided.test.len()), (70, 30), "the last ones are held out");
    assert_eq!(divided.test.get(0), whole.train.get(70), "they are independent of each other, so any will do");
    assert_eq!(divided.test.get(30), None, "no more");
    assert_eq!(divided.train.get(70), None, "nor are they trained on");
    let few = whole.selected(&part(None, Some(5))).expect("fewer");
    assert_eq!(few.test.get(4), whole.test.get(4), "the first ones");
}

#[test]
fn sentences_are_divided_likewise() {
    let whole = Dataset::from(numbers::dataset(LanguagePair::DEFAULT));
    let spec = DatasetSpec { valid: 100, ..DatasetSpec::whole(DatasetName::Numbers) };
    let divided = whole.selected(&spec).expect("enough");
    let [all, few] = [&whole, &divided].map(|dataset| dataset.pairs().expect("sentences"));
    assert_eq!((few.train.len(), few.test.len()), (all.train.len() - 100, 100), "sizes");
    let of_training: Vec<_> = all.train.iter().collect();
    assert!(few.test.iter().all(|pair| of_training.contains(&pair)), "held-out pairs are from the training part");
    let trained: Vec<_> = few.train.iter().collect();
    let again = few.test.iter().filter(|pair| trained.contains(pair)).count();
    assert_eq!(again, 0, "and are not trained on");
}
