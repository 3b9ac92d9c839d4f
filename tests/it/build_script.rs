//! The build script: the name of a build, and the check of the module with relaxed SIMD, which may neither bring data nor use a stack, since
//! it works on the worker's memory.

#[expect(dead_code, clippy::print_stdout, reason = "the program around the check, which speaks to Cargo")]
#[path = "../../build.rs"]
mod script;

/// A module with these sections, of fewer than 128 bytes each.
fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let bytes =
        sections.iter().flat_map(|(id, body)| [&[*id, u8::try_from(body.len()).expect("short")], *body].concat());
    b"\0asm\x01\0\0\0".iter().copied().chain(bytes).collect()
}

#[test]
fn modules_with_data_or_a_stack_are_refused() {
    let check = |sections: &[(u8, &[u8])]| script::check(&module(sections));
    assert_eq!(check(&[(1, &[0]), (10, &[1, 2, 0x20, 0, 0x0b])]), Ok(()), "types and code");
    for (section, part) in [(5, "memory"), (8, "at the start"), (11, "data")] {
        let refusal = check(&[(1, &[0]), (section, &[1, 0])]).expect_err("refused");
        assert!(refusal.contains(part), "{refusal}");
    }
    for stack in [&[0x23, 0][..], &[0x23, 0x80, 0x80, 0x80, 0x80, 0]] {
        assert_eq!(check(&[(10, &[&[1, 4, 0], stack].concat())]), Err("the module uses a stack".into()), "{stack:?}");
        assert_eq!(check(&[(1, stack)]), Ok(()), "elsewhere these bytes mean something else");
    }
    for broken in [&b"\0asm"[..], b"\0asm\x02\0\0\0", &module(&[(10, &[1, 2, 3])])[..11]] {
        assert!(script::check(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn the_name_of_a_build_depends_on_its_files_and_nothing_else() {
    let name = |files: &[(&str, &str)]| {
        let mut files: Vec<_> =
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        script::build_name(&mut files)
    };
    assert_eq!(name(&[]), "cbf29ce484222325", "FNV-1a of nothing");
    let both = name(&[("src/a.rs", "one\n"), ("src/b.rs", "two\n")]);
    assert_eq!(
        both,
        name(&[("src/b.rs", "two\r\n"), ("src/a.rs", "one\r\n")]),
        "neither the order nor the ends of lines"
    );
    for other in [[("src/a.rs", "one\n"), ("src/b.rs", "2\n")], [("src/a.rs", "one\n"), ("src/c.rs", "two\n")]] {
        assert_ne!(both, name(&other), "{other:?}");
    }
    assert_ne!(name(&[("ab", "c")]), name(&[("a", "bc")]), "path and text are separated");
    assert!(emergence_lab::version::BUILD.len() == 16, "{}", emergence_lab::version::BUILD);
}
