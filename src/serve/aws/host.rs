//! By which name the endpoint is asked, where anyone may call it.
//!
//! A web page that a person on this machine visits can make its own name resolve to 127.0.0.1, and
//! then read what listens there (DNS rebinding). The browser still sends the page's name as `Host`.
//! Where signatures are verified they cover the host, and no page can make one.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderMap};

use super::error::Exception;

/// Refuses a request to a name that is not this machine's own.
///
/// # Errors
/// A host that is neither an address nor a loopback name. One that sends none is no browser.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Exception> {
    for host in headers.get_all(HOST) {
        if !host.to_str().is_ok_and(is_own) {
            let host = String::from_utf8_lossy(host.as_bytes());
            let message = format!(
                "host \"{host}\" is not a name of this server; ask for it as localhost or by its \
                 address"
            );
            return Err(Exception::new(421, "ValidationException", message));
        }
    }
    Ok(())
}

fn is_own(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']').unwrap_or((rest, "-"));
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port);
    }
    let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_loopback = name == "localhost" || name.ends_with(".localhost");
    is_port(port) && (is_loopback || name.parse::<Ipv4Addr>().is_ok())
}

/// A colon and digits, or nothing.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_loopback_names_are_its_own() {
        for host in [
            "localhost",
            "localhost:4560",
            "LOCALHOST.",
            "backup.localhost:80",
            "127.0.0.1",
            "127.0.0.1:4560",
            "[::1]",
            "[::1]:4560",
            "192.168.0.7:80",
        ] {
            assert!(is_own(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "",
            "evil.example",
            "evil.example:4560",
            "localhost.evil.example",
            "localhostile",
            "127.0.0.1.evil.example",
            "127.0.0.1:4560@evil.example",
            "[::1].evil.example",
            "[::1",
            "::1",
            "localhost:4560:1",
            "localhost:port",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }
}
