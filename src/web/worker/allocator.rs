//! The memory of the worker's program. Its end would be told as "unreachable", like any other trap, by a program that must not be called again;
//! so the allocator says it before, with a bare number, for which nothing has to be allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Sends the size in bytes of an allocation that failed to the page, or to the worker that created this one.
    #[wasm_bindgen(js_name = postMessage)]
    fn post_missing_bytes(size: f64);
}

/// The allocator of the platform, which says when there is no memory left.
struct WatchedAllocator;

#[global_allocator]
static ALLOCATOR: WatchedAllocator = WatchedAllocator;

/// `memory`, which is null if there was none for `size` bytes.
fn watched(memory: *mut u8, size: usize) -> *mut u8 {
    if memory.is_null() {
        post_missing_bytes(size as f64);
    }
    memory
}

// SAFETY: every call is passed on to the allocator of the platform, and its result returned as it is.
#[expect(unsafe_code, reason = "an allocator is unsafe by nature; this one only looks at the results of another")]
unsafe impl GlobalAlloc for WatchedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the platform's allocator asks for; so below.
        watched(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        watched(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        watched(unsafe { System.realloc(memory, layout, size) }, size)
    }
}
