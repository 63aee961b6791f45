//! The integration tests, in one binary: each test binary links DataFusion, and linking is slow.

mod source;
