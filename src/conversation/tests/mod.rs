//! Conversations without sockets: requests and replies are fed by hand, and what goes up and down is read back.

mod copying;
mod encodings;
mod failing;
mod names;
mod reading;
mod refusing;
mod searching;
mod stage;

use stage::*;
