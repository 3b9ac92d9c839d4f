//! Which of the two workers an experiment gets: the large one only where there is a graphics adapter and the experiment may use it.

use super::{NEW_WORKER, READY, ask, hear};
use crate::fixtures::experiment;
use emergence_lab::experiment::Experiment;
use emergence_lab::metrics::StepTimes;
use emergence_lab::protocol::{Command, Computing};
use emergence_lab::web::page::model::lifecycle::{Effect, Lifecycle};
use emergence_lab::web::page::model::phase::{Phase, Request};
use emergence_lab::web::page::model::worker_program::WorkerProgram;

const LARGE_WORKER: Effect = Effect::ReplaceWorker(WorkerProgram::Gpu);

fn on(device: &str) -> Experiment {
    experiment(&format!("data=digits&device={device}"))
}

fn run(lifecycle: &mut Lifecycle, experiment: &Experiment, effects: &[Effect], phase: Phase) {
    assert_eq!(lifecycle.request(Request::Run, experiment), effects, "effects of running on {:?}", experiment.device);
    assert_eq!(lifecycle.phase(), phase, "phase after running on {:?}", experiment.device);
}

fn started(experiment: &Experiment) -> [Effect; 1] {
    [Effect::Send(Command::Start {
        experiment: experiment.clone().into(),
        paused: false,
        computing: Computing::default(),
        resumes: false,
    })]
}

/// A page that trains on the GPU.
fn on_gpu() -> Lifecycle {
    let mut lifecycle = Lifecycle::default();
    run(&mut lifecycle, &on("auto"), &[Effect::AskForAdapter], Phase::Loading);
    assert!(lifecycle.worker_absent(), "nothing is fetched before the answer");
    assert_eq!(lifecycle.adapter_known(true), [LARGE_WORKER], "there is a GPU");
    hear(&mut lifecycle, &READY, &started(&on("auto")), Phase::Preparing);
    lifecycle
}

#[test]
fn an_experiment_on_the_cpu_gets_the_small_worker_at_once() {
    let mut lifecycle = Lifecycle::default();
    run(&mut lifecycle, &on("cpu"), &[NEW_WORKER], Phase::Loading);
    hear(&mut lifecycle, &READY, &started(&on("cpu")), Phase::Preparing);
}

#[test]
fn without_an_adapter_the_small_worker_serves_all() {
    for device in ["auto", "webgpu"] {
        let mut lifecycle = Lifecycle::default();
        run(&mut lifecycle, &on(device), &[Effect::AskForAdapter], Phase::Loading);
        assert_eq!(lifecycle.adapter_known(false), [NEW_WORKER], "it states the reason with device={device}");
        hear(&mut lifecycle, &READY, &started(&on(device)), Phase::Preparing);
        ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
        run(&mut lifecycle, &on("auto"), &[], Phase::Loading);
    }
}

#[test]
fn the_large_worker_is_replaced_by_the_small_one_which_uses_all_cores() {
    let mut lifecycle = on_gpu();
    assert_eq!(lifecycle.request(Request::Run, &on("cpu")), [], "not while it prepares");
    ask(&mut lifecycle, Request::Reset, &[LARGE_WORKER], Phase::Ready);
    hear(&mut lifecycle, &READY, &[], Phase::Ready);
    run(&mut lifecycle, &on("cpu"), &[NEW_WORKER], Phase::Loading);
    hear(&mut lifecycle, &READY, &started(&on("cpu")), Phase::Preparing);
}

#[test]
fn a_small_worker_is_replaced_when_an_experiment_may_use_the_gpu() {
    let mut lifecycle = Lifecycle::default();
    assert_eq!(lifecycle.want_worker(), [NEW_WORKER], "to read files");
    hear(&mut lifecycle, &READY, &[], Phase::Ready);
    run(&mut lifecycle, &on("auto"), &[Effect::AskForAdapter], Phase::Loading);
    assert_eq!(lifecycle.adapter_known(true), [LARGE_WORKER], "the small one cannot use it");
    assert_eq!(lifecycle.program(), WorkerProgram::Gpu, "which is remembered");
}

#[test]
fn an_answer_after_a_reset_starts_nothing() {
    let mut lifecycle = Lifecycle::default();
    run(&mut lifecycle, &on("auto"), &[Effect::AskForAdapter], Phase::Loading);
    ask(&mut lifecycle, Request::Reset, &[], Phase::Ready);
    assert_eq!(lifecycle.adapter_known(true), [], "the visitor has changed their mind");
    run(&mut lifecycle, &on("auto"), &[LARGE_WORKER], Phase::Loading);
}

#[test]
fn a_large_worker_that_cannot_be_loaded_is_replaced_if_the_gpu_is_optional() {
    for (device, optional) in [("auto", true), ("webgpu", false)] {
        let mut lifecycle = Lifecycle::default();
        run(&mut lifecycle, &on(device), &[Effect::AskForAdapter], Phase::Loading);
        assert!(!lifecycle.hopes_for_gpu(), "nothing is known yet");
        assert_eq!(lifecycle.adapter_known(true), [LARGE_WORKER], "there is a GPU");
        assert_eq!(lifecycle.hopes_for_gpu(), optional, "with device={device}");
    }
    let mut lifecycle = Lifecycle::default();
    ask(&mut lifecycle, Request::Run, &[NEW_WORKER], Phase::Loading);
    assert!(!lifecycle.hopes_for_gpu(), "the small worker is not about the GPU");
}

#[test]
fn a_gpu_that_is_refused_is_left_for_the_small_worker() {
    let mut lifecycle = on_gpu();
    assert_eq!(lifecycle.leave_gpu(&on("auto")), [NEW_WORKER], "the experiment starts again there");
    hear(&mut lifecycle, &READY, &started(&on("auto")), Phase::Preparing);
    ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
    run(&mut lifecycle, &on("auto"), &[], Phase::Loading);
}

#[test]
fn the_small_worker_takes_over_where_the_cpu_is_faster() {
    let mut lifecycle = on_gpu();
    let times = StepTimes { webgpu_microseconds: 4800, cpu_microseconds: 2100 };
    assert!(times.cpu_is_faster(), "2.1 ms are less than 4.8 ms");
    assert_eq!(lifecycle.prefer_cpu(times), [NEW_WORKER], "the experiment starts again there");
    let computing = Computing { step_times: Some(times), ..Computing::default() };
    let start = |experiment: &Experiment| {
        [Effect::Send(Command::Start {
            experiment: experiment.clone().into(),
            paused: false,
            computing,
            resumes: false,
        })]
    };
    hear(&mut lifecycle, &READY, &start(&on("auto")), Phase::Preparing);
    ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
    hear(&mut lifecycle, &READY, &[], Phase::Ready);
    let again = Experiment { steps: 7, first_seed: 9, ..on("auto") };
    run(&mut lifecycle, &again, &start(&again), Phase::Preparing);
    ask(&mut lifecycle, Request::Reset, &[NEW_WORKER], Phase::Ready);
    lifecycle.compute_with(Computing { cores: 3, ..Computing::default() });
    run(&mut lifecycle, &on("auto"), &[LARGE_WORKER], Phase::Loading);
    ask(&mut lifecycle, Request::Reset, &[], Phase::Ready);
    lifecycle.compute_with(Computing::default());
    let larger = Experiment { batch_size: 512, ..on("auto") };
    run(&mut lifecycle, &larger, &[], Phase::Loading);
}

#[test]
fn a_gpu_that_was_asked_for_stays_although_the_cpu_is_faster() {
    let mut lifecycle = on_gpu();
    let times = StepTimes { webgpu_microseconds: 4800, cpu_microseconds: 2100 };
    assert_eq!(lifecycle.prefer_cpu(times), [NEW_WORKER], "for this experiment");
    ask(&mut lifecycle, Request::Reset, &[], Phase::Ready);
    run(&mut lifecycle, &on("webgpu"), &[LARGE_WORKER], Phase::Loading);
}
