//! Protocol heads: what other programs can talk to.
//!
//! Promises: a head answers every request within its bounds (connections, header and body sizes,
//! time), logs one line for each, survives a panic of what is behind it, and stops gracefully.
//! Refuses: to decide what is true; that is the backend's.

pub mod aws;
pub mod http;
mod patience;
mod reply;

pub use reply::{BodyFault, Reply, ReplyLog};
