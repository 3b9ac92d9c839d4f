//! Whether the program was started without a standard output. Before `main`, Rust opens `/dev/null` in its place, which then looks like one that
//! another program has opened on purpose, so this is found out earlier: the loader calls what is in the section `.init_array` first.

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

    #[used]
    #[expect(
        unsafe_code,
        reason = "the section has addresses of functions that are called before `main`, as this one is"
    )]
    #[unsafe(link_section = ".init_array")]
    static AT_START: extern "C" fn() = look;

    extern "C" fn look() {
        let open_files = Path::new("/proc/self/fd");
        WAS_CLOSED.store(open_files.exists() && open_files.join("1").read_link().is_err(), Ordering::Relaxed);
    }

    pub(crate) fn was_stdout_closed() -> bool {
        WAS_CLOSED.load(Ordering::Relaxed)
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::was_stdout_closed;

/// Not known here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn was_stdout_closed() -> bool {
    false
}
