//! Gives a built page what distinguishes it from other builds, and what a strict policy needs: no script inside the HTML, a hash of the contents
//! before the name of every file that the page needs, the name of the build, and the list of files for the service worker. Files of two builds
//! never have the same name unless they are the same, so that no cache can mix builds.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::command::{read, root};
use crate::dist::files_below;
use crate::hashed_names::{
    hash, hash_together, is_hash, plain_name, plain_names, renamed, text, without_hashes, without_hashes_of_trunk,
    write,
};

/// What the page itself names: its program, which its start loads, its styles, and our own scripts. Files that name each other have a common hash.
const NAMED_BY_PAGE: [&[&str]; 6] =
    [&["app_bg.wasm", "app.js", START], &["style.css"], &["early.js"], &["net.js"], &["deploy.js"], &[RELOAD]];
/// The program of each worker with its scripts; the `<meta>` says where the loader is. A helper of the worker for the CPU derives its address from it.
const WORKERS: [(&str, &str, &[&str]); 2] = [
    ("worker", "worker_loader.js", &["worker_bg.wasm", "worker.js", "worker_loader.js", "worker_helper.js"]),
    ("worker-gpu", "worker_gpu_loader.js", &["worker_gpu_bg.wasm", "worker_gpu.js", "worker_gpu_loader.js"]),
];
/// Folders whose files of this kind the page loads when they are wanted; the `<meta>` of the same name says how their addresses begin.
const FOLDERS: [(&str, &str); 2] = [("texts", "json"), ("recorded", "bin")];
/// The script that Trunk writes into the page to start its program.
const START: &str = "start.js";
/// The script with which Trunk's development server loads the page again after a change.
const RELOAD: &str = "reload.js";
/// The script of the service worker, in `www/` and in the page.
const SERVICE_WORKER: &str = "service_worker.js";
/// What is kept for a visit without a network once it has been used: translations, recordings, and the larger worker.
const KEPT_IF_USED: [&str; 3] = ["texts/", "recorded/", "worker_gpu"];

/// Stamps the page in `folder`, which may be stamped already; with `offline` it gets its service worker, else one that removes any earlier one.
pub(crate) fn stamp(folder: &Path, offline: bool) -> Result<()> {
    let page = folder.join("index.html");
    let mut html = without_hashes_of_trunk(folder, without_hashes(&text(&page)?))?;
    html = scripts_to_files(folder, &html)?;
    for names in NAMED_BY_PAGE {
        let prefix = hash_together(folder, names)?;
        html = renamed(&html, names, &prefix);
    }
    for (meta, loader, names) in WORKERS {
        html = set_meta(&html, meta, &format!("{}{loader}", hash_together(folder, names)?))?;
    }
    for (name, extension) in FOLDERS {
        let folder = folder.join(name);
        let files = if folder.is_dir() { plain_names(&folder, extension)? } else { Vec::new() };
        let names = files.iter().map(String::as_str).collect::<Vec<_>>();
        html = set_meta(&html, name, &format!("{name}/{}", hash_together(&folder, &names)?))?;
    }
    html = set_meta(&html, "service-worker", if offline { SERVICE_WORKER } else { "" })?;
    html = set_meta(&html, "build", "")?;
    let files = listed(folder)?;
    let names = files.iter().map(|(name, sum)| format!("{name} {sum}\n")).collect::<Vec<_>>().concat();
    let source = text(&root().join("www").join(SERVICE_WORKER))?;
    let build = hash(&[html.as_bytes(), names.as_bytes(), source.as_bytes()]);
    write(&page, set_meta(&html, "build", &build)?)?;
    let script = if offline { service_worker(&source, &build, &files)? } else { source };
    write(&folder.join(SERVICE_WORKER), script)
}

/// Moves the scripts inside the HTML, which Trunk writes, to files.
fn scripts_to_files(folder: &Path, html: &str) -> Result<String> {
    let (mut done, mut rest) = (String::new(), html);
    while let Some((before, tag)) = rest.split_once("<script") {
        let (attributes, after) = tag.split_once('>').context("a script without `>` in index.html")?;
        let (body, after) = after.split_once("</script>").context("a script without an end in index.html")?;
        done += before;
        if body.trim().is_empty() {
            let _ = write!(done, "<script{attributes}></script>");
        } else {
            let body = with_server_address(body.trim());
            let name = if attributes.contains("module") { START } else { RELOAD };
            if done.contains(name) {
                bail!("index.html has another script inside, which would have the name {name}, too");
            }
            write(&folder.join(name), body + "\n")?;
            let _ = write!(done, r#"<script{attributes} src="{name}"></script>"#);
        }
        rest = after;
    }
    Ok(done + rest)
}

/// Trunk's server fills its address into HTML alone; in a file, the browser knows it.
fn with_server_address(script: &str) -> String {
    let mut script = script.replace("{{__TRUNK_WS_BASE__}}", "/");
    for quote in ['\'', '`', '"'] {
        script = script.replace(&format!("{quote}{{{{__TRUNK_ADDRESS__}}}}{quote}"), "window.location.host");
    }
    script
}

/// Replaces the `<meta>` of this name, however it is written.
fn set_meta(html: &str, name: &str, content: &str) -> Result<String> {
    let named = [format!(r#"name="{name}""#), format!("name={name}")];
    for (start, _) in html.match_indices("<meta") {
        let end = start + html[start..].find('>').context("a `<meta>` without an end")? + 1;
        let words = html[start..end].trim_end_matches(['>', '/']).split_whitespace();
        if words.into_iter().any(|word| named.iter().any(|named| named == word)) {
            return Ok(format!(r#"{}<meta name="{name}" content="{content}">{}"#, &html[..start], &html[end..]));
        }
    }
    bail!(r#"index.html has no `<meta name="{name}">`"#)
}

/// The files that belong to one build, which have a hash in their addresses, with their SHA-256.
fn listed(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut listed = Vec::new();
    for path in files_below(folder)? {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        if name.split(['/', '-']).any(is_hash) {
            listed.push((name, format!("{:x}", Sha256::digest(read(&path)?))));
        }
    }
    Ok(listed)
}

/// The service worker with its list.
fn service_worker(source: &str, build: &str, files: &[(String, String)]) -> Result<String> {
    let is_optional = |name: &str| KEPT_IF_USED.iter().any(|start| plain_name(name).starts_with(start));
    let list = |optional: bool| {
        let files = files.iter().filter(|(name, _)| is_optional(name) == optional);
        files.map(|(name, sum)| format!("\n  \"{name}\": \"{sum}\",")).collect::<Vec<_>>().concat()
    };
    let mut script = source.to_owned();
    let lines = [
        ("const BUILD = \"\";", format!("const BUILD = \"{build}\";")),
        ("const NEEDED = {};", format!("const NEEDED = {{{}\n}};", list(false))),
        ("const USED = {};", format!("const USED = {{{}\n}};", list(true))),
    ];
    for (empty, full) in lines {
        if !script.contains(empty) {
            bail!("www/{SERVICE_WORKER} has no line `{empty}`");
        }
        script = script.replace(empty, &full);
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// As Trunk writes it: minified, with the start of the page inside.
    const PAGE: &str = r#"<!doctype html><meta charset=utf-8><meta content name=build><meta name="service-worker" content=""/><meta content=worker_loader.js name=worker><meta content=worker_gpu_loader.js name=worker-gpu><meta content=texts/ name=texts><meta content=recorded/ name=recorded><script src=early.js></script><link rel=stylesheet href=./style-5c.css><link rel="modulepreload" href="./app-1f.js"><script type="module">import init from './app-1f.js';await init({module_or_path:'./app-1f_bg.wasm'});</script><script>const address = `{{__TRUNK_ADDRESS__}}`, base = '{{__TRUNK_WS_BASE__}}';</script>"#;

    /// A built page with these bytes as the wasm of its worker.
    fn page(name: &str, wasm: &str) -> Result<PathBuf> {
        let folder = std::env::temp_dir().join(format!("emergence-lab-stamp-{}-{name}", std::process::id()));
        for folder in ["texts", "recorded"].map(|name| folder.join(name)) {
            std::fs::create_dir_all(folder)?;
        }
        let files = [
            ("index.html", PAGE),
            ("early.js", "early"),
            ("style-5c.css", "a { color: red }"),
            ("app-1f_bg.wasm", wasm),
            ("app-1f.js", "import.meta; new URL('app-1f_bg.wasm')"),
            ("texts/zh.json", "{}"),
            ("recorded/a.bin", "a"),
            ("recorded/a.png", "picture"),
            ("embed.js", "element"),
            ("worker_bg.wasm", wasm),
            ("worker.js", "import.meta; new URL('worker_bg.wasm')"),
            ("worker_loader.js", "import init from './worker.js';await init();"),
            ("worker_helper.js", "import init from './worker.js';"),
            ("worker_gpu_bg.wasm", "gpu"),
            ("worker_gpu.js", "new URL('worker_gpu_bg.wasm')"),
            ("worker_gpu_loader.js", "import init from './worker_gpu.js';await init();"),
        ];
        for (name, contents) in files {
            std::fs::write(folder.join(name), contents)?;
        }
        Ok(folder)
    }

    /// All files with their contents.
    fn contents(folder: &Path) -> Result<Vec<(String, String)>> {
        let file = |path: &PathBuf| Ok((path.strip_prefix(folder)?.to_string_lossy().into_owned(), text(path)?));
        files_below(folder)?.iter().map(file).collect()
    }

    /// The file of this name, whatever hash is before it.
    fn file<'a>(files: &'a [(String, String)], plain: &str) -> &'a (String, String) {
        files.iter().find(|(name, _)| without_hashes(&format!("/{name}")) == format!("/{plain}")).expect(plain)
    }

    /// The addresses that a page names: hashes with what follows them.
    fn named(html: &str) -> Vec<&str> {
        html.split(['"', '\'', '=', ' ', '>']).filter(|part| part.split(['/', '-']).any(is_hash)).collect()
    }

    #[test]
    fn a_stamped_page_has_no_script_inside_and_finds_its_files() -> Result<()> {
        let folder = page("finds", "one")?;
        stamp(&folder, true)?;
        let files = contents(&folder)?;
        let html = &file(&files, "index.html").1;
        assert!(html.match_indices("<script").count() == 3 && html.match_indices("></script>").count() == 3, "{html}");
        for (script, target) in [
            ("worker_loader.js", "worker.js"),
            ("worker_helper.js", "worker.js"),
            ("worker.js", "worker_bg.wasm"),
            ("app.js", "app_bg.wasm"),
            ("start.js", "app.js"),
            ("start.js", "app_bg.wasm"),
        ] {
            let target = &file(&files, target).0;
            assert!(file(&files, script).1.contains(&format!("{target}'")), "{script} names {target}");
        }
        let loader = &file(&files, "worker_loader.js").0;
        assert!(html.contains(&format!(r#"<meta name="worker" content="{loader}">"#)), "{html}");
        for (meta, plain) in [("texts", "texts/zh.json"), ("recorded", "recorded/a.bin")] {
            let start = file(&files, plain).0.split_inclusive('-').next().expect("a hash");
            assert!(html.contains(&format!(r#"<meta name="{meta}" content="{start}">"#)), "{html}");
        }
        for name in ["early.js", "style.css", "app.js", "start.js", "reload.js"] {
            let (name, _) = file(&files, name);
            assert!(
                html.contains(&format!("={name}"))
                    || html.contains(&format!("/{name}"))
                    || html.contains(&format!("\"{name}")),
                "{name}"
            );
        }
        assert_eq!(file(&files, "reload.js").1, "const address = window.location.host, base = '/';\n", "its server");
        Ok(std::fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn every_file_of_the_page_has_a_hash_in_its_name_and_is_listed() -> Result<()> {
        let folder = page("lists", "one")?;
        stamp(&folder, true)?;
        let files = contents(&folder)?;
        let script = &file(&files, SERVICE_WORKER).1;
        let (_, lists) = script.split_once("const NEEDED = {").expect("a list");
        let (needed, used) = lists.split_once("const USED = {").expect("another one");
        let used = used.split_once("};").expect("its end").0;
        for (name, text) in &files {
            let optional = ["worker_gpu", "texts/", "recorded/"].iter().any(|part| name.contains(part));
            let public = ["index.html", "embed.js", "recorded/a.png", SERVICE_WORKER].contains(&name.as_str());
            let line = format!("\"{name}\": \"{:x}\",", Sha256::digest(text));
            assert_eq!(used.contains(&line), optional && !public, "kept if used: {name}");
            assert_eq!(needed.contains(&line), !optional && !public, "needed: {name}");
            assert_eq!(name.split(['/', '-']).any(is_hash), !public, "a hash: {name}");
        }
        let html = &file(&files, "index.html").1;
        for name in named(html).into_iter().filter(|name| !is_hash(name) && !name.ends_with('-')) {
            assert!(files.iter().any(|(file, _)| file == name.trim_start_matches("./")), "{name} is there");
        }
        let build =
            script.split_once("const BUILD = \"").and_then(|(_, rest)| rest.split_once('"')).expect("a build").0;
        assert!(html.contains(build), "the page has the same name {build}");
        Ok(std::fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn stamping_again_follows_the_contents() -> Result<()> {
        let (folder, other) = (page("again", "one")?, page("other", "two")?);
        stamp(&folder, false)?;
        let removing = contents(&folder)?;
        assert_eq!(
            file(&removing, SERVICE_WORKER).1,
            text(&root().join("www").join(SERVICE_WORKER))?,
            "it removes itself"
        );
        stamp(&folder, true)?;
        let first = contents(&folder)?;
        stamp(&folder, true)?;
        assert_eq!(contents(&folder)?, first, "the same page");
        // As wasm-opt does.
        for program in ["app_bg.wasm", "worker_bg.wasm"] {
            std::fs::write(folder.join(&file(&first, program).0), "two")?;
        }
        stamp(&folder, true)?;
        stamp(&other, true)?;
        assert_eq!(contents(&folder)?, contents(&other)?, "as if it had been so from the beginning");
        assert_ne!(contents(&folder)?, first, "another build");
        std::fs::remove_dir_all(&folder)?;
        Ok(std::fs::remove_dir_all(&other)?)
    }

    #[test]
    fn a_page_that_is_served_before_a_worker_is_compiled_names_it_nevertheless() -> Result<()> {
        let folder = page("first", "one")?;
        for name in ["worker_gpu_bg.wasm", "worker_gpu.js", "worker_gpu_loader.js"] {
            std::fs::remove_file(folder.join(name))?;
        }
        stamp(&folder, false)?;
        let html = text(&folder.join("index.html"))?;
        assert!(html.contains(r#"<meta name="worker-gpu" content="worker_gpu_loader.js">"#), "{html}");
        assert!(html.contains(r#"<meta name="service-worker" content="">"#), "{html}");
        Ok(std::fs::remove_dir_all(&folder)?)
    }
}
