//! Files of long experiments: they say of how many measurements their points are means, and are written in parts.

use crate::fixtures::setup;
use emergence_lab::catalog::Quantity;
use emergence_lab::experiment::EvaluationSteps;
use emergence_lab::export::{self, PART_BYTES, parse_results, results_json};
use emergence_lab::metrics::{EvaluationRecord, History, Record, RunEvaluation, StepRecord};
use emergence_lab::plot::svg::figure;

/// One run of 20,000 steps with an evaluation after each, until `until`.
fn long_history(until: u64) -> History {
    let mut setup = setup(&["pytorch"], 1, 20_000);
    setup.experiment.evaluation = EvaluationSteps::Every(1);
    let mut history = History::new(setup);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let value = |step: u64| step as f32;
    let evaluation = |step: u64| EvaluationRecord {
        step,
        runs: vec![Some(RunEvaluation {
            values: vec![(Quantity::TestAccuracy, Some(f64::from(value(step))))],
            active_fraction: vec![0.5],
            correct: Vec::new(),
        })],
        layers: Vec::new(),
        translations: Vec::new(),
    };
    history.apply(&Record {
        steps: (1..=until).map(|step| StepRecord { step, losses: vec![Some(value(step))] }).collect(),
        evaluations: (0..=until).map(evaluation).collect(),
        ..Record::default()
    });
    history
}

#[test]
fn files_of_long_experiments_state_their_resolution() {
    let history = long_history(19);
    let text = results_json(&history).expect("it has started");
    assert!(text.contains(r#""steps_per_point":2,"evaluations_per_point":8,"#), "in the results file");
    assert!(text.contains(r#""train_loss":[[2,1.5],[4,3.5],"#), "means of two steps");
    assert!(text.contains("[18,17.5],[19,19.0]]"), "the last one as it is");
    assert!(text.contains(r#""test_accuracy":[[0,0.0],[8,4.5],[16,12.5],[19,19.0]]"#), "means of eight evaluations");
    let read = parse_results(&text).expect("it is a results file");
    assert_eq!((read.steps_per_point, read.evaluations_per_point), (Some(2), Some(8)), "read back");
    let csv = export::csv(&history);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "variant,seed,step,quantity,value,measurements,unfinished_at,planned_steps",
            "pytorch,0,2,train_loss,1.5,2,19,20000",
            "pytorch,0,4,train_loss,3.5,2,19,20000"
        ]
    );
    for line in [
        "pytorch,0,19,train_loss,19,1,19,20000",
        "pytorch,0,0,test_accuracy,0,1,19,20000",
        "pytorch,0,8,test_accuracy,4.5,8,19,20000",
        "pytorch,0,19,test_accuracy,19,1,19,20000",
        "pytorch,0,8,active_fraction_1,0.5,1,19,20000",
    ] {
        assert!(lines.contains(&line), "{line} in {csv}");
    }
    let drawing = figure(&history, false);
    assert!(
        drawing.contains(
            "\nPoints are means: of the train loss over 2 steps, of others over 8 evaluations.\nUnfinished: step 19 of 20000.</desc>"
        ),
        "in the drawing"
    );
}

#[test]
fn long_files_are_written_in_parts() {
    let mut history = long_history(20_000);
    // Several megabytes.
    history.variants[0].runs = vec![history.variants[0].runs[0].clone(); 12];
    if let Some(start) = &mut history.setup.start {
        start.variants[0].runs = vec![start.variants[0].runs[0].clone(); 12];
    }
    let joined = |parts: Vec<Vec<u8>>| {
        assert!(parts.len() > 2, "{} parts", parts.len());
        assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= PART_BYTES), "of bounded length");
        String::from_utf8(parts.concat()).expect("it is text")
    };
    let mut parts: Vec<Vec<u8>> = Vec::new();
    export::write_csv(&history, &mut |part| parts.push(part.to_vec()));
    assert!(joined(std::mem::take(&mut parts)) == export::csv(&history), "the same CSV");
    export::write_results(&history, &mut |part| parts.push(part.to_vec()));
    assert!(Some(joined(parts)) == results_json(&history), "the same JSON");
    let nothing = History::preview(&history.setup.experiment);
    export::write_results(&nothing, &mut |_| panic!("no results before the start"));
}
