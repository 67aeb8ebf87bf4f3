//! One call at a time, in the order in which they came.

use std::cell::RefCell;
use std::collections::VecDeque;
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
    /// Tickets in their order.
    waiting: VecDeque<(u64, Option<Waker>)>,
}

impl Queue {
    fn place_of(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()
    }
}

impl Gate {
    /// Waits for its turn. The place in the queue is taken now, not when first polled.
    pub(crate) fn enter(&self) -> Turn {
        let mut queue = self.0.borrow_mut();
        if !queue.is_held && queue.waiting.is_empty() {
            queue.is_held = true;
            return Turn::Come(Some(Inside(self.clone())));
        }
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.push_back((ticket, None));
        Turn::Waiting(Place { gate: self.clone(), ticket })
    }

    fn wake_first(&self) {
        let first = self.0.borrow_mut().waiting.front_mut().and_then(|(_, waker)| waker.take());
        if let Some(waker) = first {
            waker.wake();
        }
    }
}

/// The way in.
pub(crate) enum Turn {
    /// Nobody was before us.
    Come(Option<Inside>),
    Waiting(Place),
}

/// A place in the queue, until it is given up.
pub(crate) struct Place {
    gate: Gate,
    ticket: u64,
}

impl Future for Turn {
    type Output = Inside;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Inside> {
        let inside = match &mut *self {
            Turn::Come(inside) => inside.take(),
            Turn::Waiting(place) => place.take(context),
        };
        match inside {
            Some(inside) => {
                *self = Turn::Come(None);
                Poll::Ready(inside)
            }
            None => Poll::Pending,
        }
    }
}

impl Place {
    fn take(&mut self, context: &Context<'_>) -> Option<Inside> {
        let mut queue = self.gate.0.borrow_mut();
        let is_held = queue.is_held;
        let first = queue.waiting.front().map(|(ticket, _)| *ticket);
        if is_held || first != Some(self.ticket) {
            let place = queue.place_of(self.ticket);
            if let Some((_, waker)) = place.and_then(|place| queue.waiting.get_mut(place)) {
                *waker = Some(context.waker().clone());
            }
            return None;
        }
        queue.waiting.pop_front();
        queue.is_held = true;
        Some(Inside(self.gate.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = self.gate.0.borrow_mut();
        // One that has come in stands there no more.
        let Some(place) = queue.place_of(self.ticket) else { return };
        queue.waiting.remove(place);
        drop(queue);
        self.gate.wake_first();
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
