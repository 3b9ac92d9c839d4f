//! Data files over the network, from a small server of this test, and data files that are not the published ones.

use super::Folder;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

/// How a server treats a request for a file.
struct Answer {
    /// The file.
    body: Vec<u8>,
    /// Number of bytes that it sends before it hangs up.
    cut: Option<usize>,
    /// Whether it sends nothing more instead of hanging up; without a `cut`, not even the first line.
    hangs: bool,
}

impl Answer {
    fn cut(body: Vec<u8>, cut: Option<usize>) -> Self {
        Self { body, cut, hangs: false }
    }
}

/// The first lines of requests with their ranges, in order: `train.de.gz bytes=400-`.
type Requests = Vec<String>;

/// Runs `lab data fetch NAME` with a server that answers its requests in turn, and ranges of them, if it knows any.
fn fetched(
    name: &str,
    folder: &Folder,
    knows_ranges: bool,
    answer: impl Fn(usize, &str) -> Answer + Sync,
) -> (Output, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["data", "fetch", name, "--data-dir", &folder.path(""), "--from", &address]);
    command.args(["--license", "CC BY-NC-SA 4.0"]);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        command.env_remove(proxy);
    }
    thread::scope(|scope| {
        let served = scope.spawn(|| {
            let mut requests = Requests::new();
            let mut hanging = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                let mut hangs = false;
                let Some((name, range)) = request(&stream, |stream, name, range| {
                    let answer = answer(requests.len(), name);
                    hangs = answer.hangs;
                    respond(stream, &answer, range.filter(|_| knows_ranges));
                }) else {
                    break;
                };
                hanging.extend(hangs.then_some(stream));
                requests.push(range.map_or(name.clone(), |range| format!("{name} bytes={range}-")));
            }
            requests
        });
        let output = command.output().expect("lab starts");
        // An empty request ends the server.
        drop(TcpStream::connect(address.trim_start_matches("http://").trim_end_matches('/')));
        (output, served.join().expect("the server"))
    })
}

/// Reads a request, has it answered, and returns the name of the file and the first byte that is asked for.
fn request(
    stream: &TcpStream,
    answer: impl FnOnce(&TcpStream, &str, Option<usize>),
) -> Option<(String, Option<usize>)> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let name = lines.next()?.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let range = lines.filter_map(|line| {
        let line = line.to_lowercase();
        line.strip_prefix("range: bytes=")?.trim_end_matches('-').parse().ok()
    });
    let range = range.last();
    answer(stream, &name, range);
    Some((name, range))
}

fn respond(mut stream: &TcpStream, Answer { body, cut, hangs }: &Answer, range: Option<usize>) {
    if *hangs && cut.is_none() {
        return;
    }
    let length = body.len();
    let (status, start) = match range {
        Some(start) if start < length => ("206 Partial Content", start),
        Some(_) => ("416 Range Not Satisfiable", length),
        None => ("200 OK", 0),
    };
    let rest = &body[start..];
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{length}\r\n\r\n",
        rest.len(),
        length.saturating_sub(1),
    );
    // Whoever asks may hang up, too.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&rest[..cut.unwrap_or(rest.len()).min(rest.len())]);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The files of a folder.
fn names(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names = entries.map(|name| name.to_string_lossy().into_owned()).collect::<Vec<_>>();
    names.sort_unstable();
    names
}

#[test]
fn a_broken_download_goes_on_where_it_broke_off() {
    let folder = Folder::new("broken");
    let body = || vec![7; 1000];
    let cuts = [400, 100];
    let answer = |index: usize, _: &str| Answer::cut(body(), cuts.get(index).copied());
    let (output, requests) = fetched("multi30k", &folder, true, answer);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(requests, ["train.de.gz", "train.de.gz bytes=400-"], "one retry");
    assert_eq!(names(&folder.0.join("multi30k")), ["train.de.gz.partial"], "nothing under the final name");
    let partial = folder.0.join("multi30k/train.de.gz.partial");
    assert_eq!(std::fs::read(&partial).expect("it is kept"), vec![7; 500], "what has arrived");

    let (output, requests) = fetched("multi30k", &folder, true, |_, _| Answer::cut(body(), None));
    assert_eq!(
        requests,
        ["train.de.gz bytes=500-", "train.de.gz"],
        "the rest, then all of it, since it is not the file"
    );
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("train.de: expected SHA-256 2c2b73fd"), "the checksum counts: {complaint}");
    assert_eq!(names(&folder.0.join("multi30k")), Vec::<String>::new(), "other contents are not kept");
}

#[test]
fn a_server_without_ranges_sends_all_of_it_again() {
    let folder = Folder::new("no-ranges");
    let answer = |index: usize, _: &str| Answer::cut(vec![7; 1000], (index == 0).then_some(400));
    let (output, requests) = fetched("multi30k", &folder, false, answer);
    assert_eq!(requests, ["train.de.gz", "train.de.gz bytes=400-"], "the second answer has all of it");
    assert!(text(&output.stderr).contains("expected SHA-256"), "it is whole: {}", text(&output.stderr));
}

/// Both wait for the patience of the program, 20 seconds.
#[test]
fn a_download_that_hangs_is_tried_once_more() {
    let check = |name: &str, cut: Option<usize>, expected: &[&str], complaint: &str| {
        let folder = Folder::new(name);
        let answer = |index: usize, _: &str| Answer {
            hangs: index == 0,
            ..Answer::cut(vec![7; 1000], cut.filter(|_| index == 0))
        };
        let (output, requests) = fetched("multi30k", &folder, true, answer);
        let notes = text(&output.stderr);
        assert_eq!(requests, expected, "{notes}");
        assert!(notes.contains(complaint) && notes.contains("trying once more"), "{notes}");
        assert!(notes.contains("expected SHA-256"), "then it is whole, but another file: {notes}");
    };
    thread::scope(|scope| {
        // After a part, which is kept, but is not one of the file; and before the first byte.
        let all = ["train.de.gz", "train.de.gz bytes=400-", "train.de.gz"];
        scope.spawn(move || check("hangs-within", Some(400), &all, "nothing was received for 20 seconds"));
        scope.spawn(move || check("hangs-before", None, &all[..1].repeat(2), "timeout"));
    });
}

#[test]
fn published_files_arrive_whole_over_a_bad_connection() {
    let Some(source) = crate::dataset::real_data("mnist") else { return };
    let folder = Folder::new("bad-connection");
    let read = |name: &str| std::fs::read(source.join("mnist").join(name)).expect("a gzipped file");
    let answer = |index: usize, name: &str| Answer::cut(read(name), index.is_multiple_of(2).then_some(2000));
    let (output, requests) = fetched("mnist", &folder, true, answer);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let expected = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
    let expected = expected.map(|name| [format!("{name}-ubyte.gz"), format!("{name}-ubyte.gz bytes=2000-")]);
    assert_eq!(requests, expected.concat(), "every file in two parts");
    for name in names(&folder.0.join("mnist")) {
        assert_eq!(std::fs::read(folder.0.join("mnist").join(&name)).expect("a file"), read(&name), "{name}");
    }
}

#[test]
#[cfg(feature = "train")]
fn a_run_says_that_its_data_are_not_the_published_ones() {
    let folder = Folder::new("altered");
    std::fs::create_dir(folder.path("multi30k")).expect("a folder");
    for name in ["train.de", "train.en", "test_2016_flickr.de", "test_2016_flickr.en"] {
        let lines = (0..30).map(|index| format!("{} {index}\n", &name[..2])).collect::<Vec<_>>().concat();
        std::fs::write(folder.path("multi30k").clone() + "/" + name, lines).expect("a file");
    }
    let query = "data=multi30k&vocab=100&length=12&model=transformer:8h2x1&init=xavier_normal&train=20&test=4&batch=4&steps=1&seeds=1";
    let output = super::lab(&["run", query, "--data-dir", &folder.path("")]);
    let notes = text(&output.stderr);
    assert!(output.status.success(), "it runs: {notes}");
    let about = notes.lines().filter(|line| line.starts_with("note: Multi30k: not the published data"));
    assert_eq!(about.count(), 4, "a note per file: {notes}");
    assert!(notes.contains("train.de: expected SHA-256 2c2b73fd"), "with the checksums: {notes}");
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let altered = ["train.de", "train.en", "test_2016_flickr.de", "test_2016_flickr.en"];
    assert_eq!(results["receipt"]["altered_files"], serde_json::json!(altered), "in the results, too");
}
