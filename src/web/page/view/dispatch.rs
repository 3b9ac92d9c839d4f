//! Handles actions one at a time: an action that occurs while another one is being handled waits in a queue.

use super::action::Action;
use super::net;
use crate::web::dom;
use crate::web::error::WebResult;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The target of actions.
pub(super) trait Update {
    /// Handles an action.
    fn update(&mut self, action: Action) -> WebResult<()>;
}

/// Accepts actions from anywhere on the page.
#[derive(Clone)]
pub(super) struct Dispatcher(Rc<Shared>);

struct Shared {
    waiting: RefCell<VecDeque<Action>>,
    target: RefCell<Option<Box<dyn Update>>>,
}

impl Dispatcher {
    /// A dispatcher without a target: actions wait.
    pub(super) fn new() -> Self {
        Self(Rc::new(Shared { waiting: RefCell::new(VecDeque::new()), target: RefCell::new(None) }))
    }

    /// Sends actions to this target from now on.
    pub(super) fn direct_to(&self, target: Box<dyn Update>) {
        self.0.target.replace(Some(target));
        self.work();
    }

    /// Accepts an action, which waits while another one is being handled or the page is still being initialized.
    pub(super) fn dispatch(&self, action: Action) {
        self.0.waiting.borrow_mut().push_back(action);
        self.work();
    }

    fn work(&self) {
        let Ok(mut target) = self.0.target.try_borrow_mut() else { return };
        let Some(target) = target.as_mut() else { return };
        loop {
            let Some(action) = self.0.waiting.borrow_mut().pop_front() else { return };
            // A trap never returns from here, and the net notices.
            net::set_acting(true);
            let updated = target.update(action);
            net::set_acting(false);
            if let Err(error) = updated {
                dom::report(&error);
            }
        }
    }
}
