//! One call at a time, in the order in which they came.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Lets one holder in after another, first come first served.
#[derive(Clone, Default)]
pub(crate) struct Gate(Rc<RefCell<Queue>>);

#[derive(Default)]
struct Queue {
    next: u64,
    is_held: bool,
    waiting: BTreeMap<u64, Option<Waker>>,
}

impl Gate {
    /// Waits for its turn. The place in the queue is taken now, not when first polled.
    pub(crate) fn enter(&self) -> Turn {
        let mut queue = self.0.borrow_mut();
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.insert(ticket, None);
        Turn { gate: self.clone(), ticket, is_waiting: true }
    }

    fn wake_first(&self) {
        let first = self.0.borrow_mut().waiting.values_mut().next().and_then(Option::take);
        if let Some(waker) = first {
            waker.wake();
        }
    }
}

/// A place in the queue.
pub(crate) struct Turn {
    gate: Gate,
    ticket: u64,
    is_waiting: bool,
}

impl Future for Turn {
    type Output = Inside;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Inside> {
        let turn = &mut *self;
        let mut queue = turn.gate.0.borrow_mut();
        let is_first = queue.waiting.keys().next() == Some(&turn.ticket);
        if queue.is_held || !is_first {
            queue.waiting.insert(turn.ticket, Some(context.waker().clone()));
            return Poll::Pending;
        }
        queue.waiting.remove(&turn.ticket);
        queue.is_held = true;
        turn.is_waiting = false;
        Poll::Ready(Inside(turn.gate.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_waiting {
            self.gate.0.borrow_mut().waiting.remove(&self.ticket);
            self.gate.wake_first();
        }
    }
}

/// Being inside: nobody else is, until this is dropped.
pub(crate) struct Inside(Gate);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.0.borrow_mut().is_held = false;
        self.0.wake_first();
    }
}
