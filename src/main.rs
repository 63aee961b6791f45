//! The only file that ends the process.

fn main() {}
