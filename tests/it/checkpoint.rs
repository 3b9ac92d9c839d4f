//! Checkpoints as files: they come back as they were, and whatever else is read instead is told apart, without a panic and without memory
//! that the file does not have.

use crate::fixtures::{narrow, synthetic_history};
use emergence_lab::checkpoint::{Checkpoint, CheckpointHeader, FORMAT, LARGEST_HEADER, MAGIC, RunState, TrainingState};
use emergence_lab::digest::sha256;
use emergence_lab::error::{CheckpointError, CheckpointPart};
use emergence_lab::experiment::Share;
use emergence_lab::metrics::InitCost;
use emergence_lab::version::COMPUTATION;
use proptest::prelude::*;

/// A made-up state of this many runs; the numbers of each run are its own.
fn state(runs: usize) -> TrainingState {
    let numbers = |run: usize, count: usize| (0..count).map(|index| narrow(run as f64 + index as f64 / 8.0)).collect();
    let run = |run: usize| RunState {
        weights_sha256: sha256([[u8::try_from(run).expect("few runs")]]),
        shortcuts: Vec::new(),
        parameters: vec![numbers(run, 6), numbers(run, 3)],
        statistics: vec![numbers(run, 3); 2],
        moments: vec![numbers(run, 6), numbers(run, 3)],
        predicted: vec![7, 1, 2],
    };
    let cost = InitCost { seconds: 0.5, forward_passes: 3, gradient_evaluations: 0 };
    TrainingState { step: 40, evaluated: 40, costs: vec![cost; 3], runs: (0..runs).map(run).collect() }
}

/// The state of a share as another worker gets it.
fn sent(state: &TrainingState, first: usize, of: usize) -> TrainingState {
    TrainingState::from_bytes(&state.share(Share::new(first, of)).to_bytes()).expect("its own bytes")
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(synthetic_history(40), &state(9))
}

#[test]
fn a_checkpoint_comes_back_as_it_was() {
    let checkpoint = checkpoint();
    let bytes = checkpoint.to_bytes();
    let read = Checkpoint::from_bytes(&bytes).expect("its own bytes");
    assert_eq!(read, checkpoint, "history, names of the layers and state");
    assert_eq!(read.training_state(), Ok(state(9)), "the state");
    assert_eq!(
        [checkpoint.head.to_bytes(), checkpoint.state.clone()].concat(),
        bytes,
        "the state is the end of the file"
    );
}

#[test]
fn the_header_is_read_without_the_rest() {
    let bytes = checkpoint().to_bytes();
    let (header, start) = CheckpointHeader::read(&bytes[..400]).expect("a header");
    assert_eq!((header.step, header.query), (40, checkpoint().head.experiment().to_query()), "what it is");
    assert_eq!((start as u64) + header.history_bytes + header.state_bytes, bytes.len() as u64, "its size");
}

#[test]
fn bytes_take_no_more_memory_than_they_need() {
    let whole = state(9);
    let all = whole.to_bytes();
    assert_eq!((all.capacity(), all.len()), (all.len(), all.len()), "nothing is reserved beyond their end");
    assert_eq!(whole.share(Share::WHOLE).to_bytes(), all, "the share of all runs has the same bytes");
    assert_eq!(whole.share(Share::new(1, 3)).runs, [1, 4, 7].map(|run| &whole.runs[run]), "and copies nothing");
}

/// The bytes of numbers that are not numbers survive: a diverged run goes on as it was.
#[test]
fn every_bit_of_a_number_is_kept() {
    let mut state = state(1);
    let odd = [f32::from_bits(0x7fc0_1234), f32::INFINITY, -0.0, f32::from_bits(1)];
    state.runs[0].parameters[0] = odd.to_vec();
    let read = TrainingState::from_bytes(&state.to_bytes()).expect("its own bytes");
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read.runs[0].parameters[0]), bits(&odd), "to the bit");
}

/// The layout of format 2. If this fails, what was written before cannot be read: raise `FORMAT`, then the sums here.
#[test]
fn the_layout_of_this_format_stays() {
    assert_eq!(FORMAT, 2, "the format of the sums below");
    let sums = [sha256([postcard_of_history()]), sha256([state(2).to_bytes()])];
    assert_eq!(
        sums.each_ref().map(|sum| &sum[..16]),
        ["3434ff83822fb60b", "e2e80ba2023fba2a"],
        "history and state as bytes"
    );
}

fn postcard_of_history() -> Vec<u8> {
    let (bytes, header) = (checkpoint().to_bytes(), |bytes: &[u8]| CheckpointHeader::read(bytes).expect("a header"));
    let (CheckpointHeader { history_bytes, .. }, start) = header(&bytes);
    bytes[start..start + usize::try_from(history_bytes).expect("small")].to_vec()
}

#[test]
fn what_is_no_checkpoint_is_named() {
    let read = |bytes: &[u8]| Checkpoint::from_bytes(bytes).expect_err("no checkpoint");
    let bytes = checkpoint().to_bytes();
    assert_eq!(read(b""), CheckpointError::Foreign { length: 0 }, "an empty file");
    assert_eq!(read(b"{\"schema\":"), CheckpointError::Foreign { length: 10 }, "another file");
    // A program that takes the file for text changes the ends of lines.
    let text = [b"\x93ELAB\n\n\n", &bytes[8..]].concat();
    assert!(matches!(read(&text), CheckpointError::Foreign { .. }), "a file that was sent as text");
    let mut newer = bytes.clone();
    newer[8] = 9;
    assert_eq!(read(&newer), CheckpointError::Format { expected: FORMAT, got: 9 }, "another format");
    let length = bytes.len() as u64;
    for cut in [bytes.len() - 1, bytes.len() / 2, 400] {
        let error = CheckpointError::Length { expected: length, got: cut as u64 };
        assert_eq!(read(&bytes[..cut]), error, "a file that ends at {cut}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert_eq!(read(&longer), CheckpointError::Length { expected: length, got: length + 1 }, "a longer file");
    for cut in [8, 10, 15, 60, 79, 90] {
        let CheckpointError::Length { expected, got } = read(&bytes[..cut]) else { panic!("cut off at {cut}") };
        assert!(got == cut as u64 && expected > got, "a file that ends in its header, at {cut}: {expected}");
    }
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("bytes") ^= 1;
    assert!(matches!(read(&damaged), CheckpointError::Checksum { part: CheckpointPart::State, .. }), "a flipped bit");
    let mut damaged = bytes;
    damaged[90] ^= 1;
    assert!(matches!(read(&damaged), CheckpointError::Checksum { part: CheckpointPart::Header, .. }), "in the header");
}

/// A file with this header, whose checksum is right.
fn file_with(header: &[u8], rest: &[u8]) -> Vec<u8> {
    let length = u32::try_from(header.len()).expect("short").to_le_bytes();
    [&MAGIC[..], &FORMAT.to_le_bytes(), &length, sha256([header]).as_bytes(), header, rest].concat()
}

#[test]
fn a_header_that_lies_is_refused() {
    let read = |bytes: &[u8]| Checkpoint::from_bytes(bytes).expect_err("no checkpoint");
    assert!(
        matches!(read(&file_with(b"\xff\xff", b"")), CheckpointError::Contents { part: CheckpointPart::Header, .. }),
        "nonsense"
    );
    let huge = [&MAGIC[..], &FORMAT.to_le_bytes(), &u32::MAX.to_le_bytes(), &[b'0'; 64]].concat();
    assert!(
        matches!(read(&huge), CheckpointError::Contents { part: CheckpointPart::Header, length: 0xffff_ffff }),
        "a header of 4 GiB"
    );
    assert!(huge.len() < LARGEST_HEADER, "of a short file");
    // As postcard writes it: program, query, step, sizes of 2^64 - 1, checksums.
    let lengths = [&[0xff; 9][..], &[1]].concat();
    let with = |program: &str| {
        let text = |text: &str| [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
        [
            text(program),
            text("seeds=1"),
            vec![7],
            lengths.clone(),
            lengths.clone(),
            text(&"0".repeat(64)),
            text(&"0".repeat(64)),
        ]
        .concat()
    };
    let error = |got: &str| CheckpointError::Program { expected: COMPUTATION.to_owned(), got: got.to_owned() };
    let (other_build, _) = COMPUTATION.split_once('+').expect("a version and a build");
    for other in ["9.9.9", other_build] {
        assert_eq!(read(&file_with(&with(other), b"")), error(other), "another program, or another build of it");
    }
    let bytes = file_with(&with(COMPUTATION), b"abc");
    let error = CheckpointError::Length { expected: u64::MAX, got: bytes.len() as u64 };
    assert_eq!(read(&bytes), error, "sizes that no file has");
}

#[test]
fn shares_are_joined_to_what_they_were_taken_from() {
    for (runs, of) in [(9, 1), (9, 2), (9, 4), (9, 9), (3, 2), (1, 1)] {
        let whole = state(runs);
        let shares = || (0..of).map(|first| sent(&whole, first, of)).collect::<Vec<_>>();
        assert_eq!(TrainingState::joined(shares()), Some(whole.clone()), "{runs} runs in {of} shares");
        if of > 1 {
            let mut apart = shares();
            apart[1].step += 1;
            assert_eq!(TrainingState::joined(apart), None, "{runs} runs in {of} shares at different steps");
            let mut fewer = shares();
            fewer[0].runs.clear();
            assert_eq!(TrainingState::joined(fewer), None, "{of} shares of {runs} runs, of which the first is empty");
        }
    }
    assert_eq!(TrainingState::joined(Vec::new()), None, "no shares");
    let of_third = sent(&state(9), 2, 3);
    assert_eq!(of_third.runs, [2, 5, 8].map(|run| state(9).runs[run].clone()), "every third run");
}

#[test]
fn initial_costs_are_those_of_the_most_expensive_share() {
    let (mut one, other) = (sent(&state(4), 0, 2), sent(&state(4), 1, 2));
    one.costs[1] = InitCost { seconds: 0.25, forward_passes: 8, gradient_evaluations: 1 };
    let joined = TrainingState::joined(vec![one, other]).expect("shares of the same runs");
    let expected = InitCost { seconds: 0.5, forward_passes: 8, gradient_evaluations: 1 };
    assert_eq!(joined.costs[1], expected, "of every number the greater one");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = TrainingState::from_bytes(&bytes);
        prop_assert!(Checkpoint::from_bytes(&bytes).is_err(), "random bytes are no checkpoint");
        prop_assert!(Checkpoint::from_bytes(&file_with(&bytes, &bytes)).is_err(), "nor are they a header");
    }

    #[test]
    fn a_damaged_state_is_read_without_a_panic(at in 0_usize..900, byte in any::<u8>(), cut in 0_usize..900) {
        let mut bytes = state(4).to_bytes();
        let length = bytes.len();
        bytes[at % length] = byte;
        let _ = TrainingState::from_bytes(&bytes);
        bytes.truncate(cut % length);
        let _ = TrainingState::from_bytes(&bytes);
        prop_assert!(TrainingState::from_bytes(&state(4).to_bytes()[..cut % length]).is_err(), "a state that ends early");
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(at in any::<prop::sample::Index>(), change in 1_u8..=255) {
        let mut bytes = checkpoint().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(Checkpoint::from_bytes(&bytes).is_err(), "byte {}", at);
    }
}
