//! Actions one at a time: what happens while another action is at work waits in a queue.

use super::action::Action;
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What actions change.
pub(super) trait Update {
    /// Carries out an action.
    fn update(&mut self, action: Action) -> WebResult<()>;
}

/// Takes actions from anywhere on the page.
#[derive(Clone)]
pub(super) struct Dispatcher(Rc<Shared>);

struct Shared {
    waiting: RefCell<VecDeque<Action>>,
    target: RefCell<Option<Box<dyn Update>>>,
}

impl Dispatcher {
    /// Without a target: actions wait.
    pub(super) fn new() -> Self {
        Self(Rc::new(Shared { waiting: RefCell::new(VecDeque::new()), target: RefCell::new(None) }))
    }

    /// From now on actions go to this target.
    pub(super) fn direct_to(&self, target: Box<dyn Update>) {
        self.0.target.replace(Some(target));
        self.work();
    }

    /// Takes in an action. While another one is at work (or the page is still being put together) it waits.
    pub(super) fn dispatch(&self, action: Action) {
        self.0.waiting.borrow_mut().push_back(action);
        self.work();
    }

    fn work(&self) {
        let Ok(mut target) = self.0.target.try_borrow_mut() else { return };
        let Some(target) = target.as_mut() else { return };
        loop {
            let Some(action) = self.0.waiting.borrow_mut().pop_front() else { return };
            if let Err(error) = target.update(action) {
                dom::report(&error);
            }
        }
    }
}
