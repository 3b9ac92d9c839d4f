//! How the networks translate: the row of every variant, the sample sentences over time, and the words about both.

use crate::fixtures::{setup, start};
use emergence_lab::catalog::Task;
use emergence_lab::experiment::{Direction, Experiment, FigureView};
use emergence_lab::metrics::{
    AttentionMap, EvaluationRecord, History, Record, SampleSentence, SentenceAnswer, Translation,
};
use emergence_lab::web::page::model::fields::{after_change_of_data, with_data};
use emergence_lab::web::page::model::inside::translations::{sample_rows, translation_rows};
use emergence_lab::web::page::words::sentences::{sentence_invitation, sentence_note};

/// Two variants with two seeds each.
fn history() -> History {
    let mut setup = setup(&["xavier_normal", "fairseq"], 2, 400);
    let sample = |source: &str, reference: &str| SampleSentence { source: source.into(), reference: reference.into() };
    start(&mut setup).samples = vec![sample("two", "zwei"), sample("one hundred", "einhundert")];
    History::new(setup)
}

fn translation(text: &str, probabilities: &[f32], is_right: Option<bool>) -> Translation {
    let words = text.split(' ').filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect();
    Translation { text: text.to_owned(), words, probabilities: probabilities.to_vec(), is_right, chrf: None }
}

#[test]
fn a_variant_is_shown_by_its_first_seed_that_has_not_diverged() {
    let right = translation("zwei", &[0.5, 0.5], Some(true));
    let wrong = translation("drei", &[0.9, 0.8], Some(false));
    let diverged = translation("", &[], Some(false));
    let answer = |translations: Vec<Translation>| SentenceAnswer { translations, ..SentenceAnswer::default() };

    let rows =
        translation_rows(&history(), &answer(vec![right.clone(), wrong.clone(), diverged.clone(), right.clone()]));
    let texts: Vec<(&str, &str)> = rows.iter().map(|row| (row.text.as_str(), row.verdict.as_str())).collect();
    assert_eq!(texts, [("zwei", "✓ correct, 1 of 2 seeds"), ("zwei", "✓ correct, 1 of 2 seeds")]);
    assert_eq!(rows[0].score, "−0.69", "the mean of ln 0.5 and ln 0.5");
    assert_eq!(rows[0].words, [("zwei".to_owned(), 0.5)], "the end is no word");

    let rows = translation_rows(&history(), &answer(vec![wrong.clone(), right, diverged.clone(), diverged]));
    assert_eq!(rows[0].verdict, "✗ wrong, 1 of 2 seeds correct");
    assert_eq!((rows[1].verdict.as_str(), rows[1].score.as_str()), ("diverged", ""), "no seed is left");
    let rows = translation_rows(&history(), &answer(Vec::new()));
    assert!(rows.iter().all(|row| row.verdict.is_empty()), "no answer yet: {rows:?}");
    let unknown = translation("zwei", &[1.0, 1.0], None);
    assert_eq!(translation_rows(&history(), &answer(vec![unknown; 4]))[0].verdict, "", "nothing to compare with");
}

#[test]
fn samples_show_what_has_changed_since_the_previous_evaluation() {
    let mut history = history();
    let evaluation = |step: u64, first: [&str; 2], second: Option<[&str; 2]>| EvaluationRecord {
        step,
        runs: vec![
            Some(crate::fixtures::evaluation(0, step)),
            None,
            second.map(|_| crate::fixtures::evaluation(3, step)),
            None,
        ],
        layers: Vec::new(),
        translations: [Some(first), None, second, None]
            .map(|texts| texts.map_or_else(Vec::new, |texts| texts.map(ToOwned::to_owned).to_vec()))
            .to_vec(),
    };
    let evaluations = vec![
        evaluation(0, ["drei", ""], Some(["zwei", ""])),
        evaluation(20, ["dreizwei", "einhundert"], Some(["zwei", "hundert"])),
        evaluation(40, ["zwei", "einhundert"], None),
    ];
    history.apply(&Record { evaluations, ..Record::default() });

    let (step, rows) = sample_rows(&history, Some(39));
    assert_eq!(step, Some(20), "the last evaluation before");
    let parts = |row: usize, variant: usize| rows[row].translations[variant].parts.clone();
    assert_eq!(parts(0, 0), ["drei", "zwei", ""], "zwei was added");
    assert_eq!(parts(0, 1), ["zwei", "", ""], "nothing has changed");
    assert_eq!(parts(1, 0), ["", "einhundert", ""]);
    let right: Vec<Option<bool>> = rows[0].translations.iter().map(|translation| translation.is_right).collect();
    assert_eq!(right, [Some(false), Some(true)]);

    let (step, rows) = sample_rows(&history, None);
    assert_eq!(step, Some(40), "the last one");
    assert_eq!(rows[0].translations[1].parts.concat(), "–", "this run has diverged and translates nothing");
    assert_eq!(rows[0].translations[1].is_right, Some(false), "although it was right before");
    assert_eq!(sample_rows(&History::new(history.setup.clone()), None), (None, Vec::new()), "not evaluated yet");
}

#[test]
fn a_note_says_what_is_translated() {
    let answer = SentenceAnswer {
        words: vec!["four".into(), "<unk>".into()],
        left_out: 2,
        reference: Some("vier".into()),
        ..SentenceAnswer::default()
    };
    let note = sentence_note(Task::Numbers, &answer);
    for part in ["1 word is not in the language", "the last 2 symbols are left out", "Correct translation: vier"] {
        assert!(note.contains(part), "{part} in {note}");
    }
    let test = sentence_note(Task::Numbers, &SentenceAnswer { test: Some(1234), ..SentenceAnswer::default() });
    let words = vec!["▁a".into(), "<unk>".into()];
    let note =
        sentence_note(Task::Texts, &SentenceAnswer { words, reference: Some("b".into()), ..SentenceAnswer::default() });
    let expected = "1 character was not seen in training and is read as <unk>. Symbols: ▁a <unk> Reference: b";
    assert_eq!(note, expected, "of a text");
    assert!(test.starts_with("Test sentence 1,234."), "{test}");
    let direction: Direction = "fr-zh".parse().expect("a pair");
    assert!(
        sentence_invitation(Task::Numbers, direction).starts_with("French to Chinese. Type"),
        "it names the languages"
    );
}

#[test]
fn attention_is_that_of_a_head_or_the_mean_of_all() {
    // Two layers of two heads, one output and two inputs.
    let weights = vec![0.0, 1.0, 1.0, 0.0, 0.25, 0.75, 0.75, 0.25];
    let map = AttentionMap { run: 0, layers: 2, heads: 2, inputs: 2, weights };
    assert_eq!(map.of(0, Some(1)), [1.0, 0.0]);
    assert_eq!(map.of(1, Some(0)), [0.25, 0.75]);
    assert_eq!(map.of(1, None), [0.5, 0.5], "the mean over the heads");
}

#[test]
fn translations_of_texts_have_a_score_instead_of_a_verdict() {
    let mut history = history();
    history.setup.experiment.dataset.name = emergence_lab::experiment::DatasetName::Multi30k;
    let scored = Translation { chrf: Some(61.6), ..translation("zwei", &[1.0, 1.0], None) };
    let rows =
        translation_rows(&history, &SentenceAnswer { translations: vec![scored; 4], ..SentenceAnswer::default() });
    assert_eq!(rows[0].verdict, "chrF 62");
    let evaluation = EvaluationRecord {
        step: 20,
        runs: vec![Some(crate::fixtures::evaluation(0, 20)); 4],
        layers: Vec::new(),
        translations: [["zwei", "hundert"]; 4].map(|texts| texts.map(ToOwned::to_owned).to_vec()).to_vec(),
    };
    history.apply(&Record { evaluations: vec![evaluation], ..Record::default() });
    let (_, rows) = sample_rows(&history, None);
    let right = [0, 1].map(|row: usize| rows[row].translations[0].is_right);
    assert_eq!(right, [Some(true), None], "another translation may be as good");
}

#[test]
fn the_figure_follows_the_task() {
    use emergence_lab::catalog::FigureQuantity::{
        Accuracy, Bleu, BleuDifference, Difference, EmergenceB, ExactMatch, TrainLoss,
    };
    let transformer = Experiment::standard(emergence_lab::experiment::DatasetName::Numbers).model;
    let fitted = |show: &[_], before, task| {
        let mut view = FigureView { show: show.to_vec(), ..FigureView::default() };
        view.fit(&transformer, before, task);
        view.show
    };
    let (images, numbers, texts) = (Task::Images, Task::Numbers, Task::Texts);
    assert_eq!(fitted(&[Accuracy, TrainLoss, EmergenceB], images, texts), [Accuracy, Bleu, EmergenceB], "the default");
    assert_eq!(fitted(&[Accuracy, Bleu, EmergenceB], texts, numbers), [ExactMatch, TrainLoss, EmergenceB], "and on");
    assert_eq!(fitted(&[Bleu, Accuracy], texts, images), [Accuracy], "what does not exist, and nothing twice");
    assert_eq!(fitted(&[BleuDifference, EmergenceB], texts, images), [Difference, EmergenceB], "a difference");
    assert_eq!(fitted(&[TrainLoss, Bleu], texts, texts), [TrainLoss, Bleu], "a choice stays");
}

#[test]
fn another_kind_of_data_brings_its_experiment() {
    let before = Experiment { seeds: 7, ..Experiment::default() };
    let data = |name: &str| vec![("data".to_owned(), name.to_owned())];
    assert_eq!(after_change_of_data(&before, &data("digits")), None, "images again");
    let sentences = after_change_of_data(&before, &data("numbers")).expect("another kind");
    assert_eq!((sentences.seeds, sentences.to_query().as_str()), (7, "data=numbers&seeds=7"), "the seeds stay");
    assert_eq!(sentences.validate(), Ok(()));
    let upload = with_data(&sentences, emergence_lab::experiment::DatasetName::Upload);
    assert_eq!(upload.model, Experiment::default().model, "own files are images");
    let texts = after_change_of_data(&sentences, &data("multi30k")).expect("another task");
    assert_eq!(texts.to_query(), "data=multi30k&seeds=7", "with the defaults of texts");
    let own = after_change_of_data(&texts, &data("text")).expect("another direction");
    assert_eq!(own.to_query(), "data=text&seeds=7", "languages without names");
    assert_eq!(upload.norm, Experiment::default().norm);
}
