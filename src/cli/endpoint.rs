//! What the commands share that serve an endpoint: an address, a URL that is told.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::error::{Error, Result};
use crate::serve::aws::Server;

use super::signals::Signals;
use super::target::Target;
use super::{Status, printer};

/// Takes an address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|err| {
        Error::io(format!("listen on \"{address}\""), err)
            .with_hint("name another address with --listen; 127.0.0.1:0 takes any free port")
    })
}

/// Where a server is asked: of all addresses of this machine, at the one that it always has.
pub(super) fn url(server: &Server) -> String {
    let mut address = server.address();
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{address}")
}

/// Serves until the process is asked to end. Tells the URL for programs, and `notes` for people.
pub(super) async fn serve(server: Server, notes: &[String]) -> Result<Status> {
    // Whoever reads the URL may interrupt at once: that must end it gracefully already.
    let mut signals = Signals::listen()?;
    Target::say(&format!("{}\n", url(&server)))?;
    for note in notes {
        printer::note(note);
    }
    server.run(async move { signals.next().await }).await;
    Ok(Status::Done)
}
