//! Real text: words, byte pair encoding against Hugging Face's tokenizers (`tests/data/byte_pairs_reference.py`), files of sentences, and
//! Multi30k itself if it is available.

use super::{Folder, gzip, real_data};
use crate::fixtures::part;
use emergence_lab::catalog::Part;
use emergence_lab::dataset::parts::DatasetParts;
use emergence_lab::dataset::readers::LoadedFiles;
use emergence_lab::dataset::readers::archive::NamedFile;
use emergence_lab::dataset::text::{BytePairEncoding, ParallelCorpus, TextPair, joined, words};
use emergence_lab::dataset::upload::{self, Upload};
use emergence_lab::dataset::{Dataset, PairSet, files, until_end, without_padding};
use emergence_lab::digest::sha256;
use emergence_lab::error::{CorpusError, DatasetError, Error, UnknownFile, UploadError};
use emergence_lab::experiment::dataset::{ExampleFacts, Selection};
use emergence_lab::experiment::{DatasetName, DatasetSpec, Direction};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::HashSet;

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

#[test]
fn merges_and_symbols_are_those_of_tokenizers() {
    let reference: Value = serde_json::from_str(include_str!("../../data/byte_pairs_reference.json")).expect("JSON");
    let corpora = reference["corpora"].as_array().expect("a list");
    assert!(corpora.len() >= 9, "the file is read");
    for corpus in corpora {
        let name = corpus["name"].as_str().expect("a name");
        let size = usize::try_from(corpus["size"].as_u64().expect("a size")).expect("small");
        let encoding = BytePairEncoding::learn(texts(&corpus["sentences"]).into_iter(), size);
        let symbols = (4..encoding.len()).map(|symbol| encoding.text(u16::try_from(symbol).expect("few symbols")));
        assert_eq!(symbols.collect::<Vec<_>>(), texts(&corpus["vocabulary"]), "{name}: the vocabulary");
        let merges = corpus["merges"].as_array().expect("a list").iter().map(texts).collect::<Vec<_>>();
        let got = encoding.merges().map(|(left, right)| vec![left, right]).collect::<Vec<_>>();
        assert_eq!(got, merges, "{name}: the merges");
        let mut encoder = encoding.encoder();
        for entry in corpus["encoded"].as_array().expect("a list") {
            let sentence = entry["sentence"].as_str().expect("a sentence");
            let expected: Vec<u64> = entry["symbols"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|symbol| symbol.as_u64().expect("one"))
                .collect();
            let got: Vec<u64> = encoder.encode(sentence).into_iter().map(u64::from).collect();
            assert_eq!(got, expected, "{name}: `{sentence}`");
        }
    }
}

#[test]
fn sentences_are_divided_into_words_and_put_together_again() {
    let cases: [(&str, &[&str]); 6] = [
        ("it's 5 €.", &["▁it", "'", "s", "▁5", "▁€", "."]),
        ("  Zwei\u{a0}Hunde ", &["▁Zwei", "▁Hunde"]),
        ("a-b (c)", &["▁a", "-", "b", "▁(", "c", ")"]),
        ("我们，好", &["▁我们", "，", "好"]),
        ("a▁b", &["▁a", "▁b"]),
        ("", &[]),
    ];
    for (sentence, expected) in cases {
        assert_eq!(words(sentence), expected, "{sentence}");
    }
}

proptest! {
    #[test]
    fn encoding_loses_nothing_but_spaces(sentences in prop::collection::vec("[a-eé ,.']{0,30}", 1..20), size in 100..200_usize) {
        let encoding = BytePairEncoding::learn(sentences.iter().map(String::as_str), size);
        prop_assert!(encoding.len() <= size, "at most as many symbols as asked for");
        let mut encoder = encoding.encoder();
        for sentence in &sentences {
            let symbols = encoder.encode(sentence);
            prop_assert_eq!(encoding.decode(&symbols), sentence.split_whitespace().collect::<Vec<_>>().join(" "));
            prop_assert_eq!(joined(words(sentence).iter().map(String::as_str)), encoding.decode(&symbols));
        }
    }
}

#[test]
fn only_the_most_frequent_characters_have_symbols_if_there_are_too_many() {
    // ▁ occurs 6 times, a 3 times, b and c twice, d once: of b and c the smaller code point is kept.
    let sentences = ["a", "a", "a", "b c", "bcd", "\u{2581}"];
    let encoding = BytePairEncoding::learn(sentences.into_iter(), 4 + 3);
    assert_eq!((4..7).map(|symbol| encoding.text(symbol)).collect::<Vec<_>>(), ["a", "b", "▁"], "by code point");
    assert_eq!(encoding.encoder().encode("bcd"), [6, 5, 3, 3], "the others are unknown");
    assert_eq!(encoding.decode(&[6, 5, 3, 3]), "b<unk><unk>", "and say so");
}

/// A file by its name and contents.
type Given<'a> = (&'a str, &'a [u8]);

fn read(files: &[Given<'_>]) -> Result<ParallelCorpus, Error> {
    let files = files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.to_vec() });
    match upload::assemble(files.collect(), &[])?.0 {
        Upload::Sentences(corpus) => Ok(corpus),
        Upload::Images(_) => panic!("no images were given"),
    }
}

/// Lines of the form `aI\tbI`, followed by `more`.
fn table(count: usize, more: &str) -> Vec<u8> {
    (0..count).flat_map(|index| format!("a{index}\tb{index}{more}\n").into_bytes()).collect()
}

fn pair(first: &str, second: &str) -> TextPair {
    [first.to_owned(), second.to_owned()]
}

/// All pairs, in the order of their first sentences.
fn all(corpus: &ParallelCorpus) -> Vec<TextPair> {
    let mut pairs = [corpus.train.clone(), corpus.test.clone()].concat();
    pairs.sort();
    pairs
}

#[test]
fn tables_are_read_as_people_have_them() {
    let expected = [pair("a0", "b0"), pair("a1", "b1"), pair("a2", "b2")];
    let numbered = b"\xef\xbb\xbf17\ta0\t99\tb0\r\n18\ta1\t98\tb1\r\n\r\n19\ta2\t97\tb2\r\n";
    // As Anki writes notes in plain text, with HTML, a quoted field, and columns that are no sentences.
    let anki = "#separator:tab\n#html:true\n#guid column:1\n#tags column:4\nx7/<a\t<b>a0</b>\t\"b0\"\tverb\nk:2b\ta1&nbsp;\tb1\t\nq\ta2\tb2\t\n";
    let cases: [(&str, Vec<u8>); 5] = [
        ("Selected Notes.txt", anki.as_bytes().to_vec()),
        ("pairs.tsv", table(3, "")),
        ("deu.txt", table(3, "\tCC-BY 2.0 (France) Attribution: tatoeba.org")),
        ("Sentence pairs in English-German.tsv", numbered.to_vec()),
        ("spaces.tsv", b"\n a0 \t b0 \na1\tb1\n\ta translation alone\na2\tb2\t\n".to_vec()),
    ];
    for (name, bytes) in cases {
        assert_eq!(all(&read(&[(name, &bytes)]).expect(name)), expected, "{name}");
    }
    let quoted = b"\"a \"\"0\"\"\"\tb0\nR&amp;D\tb1\na2\tb2\n";
    let pairs = all(&read(&[("a.tsv", quoted)]).expect("a table"));
    assert_eq!(
        pairs[..2],
        [pair("R&amp;D", "b1"), pair("a \"0\"", "b0")],
        "quotation marks; HTML only where the file says so"
    );
    let incomplete = read(&[("a.tsv", b"a\tb\nc\td\n\te\n")]).expect("a table");
    assert_eq!((incomplete.train.len() + incomplete.test.len(), incomplete.found), (2, 3), "one lacks a sentence");
}

#[test]
fn files_whose_lines_correspond_belong_together() {
    let [german, english] = [&b"a0\na1\n\na3\n"[..], b"b0\nb1\nb2\nb3"];
    let parts = [("train.en", english), ("test.de", german), ("train.de", german), ("test.en", english)];
    let corpus = read(&parts).expect("two parts");
    // The first language is the one whose name comes first; a line that is empty in one file has no pair.
    let pairs = vec![pair("a0", "b0"), pair("a1", "b1"), pair("a3", "b3")];
    assert_eq!((&corpus.train, &corpus.test, corpus.found), (&pairs, &pairs, 8), "both parts");
    let shared_task = [
        ("train.de", german),
        ("train.en", english),
        ("newstest2014-src.de", german),
        ("newstest2014-ref.en", english),
    ];
    let shared_task = read(&shared_task).expect("two parts");
    assert_eq!((shared_task.train, shared_task.test), (pairs.clone(), pairs.clone()), "by language, not by name");
    let latest = read(&[("latest.tsv", &table(12, ""))]).expect("a table");
    assert_eq!((latest.train.len(), latest.test.len()), (10, 2), "`latest` is no test part");
    let with_validation = [&parts[..], &[("val.de", german), ("val.en", english)]].concat();
    assert_eq!(read(&with_validation), Ok(corpus), "a validation file is neither");
    let validation = read(&[("dev.de", german), ("dev.en", english)]).expect("one part");
    assert_eq!((validation.found, validation.test.len()), (4, 1), "unless there is no other");
    let several = [("1.de", german), ("1.en", english), ("2.de", &german[..6]), ("2.en", &english[..6])];
    assert_eq!(read(&several).expect("two files twice").found, 6, "names differ in the last word");
    let archive =
        super::cifar::tar(&[("c/README", b"about"), ("c/a.de", german), ("c/._a.de", b"?"), ("c/a.en", english)]);
    assert_eq!(read(&[("c.tar", &archive)]).expect("an archive").found, 4, "an archive, with a description");
    let described = read(&[("README.md", b"about"), ("a.de", german), ("a.en", english)]);
    assert_eq!(described.expect("two files").found, 4, "a description beside them");
    let two_names = read(&[("deutsch.txt", german), ("englisch.txt", english)]);
    assert_eq!(two_names.expect("two files").found, 4, "two files belong together whatever their names are");
}

#[test]
fn a_sixth_of_the_sentences_is_held_out() {
    // Sorted by length, as in Anki's files, and every sentence has two translations; one translation is that of two sentences.
    let lines = (0..60).map(|index| format!("a{index}\tb{index}\na{index}\tc{}", index / 2));
    let text = lines.collect::<Vec<_>>().join("\n");
    let corpus = read(&[("deu.txt", text.as_bytes())]).expect("a table");
    let firsts = |pairs: &[TextPair]| pairs.iter().map(|[first, _]| first.clone()).collect::<HashSet<_>>();
    let seconds = |pairs: &[TextPair]| pairs.iter().map(|[_, second]| second.clone()).collect::<HashSet<_>>();
    assert_eq!(firsts(&corpus.test).len(), 10, "a sixth of 60");
    assert_eq!(corpus.test.len(), 20, "with all of their translations");
    assert!(firsts(&corpus.train).is_disjoint(&firsts(&corpus.test)), "no sentence is in both parts");
    assert!(seconds(&corpus.train).is_disjoint(&seconds(&corpus.test)), "and no translation");
    assert_eq!(firsts(&corpus.train).len(), 50, "every other sentence keeps a translation");
    let late = firsts(&corpus.test).iter().filter(|name| name[1..].parse::<u32>().expect("a number") >= 30).count();
    assert!((1..10).contains(&late), "{late} of 10 are of the second half: drawn from all of them");
    assert_eq!(read(&[("other.txt", text.as_bytes())]).expect("a table").test, corpus.test, "always the same");
}

#[test]
fn files_that_are_no_pairs_are_refused() {
    let error = |files: &[Given<'_>]| read(files).expect_err("unusable");
    let of = |error: CorpusError| Error::from(error);
    let columns = |file: &str, line| of(CorpusError::Columns { file: file.to_owned(), line });
    assert_eq!(error(&[("a.txt", b"a\tb\nc d\n")]), columns("a.txt", 2), "a line without a tab");
    let broken = [table(3, ""), b"c d\n".to_vec()].concat();
    assert_eq!(error(&[("a.tsv", &broken), ("b.tsv", &broken)]), columns("a.tsv", 4), "in two tables");
    let many = "x\n".repeat((upload::TEXTS >> 1) + 1);
    let too_large = DatasetError::DataFileTooLarge { path: "a.txt".to_owned(), limit: 64 << 20 };
    assert_eq!(error(&[("a.txt", many.as_bytes())]), too_large.into(), "too large");
    assert_eq!(error(&[("a.txt", b"\n \n")]), columns("a.txt", 1), "no sentence");
    let encoding = CorpusError::Encoding { file: "latin.tsv".to_owned(), line: 2 };
    assert_eq!(error(&[("latin.tsv", b"a\tb\nH\xfcte\thats\n")]), of(encoding), "another encoding");
    let unpaired = CorpusError::Unpaired { files: vec!["b.de".to_owned()] };
    assert_eq!(error(&[("a.de", b"x"), ("a.en", b"x"), ("b.de", b"x")]), of(unpaired), "a file too few");
    let files = ["a.de", "a.en"].map(str::to_owned);
    assert_eq!(
        error(&[("a.de", b"x\ny"), ("a.en", b"x")]),
        of(CorpusError::LineCount { files, lines: [2, 1] }),
        "lines"
    );
    assert_eq!(error(&[("a.tsv", b"a\tb\n")]), of(CorpusError::TooFew { got: 1 }), "one pair");
    assert_eq!(error(&[("a.tsv", b"a\tb\na\tc\n")]), of(CorpusError::TooFew { got: 2 }), "one sentence");
    let mixed = UploadError::MixedKinds { image: "b.bin".to_owned(), text: "a.tsv".to_owned() };
    assert_eq!(error(&[("a.tsv", &table(3, "")), ("b.bin", &super::cifar::batch(&[1]))]), mixed.into(), "images, too");
    let kind = |file: &str, got| Error::from(UploadError::Kind { file: file.to_owned(), got });
    let got = error(&[("a.zip", b"PK\x03\x04\0\0")]);
    assert!(matches!(&got, Error::Dataset(DatasetError::ArchiveDamaged { file, .. }) if file == "a.zip"), "{got}");
    assert_eq!(error(&[("a.txt", b"\xff\xfea\0")]), kind("a.txt", UnknownFile::Utf16), "UTF-16");
    let message = columns("a.txt", 2).to_string();
    let expected = "a.txt: expected a sentence, a tab and its translation in every line, or a second file with the translations, \
                    got none in line 2";
    assert_eq!(message, expected, "one plain line");
}

/// Sentences of 2 to 5 symbols, with one of 9.
fn corpus() -> ParallelCorpus {
    let train = ["a b", "b a", "a a b", "b b a a", "a b a b a b a b a"].map(|text| pair(text, &text.to_uppercase()));
    let test = ["b b", "a a a", "c a"].map(|text| pair(text, &text.to_uppercase()));
    ParallelCorpus { found: 8, train: train.to_vec(), test: test.to_vec() }
}

fn spec(direction: Direction, length: usize) -> DatasetSpec {
    DatasetSpec { direction, length, vocabulary: 100, ..DatasetSpec::whole(DatasetName::Text) }
}

#[test]
fn pairs_that_are_too_long_are_left_out_and_counted() {
    let set = corpus().encoded(DatasetName::Text, &spec(Direction::Forward, 5)).expect("most are short");
    let selection = set.selection.expect("a text");
    assert_eq!((selection.length, selection.train, selection.test), (5, [4, 5], [3, 3]), "one of five is too long");
    assert_eq!((set.train.len(), set.test.len()), (4, 3), "as many are used");
    let ExampleFacts::Pairs { source, target, joint } = set.examples else { panic!("sentences") };
    assert_eq!((source.positions, target.positions, joint), (5, 6, true), "a translation has an end");
    assert_eq!([source.symbols, target.symbols], [selection.vocabulary; 2], "one vocabulary");
    assert_eq!(set.source, set.target, "for both languages");
    let texts = |set: &PairSet, index| {
        let (source, target) = set.test.get(index).expect("a pair");
        [set.source.text(&without_padding(source)), set.target.text(&until_end(target))]
    };
    assert_eq!(texts(&set, 1), ["a a a", "A A A"], "first to second");
    assert_eq!(texts(&set, 2), ["<unk> a", "<unk> A"], "a character that was not seen in training");
    assert_eq!(set.references[2], "C A", "the reference is as it was read");
    let back = corpus().encoded(DatasetName::Text, &spec(Direction::Back, 5)).expect("most are short");
    assert_eq!((texts(&back, 1), &*back.references[1]), (["A A A".into(), "a a a".into()], "a a a"), "second to first");
    let few = Dataset::from(set.clone()).selected(&part(Some(2), Some(500))).expect("texts may have fewer");
    assert_eq!((few.len(Part::Train), few.len(Part::Test)), (2, 3), "at most as many as asked for");
    let all_too_long = CorpusError::AllTooLong { part: Part::Train, limit: 1, pairs: 5 };
    let got = corpus().encoded(DatasetName::Text, &spec(Direction::Forward, 1)).expect_err("too short");
    assert_eq!((got.key(), got), (Some("length"), all_too_long.into()), "nothing is left");
}

#[test]
fn other_workers_get_the_same_texts() {
    let set = Dataset::from(corpus().encoded(DatasetName::Text, &spec(Direction::Back, 5)).expect("most are short"));
    let bytes = postcard::to_allocvec(&DatasetParts::of(&set)).expect("plain values");
    let parts: DatasetParts = postcard::from_bytes(&bytes).expect("the same format");
    let examples: Vec<Vec<u8>> = DatasetParts::examples(&set).into_iter().map(Into::into).collect();
    assert_eq!(parts.clone().join(examples.clone()), Some(set), "joined again");
    assert_eq!(parts.clone().join(examples[..3].to_vec()), None, "a part is missing");
    let cut = examples.into_iter().map(|part| part[..part.len() - 2].to_vec()).collect();
    assert_eq!(parts.join(cut), None, "a symbol is missing");
}

#[test]
fn own_files_are_those_of_a_folder() {
    let folder = Folder::new("own");
    let missing = files::own(&folder.0, DatasetName::Text).expect_err("no folder");
    let path = folder.0.join("text").display().to_string();
    assert_eq!(missing, DatasetError::FolderMissing { path }.into(), "no folder");
    folder.put_in("text", "b.tsv.gz", &gzip(&table(3, "")));
    folder.put_in("text", ".hidden", b"\0");
    let mut found = files::own(&folder.0, DatasetName::Text).expect("a folder");
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let file = |name: &str, bytes: Vec<u8>| NamedFile { name: name.to_owned(), bytes };
    assert_eq!(
        found,
        [file(".hidden", vec![0]), file("b.tsv.gz", gzip(&table(3, "")))],
        "all of its files as they are"
    );
    let (upload, notes) = upload::assemble(found, &[]).expect("a table");
    assert!(matches!(upload, Upload::Sentences(corpus) if corpus.found == 3), "unpacked");
    assert_eq!(notes.len(), 1, "the hidden one is left aside");
}

/// Merges and numbers from `tests/data/byte_pairs_reference.py data/multi30k`, an independent program.
#[test]
fn multi30k_is_what_was_published() {
    let Some(folder) = real_data("multi30k") else { return };
    let publication = super::published(DatasetName::Multi30k);
    super::check(&folder, DatasetName::Multi30k).expect("the published files");
    let loaded = files::load(&folder, DatasetName::Multi30k, publication).expect("the published files");
    let LoadedFiles::Sentences(corpus) = loaded else { panic!("sentences") };
    assert_eq!((corpus.train.len(), corpus.test.len()), (29_000, 1_000), "pairs");
    let set = corpus.encoded(DatasetName::Multi30k, &DatasetSpec::whole(DatasetName::Multi30k)).expect("short ones");
    let expected = Selection { length: 20, vocabulary: 2_000, train: [17_656, 29_000], test: [643, 1_000] };
    assert_eq!(set.selection, Some(expected), "the pairs that are short enough");
    let encoding = BytePairEncoding::learn(corpus.train.iter().flatten().map(String::as_str), 2_000);
    let merges = encoding.merges().map(|(left, right)| format!("{left} {right}\n"));
    assert_eq!(sha256(merges), "b7a552791e8384559eda384ea84d37e754770a8200e59f8bff843a8a32a2ca2c", "the merges");
    let train: HashSet<&TextPair> = corpus.train.iter().collect();
    assert!(corpus.test.iter().filter(|pair| train.contains(pair)).count() < 10, "the parts are different");
}
