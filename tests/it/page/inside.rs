//! The section "Inside a run" without a browser: the questions to the worker and their timing, the conversion of a drawing to
//! an image, texts and numbers.

use super::READY;
use crate::fixtures::{setup, synthetic_history};
use emergence_lab::experiment::parse_query;
use emergence_lab::metrics::{Examination, Filters, History, Mistake};
use emergence_lab::protocol::{Command, Event, ImageSource, NetworkAnswer, NetworkQuestion};
use emergence_lab::web::page::model::inside::answers::answers;
use emergence_lab::web::page::model::inside::drawing::{SIDE, Sheet};
use emergence_lab::web::page::model::inside::inquiry::{Inquiry, Pick, picked};
use emergence_lab::web::page::model::inside::weights::weight_pixels;
use emergence_lab::web::page::model::phase::Phase;
use emergence_lab::web::page::words::inside::{
    ask_invitation, ask_reason, confusion_note, filters_note, image_note, mistake_text, mistakes_note, run_labels,
    run_note,
};
use proptest::prelude::*;

const PIXELS: usize = 784;

fn filters() -> Filters {
    Filters { run: 0, step: 20, channels: 1, height: 3, width: 3, pictures: vec![vec![0.5; 9]; 16] }
}

fn seen() -> Event {
    Event::Filters { filters: filters() }
}

fn started(variants: &[&str], seeds: u32) -> Event {
    Event::Started { setup: Box::new(setup(variants, seeds, 400)) }
}

fn classified() -> Event {
    Event::Answered { answer: NetworkAnswer::Image { pixels: vec![0; PIXELS], test: None, probabilities: Vec::new() } }
}

fn test_image(index: usize) -> NetworkQuestion {
    NetworkQuestion::Image(ImageSource::Test { index })
}

fn drawn(pixels: usize) -> NetworkQuestion {
    NetworkQuestion::Image(ImageSource::Drawn { pixels: vec![7; pixels] })
}

fn inspect(run: usize) -> Command {
    Command::Inspect { run, at: None }
}

fn classify(question: NetworkQuestion) -> Command {
    Command::Ask { question, at: None }
}

fn digits() -> Vec<String> {
    (0..10).map(|digit| digit.to_string()).collect()
}

fn animals() -> Vec<String> {
    ["cat", "dog"].map(str::to_owned).to_vec()
}

/// An inquiry about a started experiment with two variants of two runs.
fn started_inquiry() -> Inquiry {
    let mut inquiry = Inquiry::default();
    assert_eq!(inquiry.event(&READY, PIXELS), None, "nothing to inspect yet");
    assert_eq!(inquiry.event(&started(&["pytorch", "orthogonal"], 2), PIXELS), Some(inspect(0)), "the first run");
    inquiry
}

#[test]
fn the_selected_run_is_sent_once_and_kept_while_it_exists() {
    let mut inquiry = started_inquiry();
    assert_eq!(inquiry.choose(3, true), [inspect(3)], "another run");
    assert_eq!(inquiry.choose(3, true), [], "which the worker knows");
    assert_eq!(inquiry.event(&started(&["pytorch", "orthogonal"], 2), PIXELS), None, "and keeps at the next start");
    assert_eq!(inquiry.event(&started(&["pytorch"], 2), PIXELS), Some(inspect(0)), "until there is no such run");
    assert_eq!(inquiry.run(), 0, "then it is the first one");
}

#[test]
fn a_selection_without_an_experiment_waits_for_the_start() {
    let mut inquiry = started_inquiry();
    assert_eq!(inquiry.choose(1, false), [], "no worker to inform");
    assert_eq!(inquiry.event(&started(&["pytorch"], 2), PIXELS), Some(inspect(1)), "sent at the start");
}

#[test]
fn another_worker_is_informed_again() {
    let mut inquiry = started_inquiry();
    assert_eq!(inquiry.choose(2, true), [inspect(2)], "the old worker knows");
    assert_eq!(inquiry.ask(test_image(5)), Some(classify(test_image(5))), "and is asked");
    inquiry.event(&READY, PIXELS);
    assert_eq!(
        inquiry.event(&started(&["pytorch", "orthogonal"], 2), PIXELS),
        Some(inspect(2)),
        "the new one does not"
    );
    assert_eq!(inquiry.event(&seen(), PIXELS), Some(classify(test_image(5))), "the question is sent to its networks");
}

#[test]
fn one_question_is_pending_at_a_time() {
    let mut inquiry = started_inquiry();
    assert_eq!(inquiry.ask(drawn(PIXELS)), Some(classify(drawn(PIXELS))), "the first stroke");
    assert!(inquiry.is_current(), "its answer will be shown");
    assert_eq!(inquiry.ask(test_image(1)), None, "one is pending");
    assert_eq!(inquiry.ask(test_image(2)), None, "still");
    assert!(!inquiry.is_current(), "the pending answer belongs to an old question");
    assert_eq!(inquiry.event(&classified(), PIXELS), Some(classify(test_image(2))), "then the latest question");
    assert!(inquiry.is_current(), "whose answer is shown");
    assert_eq!(inquiry.event(&classified(), PIXELS), None, "and that was all");
}

#[test]
fn an_answer_is_refreshed_with_the_weights() {
    let mut inquiry = started_inquiry();
    assert_eq!(inquiry.event(&seen(), PIXELS), None, "nothing was asked");
    inquiry.ask(test_image(9));
    inquiry.event(&classified(), PIXELS);
    assert_eq!(inquiry.event(&seen(), PIXELS), Some(classify(test_image(9))), "an evaluation asks again");
    inquiry.forget();
    assert!(!inquiry.is_current(), "the answer to a withdrawn question is not shown");
    assert_eq!(inquiry.event(&classified(), PIXELS), None, "nor asked again");
    assert_eq!(inquiry.event(&seen(), PIXELS), None, "nor refreshed");
}

#[test]
fn a_drawing_for_another_data_set_is_not_sent() {
    let mut inquiry = started_inquiry();
    inquiry.ask(drawn(PIXELS));
    inquiry.event(&started(&["pytorch"], 1), PIXELS);
    assert_eq!(inquiry.event(&seen(), PIXELS), Some(classify(drawn(PIXELS))), "the same data set: the drawing fits");
    inquiry.event(&started(&["pytorch"], 1), 3072);
    assert_eq!(inquiry.event(&seen(), 3072), None, "another data set: it does not");
}

#[test]
fn test_images_are_selected_cyclically() {
    let check = |pick: Pick, asked: Option<NetworkQuestion>, random: f64, expected: usize| {
        assert_eq!(picked(pick, asked.as_ref(), 10, random), expected, "{pick:?} after {asked:?}");
    };
    check(Pick::Next, None, 0.0, 0);
    check(Pick::Next, Some(drawn(3)), 0.0, 0);
    check(Pick::Next, Some(test_image(9)), 0.0, 0);
    check(Pick::Previous, Some(test_image(0)), 0.0, 9);
    check(Pick::Previous, None, 0.0, 9);
    check(Pick::Previous, Some(test_image(27)), 0.0, 6);
    check(Pick::Random, Some(test_image(2)), 0.55, 5);
    check(Pick::Random, None, 1.0, 9);
    assert_eq!(picked(Pick::Random, None, 0, 0.5), 0, "their number is unknown");
}

/// Rows and columns with ink: first and last of each.
fn extent(image: &[u8], width: usize) -> [usize; 4] {
    let inked: Vec<usize> = (0..image.len()).filter(|index| image[*index] > 100).collect();
    let rows = inked.iter().map(|index| index / width);
    let columns = inked.iter().map(|index| index % width);
    let ends =
        |values: &mut dyn Iterator<Item = usize>| values.fold((99, 0), |(a, b), value| (value.min(a), value.max(b)));
    let ((top, bottom), (left, right)) = (ends(&mut rows.into_iter()), ends(&mut columns.into_iter()));
    [top, bottom, left, right]
}

#[test]
fn a_drawing_is_scaled_to_twenty_pixels_and_centered() {
    for (x, y, size) in [(0.1, 0.1, 0.3), (0.5, 0.6, 0.35), (0.06, 0.08, 0.85)] {
        let mut sheet = Sheet::default();
        sheet.stroke((x, y), (x, y + size));
        sheet.stroke((x, y + size), (x + size * 0.6, y + size));
        let image = sheet.image(28, 28).expect("there is ink");
        let [top, bottom, left, right] = extent(&image, 28);
        assert!((19..=21).contains(&(bottom - top + 1)), "{} rows of ink at size {size}", bottom - top + 1);
        assert!(right - left < bottom - top, "an L is higher than wide");
        let mass: f64 = image.iter().map(|ink| f64::from(*ink)).sum();
        let moment = |at: fn(usize) -> usize| -> f64 {
            image.iter().enumerate().map(|(index, ink)| (at(index) as f64 + 0.5) * f64::from(*ink)).sum::<f64>() / mass
        };
        let (row, column) = (moment(|index| index / 28), moment(|index| index % 28));
        // Half a pixel, because a pixel of the image is sampled at single positions of the sheet.
        assert!(
            (row - 14.0).abs() < 0.5 && (column - 14.0).abs() < 0.5,
            "the center of mass is at {row:.2}, {column:.2}"
        );
    }
}

#[test]
fn a_blank_sheet_is_not_an_image_but_a_dot_is() {
    let mut sheet = Sheet::default();
    assert!(sheet.image(28, 28).is_none(), "nothing was drawn");
    sheet.stroke((0.5, 0.5), (0.5, 0.5));
    assert!(sheet.image(28, 28).is_some(), "a dot is ink");
    assert_eq!(sheet.ink()[SIDE / 2 * SIDE + SIDE / 2], 255, "full ink at the pen's position");
    assert_eq!(sheet.ink().len(), SIDE * SIDE, "and the sheet keeps its size");
}

#[test]
fn weights_are_converted_to_colors() {
    let gray = weight_pixels(&[0.0, 2.0, -2.0, f32::NAN], 1, false);
    assert_eq!(gray.len(), 12, "three channels of four pixels");
    let color = |place: usize| [gray[place], gray[4 + place], gray[8 + place]];
    assert_eq!(color(0), [236, 236, 230], "zero is the soft background");
    assert_eq!((color(1), color(2)), ([213, 94, 0], [0, 114, 178]), "the largest weights have the strongest colors");
    assert_eq!(color(3), color(0), "a weight that is not a number has the color of zero");
    assert_eq!(weight_pixels(&[0.0, 1.0, -1.0], 3, true), [128, 255, 0], "red, green and blue around mid gray");
    assert_eq!(weight_pixels(&[0.0; 4], 2, true).len(), 6, "the first of two channels");
    assert!(weight_pixels(&[], 0, true).is_empty(), "no weights, no pixels");
}

#[test]
fn runs_have_names_and_notes() {
    let history = synthetic_history(400);
    let labels = run_labels(&history);
    assert_eq!(labels.len(), 9, "three variants with three seeds");
    assert_eq!(labels[4], "Kaiming normal, seed 1", "variants outermost");
    assert_eq!(labels[8], "Emergence α 1.5 (Kaiming normal), seed 2", "as in the legend");
    let runs: Vec<_> = history.runs().collect();
    let note = run_note(runs[0], None);
    assert!(note.contains(" % correct at step 400."), "{note}");
    assert!(run_note(runs[8], Some(100)).contains("at step 100"), "before it diverges");
    assert!(run_note(runs[8], None).starts_with("Diverged at step 130. Before: "), "{}", run_note(runs[8], None));
    assert_eq!(
        run_note(History::new(setup(&["pytorch"], 1, 5)).runs().next().expect("a run"), None),
        "Not evaluated yet."
    );
}

#[test]
fn filters_are_described_by_their_kind() {
    let check = |model: &str, filters: &Filters, note: &str| {
        let history = History::preview(&parse_query(&format!("data=digits&model={model}")).experiment);
        assert_eq!(filters_note(filters, &history), note, "the note of {model}");
    };
    let units = Filters { height: 28, width: 28, pictures: vec![vec![0.0; PIXELS]; 32], ..filters() };
    check("mlp:64,32", &units, "32 of 64 units of 28 × 28 weights at step 20.");
    check("cnn:16,32", &filters(), "16 filters of 3 × 3 weights at step 20.");
    let broken = Filters { pictures: vec![vec![f32::NAN; 9]; 32], ..filters() };
    check("resnet:64", &broken, "32 of 64 filters of 3 × 3 weights at step 20. Some weights are no longer finite.");
}

fn examination(confusion: Vec<u32>, mistakes: usize) -> Examination {
    let mistake = Mistake { index: 17, label: 0, predicted: 1, pixels: Vec::new() };
    Examination { run: 0, step: 1000, confusion, mistakes: vec![mistake; mistakes] }
}

#[test]
fn a_confusion_matrix_is_described_in_two_sentences() {
    let check = |counts: [u32; 4], note: &str| {
        assert_eq!(confusion_note(&examination(counts.to_vec(), 0), &animals()), note, "of {counts:?}");
    };
    let most = "Most frequent error: cat classified as dog";
    check([90, 10, 5, 95], &format!("185 of 200 correct (92.5 %) at step 1,000. {most}, 10 times."));
    check([9, 1, 1, 9], &format!("18 of 20 correct (90.0 %) at step 1,000. {most}, once."));
    check([5, 0, 0, 5], "10 of 10 correct (100.0 %) at step 1,000. No errors.");
    check([0; 4], "0 of 0 correct (0.0 %) at step 1,000. No errors.");
    assert!(confusion_note(&examination(Vec::new(), 0), &[]).contains("0 of 0"), "nothing panics without classes");
}

#[test]
fn misclassified_images_are_counted_and_named() {
    let check = |counts: [u32; 4], shown: usize, note: &str| {
        assert_eq!(mistakes_note(&examination(counts.to_vec(), shown), 2), note, "of {counts:?}");
    };
    check([5, 0, 0, 5], 0, "No misclassified images at step 1,000.");
    check([5, 1, 0, 5], 1, "The only misclassified image at step 1,000.");
    check([5, 1, 2, 5], 3, "All 3 misclassified images at step 1,000.");
    check([5, 1000, 2, 5], 24, "The first 24 of 1,002 misclassified images at step 1,000.");
    let mistake = &examination(Vec::new(), 1).mistakes[0];
    assert_eq!(mistake_text(mistake, &animals()), "cat classified as dog", "by name");
    assert_eq!(mistake_text(mistake, &[]), "0 classified as 1", "by number where there is no name");
}

#[test]
fn a_line_per_variant_states_the_prediction_of_its_seeds() {
    let history = History::new(setup(&["pytorch", "orthogonal", "lecun_normal"], 2, 400));
    let broken = vec![f32::NAN; 2];
    let runs = [vec![0.9, 0.1], vec![0.7, 0.3], vec![0.2, 0.8], broken.clone(), broken.clone(), broken];
    let lines = answers(&history, &runs, &animals(), Some(0));
    let words: Vec<_> = lines.iter().map(|line| (line.answer.as_str(), line.verdict.as_str(), line.top)).collect();
    let expected =
        [("cat, 80.0 %", "✓ correct", Some(0)), ("dog, 80.0 %", "✗ true class: cat", Some(1)), ("–", "diverged", None)];
    assert_eq!(words, expected, "means over the seeds that have not diverged");
    assert_eq!(lines[1].shares.len(), 2, "every class has its share");
    let drawing = answers(&history, &runs, &animals(), None);
    assert_eq!(drawing[0].verdict, "\u{a0}", "the true class of a drawing is unknown");
    assert_eq!(answers(&history, &[], &animals(), None).len(), 3, "a line even without numbers");
}

#[test]
fn the_reason_is_given_if_no_network_can_be_asked() {
    for phase in [Phase::Training, Phase::Paused, Phase::Finished] {
        assert_eq!(ask_reason(phase), None, "{phase:?} has networks to ask");
    }
    for phase in [Phase::Loading, Phase::Ready, Phase::Preparing, Phase::Failed] {
        assert!(
            ask_reason(phase).is_some_and(|reason| reason.ends_with('.')),
            "{phase:?} has none, and the page states so"
        );
    }
    assert!(ask_invitation(&digits(), true).starts_with("Draw a digit"), "digits are drawn");
    assert!(ask_invitation(&animals(), true).starts_with("Draw one of cat, dog"), "or another class");
    assert!(ask_invitation(&animals(), false).contains("grayscale images only"), "color images are not");
    assert_eq!(image_note(Some((1234, 1)), &animals()), "Test image 1,234: dog", "the image in question");
    assert!(image_note(None, &animals()).contains("as the networks see it"), "a drawing is not shown as it was drawn");
}

proptest! {
    #[test]
    fn no_stroke_panics(ends in proptest::collection::vec(any::<(f32, f32)>(), 2), height in 0_usize..40, width in 0_usize..40) {
        let mut sheet = Sheet::default();
        sheet.stroke(ends[0], ends[1]);
        sheet.stroke((0.2, 0.2), (0.4, 1.4));
        let image = sheet.image(height, width);
        prop_assert_eq!(image.map(|image| image.len()), Some(height * width), "an image of the requested size");
    }
}
