//! Gives a built page what distinguishes it from other builds, and what a strict policy needs: no script inside the HTML, a hash in the names of
//! files that Trunk leaves without one, the name of the build, and the list of files for the service worker.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::command::{read, root};
use crate::dist::{files_below, has_extension};

/// Our own scripts in the HTML, which Trunk copies as they are.
const SCRIPTS: [&str; 3] = ["early.js", "net.js", "deploy.js"];
/// The programs of the worker, each with the `<meta>` that says where its loader is.
const PROGRAMS: [(&str, &str); 2] = [("worker", "worker"), ("worker_gpu", "worker-gpu")];
/// The script of a helper of the worker for the CPU.
const HELPER: &str = "worker_helper.js";
/// The script of the service worker, in `www/` and in the page.
const SERVICE_WORKER: &str = "service_worker.js";
/// What other sites load, and data sets: no part of a visit without a network, or kept by the training worker.
const FOR_OTHERS: [&str; 6] = ["data/", "examples/", "oembed/", "scenarios/", "embed.js", SERVICE_WORKER];
/// What is kept for a visit without a network once it has been used: translations, recordings, and the larger worker.
const KEPT_IF_USED: [&str; 3] = ["texts/", "recorded/", "worker_gpu"];
/// Letters of a hash in a name.
const LETTERS: usize = 16;

/// Stamps the page in `folder`, which may be stamped already; with `offline` it gets its service worker, else one that removes any earlier one.
pub(crate) fn stamp(folder: &Path, offline: bool) -> Result<()> {
    let page = folder.join("index.html");
    let mut html = text(&page)?;
    html = scripts_to_files(folder, &html)?;
    for name in SCRIPTS {
        html = hash_script(folder, html, name)?;
    }
    for (program, meta) in PROGRAMS {
        html = set_meta(&html, meta, &hash_worker(folder, program)?)?;
    }
    html = set_meta(&html, "service-worker", if offline { SERVICE_WORKER } else { "" })?;
    html = set_meta(&html, "build", "")?;
    let files = listed(folder)?;
    let names = files.iter().map(|(name, sum)| format!("{name} {sum}\n")).collect::<Vec<_>>().concat();
    let build = hash(&[html.as_bytes(), names.as_bytes()]);
    write(&page, set_meta(&html, "build", &build)?)?;
    let source = text(&root().join("www").join(SERVICE_WORKER))?;
    let script = if offline { service_worker(&source, &build, &files)? } else { source };
    write(&folder.join(SERVICE_WORKER), script)
}

/// The name of a file without the hash that [`stamp`] puts before it.
pub(crate) fn plain_name(name: &str) -> &str {
    let rest = name.split_at_checked(LETTERS).filter(|(hash, _)| is_hash(hash));
    rest.and_then(|(_, rest)| rest.strip_prefix('-')).unwrap_or(name)
}

fn is_hash(text: &str) -> bool {
    text.len() == LETTERS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The first letters of the SHA-256 of all parts.
fn hash(parts: &[&[u8]]) -> String {
    let sum = parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize();
    format!("{sum:x}").chars().take(LETTERS).collect()
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not text", path.display()))
}

fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// Moves the scripts inside the HTML, which Trunk writes, to files: the one that starts the page, and on the development server the one that loads
/// it again after a change.
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
            let kind = if attributes.contains("module") { "start" } else { "inline" };
            let name = format!("{kind}-{}.js", hash(&[body.as_bytes()]));
            write(&folder.join(&name), body + "\n")?;
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

/// Puts the hash of a script into its name.
fn hash_script(folder: &Path, html: String, name: &str) -> Result<String> {
    let path = folder.join(name);
    let Ok(bytes) = std::fs::read(&path) else { return Ok(html) };
    let hashed = name.replace(".js", &format!("-{}.js", hash(&[&bytes])));
    rename(&path, &folder.join(&hashed))?;
    Ok(html.replace(name, &hashed))
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).with_context(|| format!("cannot rename {} to {}", from.display(), to.display()))
}

/// Puts a common hash before the names of a worker's files, so that those of two builds never meet, and returns the name of its loader. Before the
/// names, because Trunk and wasm-bindgen determine how they end.
fn hash_worker(folder: &Path, program: &str) -> Result<String> {
    let [wasm, bindings, loader] = ["_bg.wasm", ".js", "_loader.js"].map(|end| format!("{program}{end}"));
    let Some(wasm_path) = find(folder, &wasm)? else {
        // A page that is served while this worker is compiled.
        return Ok(loader);
    };
    let helper = (program == "worker").then(|| HELPER.to_owned());
    let mut scripts = Vec::new();
    for name in [bindings.clone(), loader.clone()].into_iter().chain(helper) {
        let path = find(folder, &name)?.with_context(|| format!("{name} is missing in {}", folder.display()))?;
        let text = without_hash(&without_hash(&text(&path)?, &wasm), &bindings);
        scripts.push((name, path, text));
    }
    let bytes = read(&wasm_path)?;
    let parts = scripts.iter().map(|(_, _, text)| text.as_bytes()).chain([bytes.as_slice()]).collect::<Vec<_>>();
    let hash = hash(&parts);
    let hashed = |name: &str| format!("{hash}-{name}");
    for (name, path, text) in scripts {
        let imported = if name == bindings { &wasm } else { &bindings };
        if !text.contains(imported.as_str()) {
            bail!("{name} does not name {imported}");
        }
        std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        write(&folder.join(hashed(&name)), text.replace(imported.as_str(), &hashed(imported)))?;
    }
    rename(&wasm_path, &folder.join(hashed(&wasm)))?;
    Ok(hashed(&loader))
}

/// The file of this name, with or without a hash before it.
fn find(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let is_it = |path: &PathBuf| {
        path.parent() == Some(folder)
            && path.file_name().is_some_and(|file| plain_name(&file.to_string_lossy()) == name)
    };
    Ok(files_below(folder)?.into_iter().find(is_it))
}

/// A script that names a file without the hash before that name.
fn without_hash(script: &str, name: &str) -> String {
    let Some((before, after)) = script.split_once(&format!("-{name}")) else { return script.to_owned() };
    match before.len().checked_sub(LETTERS).and_then(|at| before.split_at_checked(at)) {
        Some((before, hash)) if is_hash(hash) => format!("{before}{name}{after}"),
        _ => script.to_owned(),
    }
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

/// The files that belong to a visit without a network, with their SHA-256; the page itself has the address `./`, and a sum only so that it is listed.
fn listed(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut listed = Vec::new();
    for path in files_below(folder)? {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        let is_picture = has_extension(&path, &["svg", "png"]);
        if name == "index.html" || is_picture || FOR_OTHERS.iter().any(|other| name.starts_with(other)) {
            continue;
        }
        listed.push((name, format!("{:x}", Sha256::digest(read(&path)?))));
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
        ("const NEEDED = {};", format!("const NEEDED = {{\n  \"./\": \"\",{}\n}};", list(false))),
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
    use super::*;

    /// As Trunk writes it: minified, with the start of the page inside.
    const PAGE: &str = r#"<!doctype html><meta charset=utf-8><meta content name=build><meta name="service-worker" content=""/><meta content=worker_loader.js name=worker><meta content=worker_gpu_loader.js name=worker-gpu><script src=early.js></script><script type="module">import init from './app-1.js';await init();</script><script>const address = `{{__TRUNK_ADDRESS__}}`, base = '{{__TRUNK_WS_BASE__}}';</script>"#;

    /// A built page with these bytes as the wasm of its worker.
    fn page(name: &str, wasm: &str) -> Result<PathBuf> {
        let folder = std::env::temp_dir().join(format!("emergence-lab-stamp-{}-{name}", std::process::id()));
        std::fs::create_dir_all(folder.join("texts"))?;
        let files = [
            ("index.html", PAGE),
            ("early.js", "early"),
            ("app-1.js", "page"),
            ("texts/zh.json", "{}"),
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

    fn file<'a>(files: &'a [(String, String)], end: &str) -> &'a (String, String) {
        files.iter().find(|(name, _)| name.ends_with(end)).expect("the file")
    }

    #[test]
    fn a_stamped_page_has_no_script_inside_and_finds_its_files() -> Result<()> {
        let folder = page("finds", "one")?;
        stamp(&folder, true)?;
        let files = contents(&folder)?;
        let html = &file(&files, "index.html").1;
        assert!(html.match_indices("<script").count() == 3 && html.match_indices("></script>").count() == 3, "{html}");
        for (end, named) in [
            ("-worker_loader.js", "-worker.js"),
            ("-worker_helper.js", "-worker.js"),
            ("-worker.js", "-worker_bg.wasm"),
        ] {
            let target = &file(&files, named).0;
            assert!(file(&files, end).1.contains(target.as_str()), "{end} names {target}");
        }
        let loader = &file(&files, "-worker_loader.js").0;
        assert!(html.contains(&format!(r#"<meta name="worker" content="{loader}">"#)), "{html}");
        let (inline, script) = files.iter().find(|(name, _)| name.starts_with("inline-")).expect("Trunk's reload");
        assert!(html.contains(inline.as_str()), "{html}");
        assert_eq!(script, "const address = window.location.host, base = '/';\n", "its server");
        for (name, _) in files.iter().filter(|(name, _)| name.starts_with("start-") || name.starts_with("early-")) {
            assert!(html.contains(name.as_str()), "{name}");
        }
        Ok(std::fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn the_service_worker_lists_what_a_visit_needs() -> Result<()> {
        let folder = page("lists", "one")?;
        stamp(&folder, true)?;
        let files = contents(&folder)?;
        let script = &file(&files, SERVICE_WORKER).1;
        let (_, lists) = script.split_once("const NEEDED = {").expect("a list");
        let (needed, used) = lists.split_once("const USED = {").expect("another one");
        let used = used.split_once("};").expect("its end").0;
        for (name, _) in &files {
            let optional = name.contains("worker_gpu") || name.starts_with("texts/");
            let absent = ["index.html", "embed.js", SERVICE_WORKER].contains(&name.as_str());
            assert_eq!(used.contains(name.as_str()), optional && !absent, "kept if used: {name}");
            assert_eq!(needed.contains(&format!("\"{name}\"")), !optional && !absent, "needed: {name}");
        }
        let build =
            script.split_once("const BUILD = \"").and_then(|(_, rest)| rest.split_once('"')).expect("a build").0;
        assert!(file(&files, "index.html").1.contains(build), "the page has the same name {build}");
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
        std::fs::write(folder.join(&file(&first, "-worker_bg.wasm").0), "two")?;
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

    #[test]
    fn only_a_hash_is_taken_from_a_name() {
        assert_eq!(plain_name("0123456789abcdef-worker.js"), "worker.js", "a hash");
        for name in ["worker.js", "0123456789abcdeX-worker.js", "0123456789abcdef_worker.js", "app-0123456789abcdef.js"]
        {
            assert_eq!(plain_name(name), name, "none");
        }
    }
}
