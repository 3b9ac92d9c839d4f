//! The time of a training step, by a clock that goes on by a tenth of a second whenever it is read.

use crate::fixtures::experiment;
use emergence_lab::dataset::{Dataset, ImageSet, drawn};
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::train::step_seconds;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

static READINGS: AtomicU32 = AtomicU32::new(0);

fn now_secs() -> f64 {
    f64::from(READINGS.fetch_add(1, Ordering::Relaxed)) / 10.0
}

#[test]
fn steps_are_counted_from_the_second_one_until_the_time_is_up() {
    let images = ImageSet::drawn(&drawn::digits::RECIPE, 0, 64, 16).expect("digits are drawn");
    let dataset: Rc<Dataset> = Rc::new(images.into());
    // A scheme whose weights are tuned for long: here they are not.
    let query =
        "data=digits&train=64&test=16&model=mlp:8&batch=4&init=gradinit(kaiming_normal;steps=1000)&seeds=2&eval=1";
    let tuned: Experiment = experiment(query);
    READINGS.store(0, Ordering::Relaxed);
    let open = open_cpu();
    let seconds = step_seconds(&tuned, Share::WHOLE, &dataset, &open, 0.25, now_secs);
    let seconds = pollster::block_on(seconds).expect("the CPU computes");
    // Read after 1, 2 and 4 steps: 0.3 s for 7 steps.
    assert!((seconds - 0.3 / 7.0).abs() < 1e-12, "{seconds} s a step");
    let many = Experiment { seeds: 48, ..tuned };
    let seconds = step_seconds(&many, Share::WHOLE, &dataset, &open, 0.25, now_secs);
    assert!(pollster::block_on(seconds).expect("the CPU computes") > 0.0, "as many runs as are computed at once");
}
